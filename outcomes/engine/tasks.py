"""Independent tasks. Each gets all it needs and draws from a seed of its own, so who
runs them, how many at once and in which order, changes no number."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

A = TypeVar("A")
R = TypeVar("R")
DRAWS_A_BLOCK = 100  # a part of every answer: another number gives other draws
WORK_A_PART = 1_000_000  # some ten milliseconds, beside which to send it is little


class Runner(Protocol):
    """Answers in the order of the arguments. A task may be run more than once."""

    def __call__(
        self, task: Callable[[A], R], arguments: Sequence[A], /
    ) -> list[R]: ...


def here(task: Callable[[A], R], arguments: Sequence[A], /) -> list[R]:
    """One after the other, in this process."""
    return [task(argument) for argument in arguments]


_runner: ContextVar[Runner] = ContextVar("runner", default=here)
_most: ContextVar[int | None] = ContextVar("most", default=None)


def run_by(runner: Runner) -> AbstractContextManager[None]:
    """Within it, tasks are the runner's."""
    return _within(_runner, runner)


def on_processors(most: int) -> AbstractContextManager[None]:
    """Within it, threads take no more processors than that."""
    return _within(_most, most)


@contextmanager
def _within(variable: ContextVar[A], value: A) -> Iterator[None]:
    before = variable.set(value)
    try:
        yield
    finally:
        variable.reset(before)


def processors() -> int:
    """On how many one may compute at once here: those that the process may use, unless
    it was told to take fewer."""
    if hasattr(os, "sched_getaffinity"):
        there = len(os.sched_getaffinity(0))
    else:
        there = os.cpu_count() or 1
    return min(there, _most.get() or there)


def run(task: Callable[[A], R], arguments: Sequence[A]) -> list[R]:
    """The answers, in order. task and arguments may be sent to another machine: the
    task is a function of a module, or a `partial` of one with what all tasks share."""
    return _runner.get()(task, arguments)


def run_in_parts(
    task: Callable[[A], R], arguments: Sequence[A], work: Iterable[int]
) -> list[R]:
    """The answers, in order, of tasks too short to be sent one by one: neighbours are
    one part until together they are work enough.

    work : what each takes, in tens of nanoseconds or so. Where a part ends depends
    on that alone, never on who runs it.
    """
    parts: list[list[A]] = []
    size = WORK_A_PART
    for argument, more in zip(arguments, work, strict=True):
        if size >= WORK_A_PART:
            parts.append([])
            size = 0
        parts[-1].append(argument)
        size += more
    return [answer for part in run(partial(here, task), parts) for answer in part]


@dataclass(frozen=True, slots=True)
class Block:
    """Some of the draws of a seed: always the same ones, whoever makes them."""

    seed: int
    number: int
    draws: int

    def random(self) -> np.random.Generator:
        """The block's own chance, apart from that of all other blocks."""
        return np.random.default_rng([self.seed, self.number])


def blocks_of_draws(seed: int, draws: int) -> list[Block]:
    """All draws, in blocks of 100; the last may be shorter."""
    return [
        Block(seed, number, min(DRAWS_A_BLOCK, draws - first))
        for number, first in enumerate(range(0, draws, DRAWS_A_BLOCK))
    ]
