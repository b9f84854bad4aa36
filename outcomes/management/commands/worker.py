"""A worker: takes queued runs, one after another, until it is stopped."""

import signal
import time
from contextlib import contextmanager
from importlib import import_module

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker, valid_interval

from outcomes.management.until_closed import stop_when_closed
from outcomes.management.workers import work_together
from outcomes.services import leases

MOST = 64  # workers of one machine
PASSING = {  # a lost database comes back, and who was told to stop stops
    f"{kind.__module__}.{kind.__qualname__}"
    for kind in (OperationalError, SystemExit, KeyboardInterrupt)
}


class RunWorker(Worker):
    """Ends at a task that fails: a run that fails has ended by itself, so it is this
    process that cannot work, and it would try again for ever."""

    def run_task(self, db_task_result) -> None:
        super().run_task(db_task_result)
        if db_task_result.exception_class_path in {"", *PASSING}:
            return
        why = db_task_result.traceback.strip().rpartition("\n")[2]
        raise CommandError(
            f"This worker can begin no run ({why}); the runs wait. If its code was "
            "replaced since it started, start it again."
        )


class Command(BaseCommand):
    help = "Take queued runs and execute them. Ctrl-C lets the present one finish."

    def add_arguments(self, parser):
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--batch", action="store_true", help="stop when all is done")
        ends.add_argument("--once", action="store_true", help="stop after one run")
        parser.add_argument(
            "--interval",
            type=valid_interval,
            default=1.0,
            help="seconds between two looks at an empty queue (default: %(default)s)",
        )
        parser.add_argument(
            "--processes",
            type=int,
            choices=range(1, MOST + 1),
            metavar="N",
            default=1,
            help="so many workers, each a process (default: %(default)s)",
        )
        parser.add_argument(
            "--until-closed",
            action="store_true",
            help="stop once standard input is closed: who started this has gone",
        )

    def handle(self, *, batch, once, interval, processes, until_closed, **options):
        if processes > 1:
            said = ["--interval", str(interval), *(["--batch"] if batch else [])]
            said += ["--once"] if once else []
            if work_together(processes, said, self.stderr.write):
                raise CommandError("A worker ended with a fault; it says why above.")
            return
        if until_closed:
            stop_when_closed()
        self.work_alone(batch=batch, once=once, interval=interval)

    def work_alone(self, *, batch, once, interval):
        # All of it now: the code may be replaced before the first run.
        import_module("outcomes.services.execution")
        worker = RunWorker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=True,  # it returns when the queue is empty, and we reap before more
            backend_name="default",
            startup_delay=False,
            max_tasks=1 if once else None,
            worker_id=get_random_string(32),
        )
        with stopped_by_signals(worker):
            while worker.running:
                self.work(worker)
                if batch or once:
                    return
                time.sleep(interval)

    def work(self, worker: Worker) -> None:
        try:
            leases.reap()
            worker.run()
        except OperationalError as lost:
            self.stderr.write(f"The database is out of reach, trying again: {lost}")


@contextmanager
def stopped_by_signals(worker: Worker):
    """One signal lets the present run finish, a second ends it; then as before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    worker.configure_signals()
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
