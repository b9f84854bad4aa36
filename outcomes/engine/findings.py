"""What an evaluation found, and the report that prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from outcomes.designs.design import Design
from outcomes.engine.estimable import plain

ENGINE_VERSION = "1.7.0"


def versions() -> dict[str, str]:
    """Of whatever decides a last digit, in the process that is asked."""
    packages = ("numpy", "scipy", "pandas")
    return {"engine": ENGINE_VERSION} | {name: version(name) for name in packages}


@dataclass(frozen=True, slots=True)
class Findings:
    """design : as it was used; parts : the report's sections in order; members : by
    column, of each member of a set, for the analyst who holds the table."""

    design: Design
    parts: Mapping[str, Any]
    members: Mapping[str, list[Any]]

    @property
    def pairs(self) -> list[dict[str, Any]]:
        """One entry a member of a set."""
        rows = zip(*self.members.values(), strict=True)
        return [dict(zip(self.members, row, strict=True)) for row in rows]

    def report(self) -> dict[str, Any]:
        return {**self.printed(), "pairs": self.pairs}

    def printed(self) -> dict[str, Any]:
        """All but the pairs, in plain values for JSON: no NaN, null beside the reason
        for it."""
        printed: dict[str, Any] = plain(
            {
                "design_hash": self.design.hash(),
                "engine": ENGINE_VERSION,
                **self.parts,
                "design": self.design.to_dict(),
            }
        )
        return printed
