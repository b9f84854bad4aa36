"""Standard output is for the data. Compiled libraries print there by themselves, as the
solver of `cardinality` does now and then, and a line before the JSON spoils it."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OUT, ERR = 1, 2


@contextmanager
def kept_for_data() -> Iterator[None]:
    """What anybody prints meanwhile goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(OUT)
    os.dup2(ERR, OUT)
    try:
        yield
    finally:
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)  # what C still holds back
        os.dup2(kept, OUT)
        os.close(kept)
