"""Many at once, as in the week when every school enrols."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from enrollment.services.refusal import Refused


def at_once(actions: list) -> list:
    """What each action gave or how it was refused; they start together."""
    start = Barrier(len(actions))

    def one(action):
        start.wait()
        try:
            return action()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(one, actions))
