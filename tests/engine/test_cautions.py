"""Groups that are too thin for a model of their own are named."""

from tests.engine import lalonde


def thin_groups(**design):
    found = lalonde.report(subgroups=["race"], **design)["warnings"]
    return [w["text"] for w in found if w["code"] == "thin_groups"]


def test_a_group_with_few_students_a_coefficient_is_named():
    (text,) = thin_groups(estimator="g_computation")
    assert "race=hispan" in text
    assert "race=black" not in text


def test_a_difference_of_means_needs_no_model():
    assert thin_groups(estimator="difference") == []
