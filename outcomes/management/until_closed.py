"""A process that ends with who started it: a killed one tells nobody, but the standard
input that it held open is closed."""

import os
import signal
import sys
import threading


def stop_when_closed() -> None:
    """From now on. As when told once, what is under way is finished first."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def on_starting(server: object) -> None:
    """What gunicorn asks of a file of settings, which this one is as well."""
    stop_when_closed()
