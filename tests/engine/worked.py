"""The worked examples and the STAR children that the tests of single formulas use."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@cache
def formulas() -> dict[str, Any]:
    return json.loads((REFERENCE / "formula_examples.json").read_text())


@cache
def star() -> dict[str, Any]:
    return json.loads((REFERENCE / "star_oracles.json").read_text())


@cache
def lalonde() -> dict[str, Any]:
    return json.loads((REFERENCE / "lalonde_oracles.json").read_text())


@cache
def lalonde_table() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "lalonde.csv")


@cache
def kindergarten() -> pd.DataFrame:
    """STAR's kindergarten children; z is readk in SDs of the two larger classes."""
    table = pd.read_csv(REFERENCE / "star.csv")
    table = table[table["stark"].notna()]
    large = table.loc[table["stark"] != "small", "readk"]
    return table.assign(
        z=(table["readk"] - large.mean()) / large.std(),
        small=(table["stark"] == "small").astype(float),
        girl=(table["gender"] == "female").astype(float),
        free=(table["lunchk"] == "free").astype(float),
    )


@dataclass(frozen=True)
class TwoGroups:
    """Arrays of one STAR gap: the reference group scores higher."""

    z: np.ndarray
    small: np.ndarray
    focal: np.ndarray
    school: np.ndarray


def star_gap(dimension: str) -> TwoGroups:
    """The children behind star_oracles.json's `gaps`, by "ethnicity" or "lunchk"."""
    table = kindergarten()
    table = table.dropna(subset=["z", "gender", "lunchk", dimension])
    focal = {"ethnicity": "afam", "lunchk": "free"}[dimension]
    reference = {"ethnicity": "cauc", "lunchk": "non-free"}[dimension]
    table = table[table[dimension].isin([focal, reference])]
    return TwoGroups(
        z=table["z"].to_numpy(),
        small=table["small"].to_numpy() == 1,
        focal=(table[dimension] == focal).to_numpy(),
        school=pd.factorize(table["schoolidk"])[0],
    )
