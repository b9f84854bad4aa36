"""A library in C that prints by itself does not spoil the JSON on standard output."""

import ctypes
import json
import os

import pytest
from django.core.management import call_command

from outcomes.management.commands import evaluate as command
from outcomes.management.standard_output import kept_for_data
from outcomes.services import execution
from tests.factories import UserFactory
from tests.house.source import ROOT
from tests.outcomes.test_execution import DESIGN

EXAMPLES = ROOT / "docs" / "examples"


def noisy(real):
    def evaluate(*arguments):
        ctypes.CDLL(None).puts(b"from a solver")
        return real(*arguments)

    return evaluate


def test_what_is_printed_meanwhile_is_no_data(capfd):
    with kept_for_data():
        ctypes.CDLL(None).puts(b"from a solver")
        os.write(1, b"from a library\n")
    print("data")
    said = capfd.readouterr()
    assert said.out == "data\n"
    assert sorted(said.err.splitlines()) == ["from a library", "from a solver"]


def test_a_failure_gives_standard_output_back(capfd):
    with pytest.raises(ZeroDivisionError), kept_for_data():
        raise ZeroDivisionError
    print("data")
    assert capfd.readouterr().out == "data\n"


def test_a_table_is_evaluated_to_json_alone(capfd, monkeypatch):
    monkeypatch.setattr(command, "evaluate_table", noisy(command.evaluate_table))
    files = EXAMPLES / "lalonde.csv", EXAMPLES / "lalonde-design.json"
    call_command("evaluate", *files)
    said = capfd.readouterr()
    assert json.loads(said.out)["sample"]["treated"] == 185
    assert "from a solver" in said.err


def test_an_evaluation_is_run_to_json_alone(capfd, monkeypatch, district):
    district.populate()
    by = UserFactory(evaluator=True)
    draft = district.evaluation(design=DESIGN, created_by=by)
    monkeypatch.setattr(execution, "evaluate", noisy(execution.evaluate))
    call_command("run_evaluation", draft.pk, lock=True, format="json")
    said = capfd.readouterr()
    assert json.loads(said.out)["sample"]["treated"] == 8
    assert "from a solver" in said.err
