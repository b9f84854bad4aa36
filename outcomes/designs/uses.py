"""Which keys of a design its method has a use for.

A key that limits who may be compared is a promise: a method that cannot keep it refuses
it. Any other key changes nothing where the method has no use for it, and that is said.
Designs are taken as they are printed; one of long ago may lack keys of today.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from outcomes.designs.checks import IN_PAIRS, OF_SCORE
from outcomes.designs.errors import DesignError
from outcomes.terms import Method, Order

UNUSED = "unused_key"  # the code of what is said of a key without a use
NEAR = (*IN_PAIRS, Method.FULL)  # where sets are of students who are near
PROMISES: Mapping[str, tuple[Method, ...]] = {
    "caliper": NEAR,
    "anti_exact": NEAR,
    "discard": NEAR,
    "broken_sets": NEAR,
    "reuse": (Method.NEAREST,),
    "prefer": IN_PAIRS,
}
SETTINGS: Mapping[str, tuple[Method, ...]] = {
    "distance": (*NEAR, Method.SUBCLASS, Method.IPW),
    "ratio": (*IN_PAIRS, Method.CARDINALITY),
    "replacement": NEAR,  # of which some refuse it, and say what to use
    "order": (Method.NEAREST,),
    "subclasses": (Method.SUBCLASS,),
    "cutpoints": (Method.CEM,),
    "tolerance": (Method.CARDINALITY,),
    "ties": (*NEAR, Method.CARDINALITY),
    "tie_tolerance": (Method.NEAREST,),
}
BY_SCORE = (Order.LARGEST, Order.SMALLEST)


def promises_can_be_kept(said: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    for key in _without_use(PROMISES, said, defaults):
        raise DesignError(
            f'method "{said["method"]}" has no use for it; remove it', key
        )


def unused_keys(said: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, str]:
    """Keys that are not as by default and change nothing, each with a sentence."""
    said = {**defaults, **said}
    why = f'method "{said["method"]}" has no use for it'
    unused = dict.fromkeys(_without_use(SETTINGS, said, defaults), why)
    if _ranks_nobody(said, defaults) and "order" not in unused:
        unused["order"] = f'distance "{said["distance"]}" has no score to rank by'
    return {
        key: f"{key} is set, but {reason}, so it changes nothing; remove it, or "
        "choose what uses it."
        for key, reason in unused.items()
    }


def _ranks_nobody(said: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    is_ranking = said["order"] in BY_SCORE and said["order"] != defaults["order"]
    return is_ranking and said["distance"] not in OF_SCORE


def _without_use(
    uses: Mapping[str, tuple[Method, ...]],
    said: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> Iterator[str]:
    for key, methods in uses.items():
        if said["method"] not in methods and said[key] != defaults[key]:
            yield key
