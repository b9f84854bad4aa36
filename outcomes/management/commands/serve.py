import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from enrollment.access import Role
from enrollment.models import User
from enrollment.services import accounts
from outcomes.management import until_closed

OFFICE = "office"
WORKER = ("manage.py", "worker", "--until-closed")
SECONDS_TO_START, SECONDS_TO_STOP = 30, 20


class Command(BaseCommand):
    help = "Serve web and one worker on this machine. Ctrl-C stops both."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host, port, **options):
        refuse_taken(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        # Both by name: a shell that starts us in the background ignores Ctrl-C for us.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.default_int_handler)
        try:
            with ExitStack() as running:
                web = running.enter_context(process(*web_server(host, port)))
                wait_until_up(host, port, web)
                self.say_where(f"http://{host}:{port}")

                def start() -> subprocess.Popen:
                    return running.enter_context(process(*WORKER))

                raise CommandError(keep_working(web, start, self.stderr.write))
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")

    def say_where(self, address: str) -> None:
        said = [
            f"Programs Tracker is at {address}/api/v1/docs/",
            self.log_in(f"{address}/log-in/"),
            "More log-ins: manage.py create_role_user NAME --role ROLE",
            "Ctrl-C stops it.",
        ]
        self.stdout.write("\n".join(said))
        self.stdout.flush()

    def log_in(self, page: str) -> str:
        if User.objects.filter(username=OFFICE).exists():
            again = f"manage.py changepassword {OFFICE}"
            return f"Log in at {page} as {OFFICE}, password as before ({again})."
        account = accounts.create_role_user(name=OFFICE, role=Role.ADMIN)
        return (
            f"Log in at {page} as {OFFICE}, password {account.password} (shown only "
            "now)\n"
            f"or send `Authorization: Bearer {account.token}`"
        )


def refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(
                f"{host}:{port} cannot be served: {reason}. Choose another --port."
            ) from error


def web_server(host: str, port: int) -> list[str]:
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    where = ["--bind", f"{host}:{port}", "--log-level", "warning"]
    end = ["--config", f"python:{until_closed.__name__}"]
    return ["-m", "gunicorn", "programs_tracker.wsgi", *threads, *where, *end]


@contextmanager
def process(*arguments: str):
    """A child of this Python; whatever happens here, it ends with us.

    Ctrl-C reaches us alone, and a worker that is asked once finishes its run first.
    """
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,  # closed by whatever ends us, a kill too
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                child.kill()


def wait_until_up(host: str, port: int, web: subprocess.Popen) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while web.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CommandError("The web server did not start; it says why above.")


def keep_working(
    web: subprocess.Popen,
    start: Callable[[], subprocess.Popen],
    tell: Callable[[str], object],
) -> str:
    """Until one ends by itself. A worker that is killed, most often for want of memory,
    is replaced: the web goes on meanwhile."""
    worker = start()
    while web.poll() is None:
        code = worker.poll()
        if code is not None and code >= 0:
            return f"The worker process ended with {code}."
        if code is not None:
            tell(f"The worker was ended by signal {-code}: replaced.")
            worker = start()
        time.sleep(0.5)
    return f"The web process ended with {web.returncode}."
