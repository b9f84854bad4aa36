"""What an evaluation found, and the report that prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outcomes.designs.design import Design
from outcomes.engine.estimable import plain

ENGINE_VERSION = "1.2.0"


@dataclass(frozen=True, slots=True)
class Findings:
    """design : as it was used; parts : the report's sections in order; pairs : one
    entry a member of a set, for the analyst who holds the table."""

    design: Design
    parts: Mapping[str, Any]
    pairs: list[dict[str, Any]]

    def report(self) -> dict[str, Any]:
        """Plain values for JSON: no NaN, null beside the reason for it."""
        printed: dict[str, Any] = plain(
            {
                "design_hash": self.design.hash(),
                "engine": ENGINE_VERSION,
                **self.parts,
                "design": self.design.to_dict(),
            }
        )
        return {**printed, "pairs": self.pairs}
