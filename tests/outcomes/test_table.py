"""The text of a row is said in the words of people."""

from outcomes.services.report_tables import warnings
from tests.outcomes.reports import REPORT, report


def test_a_warning_names_the_columns_of_the_plan_as_people_do():
    named = {"covariates": ["el_status"], "pretests": [{"name": "ela@2024"}]}
    named |= {"exact": ["grade"], "subgroups": ["swd*race_ethnicity"]}
    text = "Not within el_status, swd; ela@2024 is not ela@2025, nor pre_swd swd_2."
    made = report(design=REPORT["design"] | named)
    made["warnings"] = [{"code": "groups_not_exact", "text": text}]
    ((_, told),) = warnings(made).rows
    assert told == (
        "Not within English learner, student with a disability; ela 2024 is not "
        "ela@2025, nor pre_swd swd_2."
    )
