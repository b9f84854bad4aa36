"""Numbers that may not exist: a reason stands in their place until they are printed."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any, ParamSpec, TypeAlias, TypeVar

from outcomes.designs.errors import NotEstimable

P = ParamSpec("P")
T = TypeVar("T")
Number: TypeAlias = float | NotEstimable
DIGITS = 12  # significant; the rest is the order in which a processor added


def attempt(
    compute: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | NotEstimable:
    """The number, or whatever is made of numbers, or the reason why there is none."""
    try:
        return compute(*args, **kwargs)
    except NotEstimable as reason:
        return reason.with_traceback(None)  # which would keep every array it has seen


def known(found: T | NotEstimable) -> T:
    """What was found itself; raises the reason where there is nothing."""
    if isinstance(found, NotEstimable):
        raise found
    return found


def plain(value: Any) -> Any:
    """Ready for JSON: finite numbers to 12 digits, null for what cannot be had.

    In a record, `not_estimable` then says why, for each null.
    """
    if isinstance(value, str):
        return str(value)  # a word of an enum is only a word to whoever reads it
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
    if value is None or isinstance(value, int | NotEstimable):
        return None if isinstance(value, NotEstimable) else value
    if isinstance(value, dict):
        return _record(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _record({f.name: getattr(value, f.name) for f in fields(value)})
    return value


def _record(items: dict[str, Any]) -> dict[str, Any]:
    out = {str(key): plain(item) for key, item in items.items()}
    reasons: dict[str, list[str]] = {}
    for key, item in items.items():
        if isinstance(item, NotEstimable):
            reasons.setdefault(str(item), []).append(str(key))
        elif isinstance(item, float) and not isfinite(item):
            reasons.setdefault("beyond what a number can hold", []).append(str(key))
    if reasons:
        out["not_estimable"] = "; ".join(
            f"{', '.join(keys)}: {reason}" for reason, keys in reasons.items()
        )
    return out
