"""What a worker does for a run, under the name by which the queue finds it."""

from importlib import import_module

try:
    from django.tasks import task
except ModuleNotFoundError:  # Django 5.2
    from django_tasks import task


@task()
def execute_run(run_id: int) -> None:
    # By name and only now: the web process queues runs, and never loads the engine.
    import_module("outcomes.services.execution").execute(run_id)
