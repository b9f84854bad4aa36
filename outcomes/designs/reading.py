"""Parsers for plain JSON values that name the key path of whatever they refuse."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from outcomes.designs.errors import DesignError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
JSON_WORDS = {"None": "null", "True": "true", "False": "false"}
Parser: TypeAlias = Callable[[Any, str], T]


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint such as `; did you mean "ratio"?`, or nothing when no word is near."""
    found = get_close_matches(word, [*known], n=1)
    return f'; did you mean "{found[0]}"?' if found else ""


def refuse(path: str, found: Any, expected: str) -> DesignError:
    shown = JSON_WORDS.get(repr(found), repr(found))
    return DesignError(f"found {shown[:60]}, expected {expected}", path)


def text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refuse(path, value, "a name in quotes")
    return value


def label(value: Any, path: str) -> str:
    """A group's name; numbers are read as they are written in the data."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(path, value, "a group's name")
    return f"{value:g}" if isinstance(value, float) else text(str(value), path)


def flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(path, value, "true or false")
    return value


def whole(low: int, high: int | None = None) -> Parser[int]:
    bound = f"{low} or more" if high is None else f"{low} to {high}"

    def read(value: Any, path: str) -> int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or value < low or (high is not None and value > high):
            raise refuse(path, value, f"a whole number, {bound}")
        return int(value)

    return read


def number(low: float, *, open_end: bool = False) -> Parser[float]:
    """A finite number >= low, or > low when the end is open."""
    bound = f" above {low:g}" if open_end else f" {low:g} or more"
    bound = bound if low > float("-inf") else ""

    def read(value: Any, path: str) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value < float("inf"):
            raise refuse(path, value, f"a number{bound}")
        if open_end and value == low:
            raise refuse(path, value, f"a number{bound}")
        return float(value)

    return read


def choice(options: type[E]) -> Parser[E]:
    def read(value: Any, path: str) -> E:
        known = [option.value for option in options]
        if value not in known:
            hint = nearest(str(value), known)
            raise refuse(path, value, f"one of {', '.join(known)}{hint}")
        return options(value)

    return read


def maybe(parser: Parser[T]) -> Parser[T | None]:
    return lambda value, path: None if value is None else parser(value, path)


def list_of(parser: Parser[T], *, at_least: int = 0) -> Parser[tuple[T, ...]]:
    def read(value: Any, path: str) -> tuple[T, ...]:
        if not isinstance(value, list | tuple) or len(value) < at_least:
            some = f" of at least {at_least}" if at_least else ""
            raise refuse(path, value, f"a list in brackets{some}")
        return tuple(parser(item, f"{path}[{i}]") for i, item in enumerate(value))

    return read


def each_once(parser: Parser[T]) -> Parser[tuple[T, ...]]:
    """A list in which nothing stands twice."""

    def read(value: Any, path: str) -> tuple[T, ...]:
        found = list_of(parser)(value, path)
        for i, item in enumerate(found):
            if item in found[:i]:
                raise DesignError(f'"{item}" stands twice; name each once', path)
        return found

    return read


def names(value: Any, path: str) -> tuple[str, ...]:
    """Column names, each once."""
    return each_once(text)(value, path)


def mapping_of(parser: Parser[T]) -> Parser[dict[str, T]]:
    def read(value: Any, path: str) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise refuse(path, value, "an object in braces")
        return {text(k, path): parser(v, f"{path}.{k}") for k, v in value.items()}

    return read


def record(kind: Callable[..., T], parsers: Mapping[str, Parser[Any]]) -> Parser[T]:
    """A dataclass whose fields are read by `parsers`; absent keys keep its defaults."""
    required = [
        field.name
        for field in fields(kind)  # type: ignore[arg-type]
        if field.default is MISSING and field.default_factory is MISSING
    ]

    def read(value: Any, path: str) -> T:
        if not isinstance(value, Mapping):
            raise refuse(path, value, "an object in braces")
        _refuse_unknown(value, parsers, path)
        for name in required:
            if name not in value:
                raise DesignError("is missing; it has no default", _join(path, name))
        return kind(**{k: parsers[k](v, _join(path, k)) for k, v in value.items()})

    return read


def _refuse_unknown(value: Mapping[str, Any], known: Iterable[str], path: str) -> None:
    for key in value:
        if key not in known:
            hint = nearest(str(key), known) or f"; known keys: {', '.join(known)}"
            raise DesignError(f"is not a key of the design{hint}", _join(path, key))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
