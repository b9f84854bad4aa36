"""The worked examples and the STAR children that the tests of single formulas use."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outcomes.engine.covariates import Covariates
from outcomes.engine.matrix import Matrix

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def no_covariates(n: int) -> Covariates:
    return Covariates(Matrix(n, ()), (), (), np.empty(0, dtype=bool))


@cache
def formulas() -> dict[str, Any]:
    return json.loads((REFERENCE / "formula_examples.json").read_text())


@cache
def star() -> dict[str, Any]:
    return json.loads((REFERENCE / "star_oracles.json").read_text())


@cache
def honest() -> dict[str, Any]:
    return json.loads((REFERENCE / "honest_numbers.json").read_text())


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


@dataclass(frozen=True)
class Modelled:
    """The 5,741 children of `gapclosing_readk_race` and the columns of its models.

    with_program, without_program : columns of `z ~ small*cat + small*free + girl +
    birth` with small set to 1 and to 0; treatment : of `small ~ cat + girl + free +
    birth`. Each has an intercept.
    """

    z: np.ndarray
    small: np.ndarray
    focal: np.ndarray
    school: np.ndarray
    with_program: np.ndarray
    without_program: np.ndarray
    treatment: np.ndarray
    covariates: np.ndarray  # small, girl, free, birth: those of `kob_readk_race`


@cache
def modelled_star() -> Modelled:
    table = kindergarten().dropna(subset=["z", "gender", "lunchk", "birth"])
    table = table[table["ethnicity"].isin(["afam", "cauc"])]
    one = np.ones(len(table))
    cat = (table["ethnicity"] == "cauc").to_numpy(float)
    girl, free, small = (table[c].to_numpy() for c in ("girl", "free", "small"))
    birth = table["birth"].to_numpy() - 1980  # a shift leaves every prediction alone

    def outcome_columns(a):
        return np.column_stack([one, a, cat, free, girl, birth, a * cat, a * free])

    return Modelled(
        z=table["z"].to_numpy(),
        small=small == 1,
        focal=cat == 0,
        school=pd.factorize(table["schoolidk"])[0],
        with_program=outcome_columns(one),
        without_program=outcome_columns(0 * one),
        treatment=np.column_stack([one, cat, girl, free, birth]),
        covariates=np.column_stack([small, girl, free, birth]),
    )
