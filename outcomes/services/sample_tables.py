"""The tables of students: who was compared, how alike they are, who is not there."""

from collections.abc import Iterator
from typing import Any

from outcomes.charts.words import Report, Row, estimand_of, in_words
from outcomes.reasons import why_cluster_unmatched, why_left_out, why_unmatched
from outcomes.services.table import Table, group_of, said, share, table
from outcomes.terms import counted

ALIKE = (
    "By how many SDs the averages of the two groups differ: up to 0.05 counts as "
    "alike, up to 0.25 as adjustable, more as different."
)
BALANCE = {
    "Covariate": said("covariate"),
    "Before matching, in SDs": "smd_before",
    "After": "smd_after",
    "As reviewers count": "wwc_effect_size",
    "Ratio of variances": "variance_ratio_after",
    "Largest gap (KS)": "ks_after",
    "Mean gap (eCDF)": "ecdf_mean_after",
}
OWN = {"ATT": "treated", "ATC": "comparison"}
ARMS = {"treated": "participants", "comparison": "comparison students"}


def flow(report: Report) -> Table:
    """Everybody, from the table to the match, with the reason of each who is not."""
    own = OWN.get(estimand_of(report), "both")
    columns = {"Students": "who", "Participants": "treated", "Comparison": "comparison"}
    together = {"Both together": "both"} if own == "both" else {}
    return table(
        "Who was compared",
        "From everybody who could take part in the comparison to those who do.",
        {**columns, **together},
        [*_flow(report["sample"], own)],
    )


def _flow(sample: Row, own: str) -> Iterator[Row]:
    """own : the arm whose students are counted as unmatched."""
    for row in sample.get("excluded", ()):
        why = why_left_out(row["reason"], in_words)
        counts = {"treated": row["treated"], "comparison": row["comparison"]}
        yield {"who": f"left out before: {why}", **counts}
    yield {"who": "could be matched", **{arm: sample[arm] for arm in ARMS}}
    for row in sample["unmatched"]:
        yield {"who": f"found no match: {why_unmatched(row['reason'])}", own: row["n"]}
    yield {"who": "matched", **{arm: sample[f"matched_{arm}"] for arm in ARMS}}
    worth = {arm: sample.get(f"ess_{arm}") for arm in ARMS}
    yield {"who": "count for, once weighted", **worth}


def balance(report: Report) -> Table:
    return table("Balance at matching", ALIKE, BALANCE, report["balance"])


def analytic(report: Report) -> Table:
    rows = [
        {**row, "outcome": part["outcome"]}
        for part in report.get("balance_analytic", ())
        for row in part["balance"]
    ]
    return table(
        "Balance of those the effect rests on",
        f"The same for matched students who have the outcome. {ALIKE}",
        {"Outcome": said("outcome"), **BALANCE},
        rows,
    )


def by_group(report: Report) -> Table:
    return table(
        "Balance within groups",
        "An effect by group rests on the balance within it: where a covariate is far "
        "apart there, believe the group's effect less.",
        {
            "Group": group_of,
            "Participants": "n_treated",
            "Comparison": "n_comparison",
            "Differs most in": said("covariate"),
            "By, in SDs": "largest",
            "Covariates beyond 0.10": "beyond",
        },
        report.get("balance_by_group", ()),
    )


def products(report: Report) -> Table:
    found = report.get("balance_of_products") or {"worst": [], "count": 0, "beyond": 0}
    return table(
        "Balance of squares and products",
        "Groups that are alike in each covariate may still differ in combinations: "
        f"{found['beyond']} of {found['count']} squares and products are more than "
        "0.10 SD apart; these differ most.",
        {"Square or product": said("product"), "After matching, in SDs": "smd_after"},
        found["worst"],
    )


def lost(report: Report) -> Table:
    return table(
        "For whom the effect does not speak",
        "Students who found no match, by group. Where a group was lost more than "
        "others, the effect says less of it.",
        {
            "Group": group_of,
            "Of": lambda row: ARMS["treated" if "n_treated" in row else "comparison"],
            "In all": lambda row: row.get("n_treated", row.get("n_comparison")),
            "Matched": "n_matched",
            "Share": share("share_matched"),
        },
        report.get("lost", ()),
    )


def discarded(report: Report) -> Table:
    return table(
        "Who was beyond comparison",
        "Students whose chance of taking part is below or above that of everyone on "
        "the other side, by group: they were set aside before matching.",
        {
            "Group": group_of,
            "Participants": "n_treated",
            "Set aside": "discarded_treated",
            "Comparison": "n_comparison",
            "Set aside there": "discarded_comparison",
        },
        report.get("discarded", ()),
    )


def attrition(report: Report) -> Table:
    return table(
        "Who has no outcome",
        "Leavers differ from those who stay; where one side loses more, the effect may "
        "be that of leaving.",
        {
            "Outcome": said("outcome"),
            "Of": lambda row: f"{in_words(row['of'])}, {group_of(row)}",
            "Participants": "n_treated",
            "Missing": share("share_missing_treated"),
            "Comparison": "n_comparison",
            "Missing there": share("share_missing_comparison"),
        },
        report.get("attrition", ()),
    )


def broken(report: Report) -> Table:
    return table(
        "Sets that lost a member",
        "What became of matched sets when somebody in them has no outcome.",
        {
            "Outcome": said("outcome"),
            "Rule": said("rule"),
            "Sets": "sets",
            "Lost a member": "broken",
            "Dropped whole": "dropped",
            "Weighted anew": "reweighted",
        },
        report.get("broken_sets", ()),
    )


def overlap(report: Report) -> Table:
    found = report.get("overlap") or {}
    names = ("least", "lower quarter", "middle", "upper quarter", "greatest")
    rows: list[dict[str, Any]] = [
        {"arm": words, **dict(zip(names, found[arm]["quartiles"], strict=True))}
        for arm, words in ARMS.items()
        if found
    ]
    return table(
        "How likely students were to take part",
        "Estimated from what was known before. The groups can be compared where both "
        f"are found; outside the range of comparison students: "
        f"{counted(found.get('treated_beyond_comparison', 0), 'participants')}.",
        {"Students": "arm", **{name.capitalize(): name for name in names}},
        rows,
    )


def clusters(report: Report) -> Table:
    """Whole clusters that were matched before their students."""
    found = report.get("clusters") or {"sets": [], "unmatched": []}
    rows = [
        {
            **one["treated"],
            "others": ", ".join(
                f"{place(each)} ({_students(each)}, {each['distance']:.2f} SD apart)"
                for each in one["comparison"]
            ),
        }
        for one in found["sets"]
    ]
    rows += [
        {**row, "others": f"none: {why_cluster_unmatched(row['reason'])}"}
        for row in found["unmatched"]
    ]
    return table(
        "Which schools or grades were compared",
        "Where a program takes everybody, whole clusters are matched first.",
        {"Cluster": place, "Students": "n", "Compared with": "others"},
        rows,
    )


def _students(row: Row) -> str:
    return f"{row['n']:,} students" if row["n"] is not None else "students hidden"


def place(row: Row) -> str:
    """`school 00350001, grade 05`."""
    return ", ".join(f"{in_words(k)} {label}" for k, label in row["cluster"].items())


def cluster_balance(report: Report) -> Table:
    found = report.get("clusters") or {"balance": []}
    names = ("Covariate", "Before matching, in SDs", "After")
    columns = {name: BALANCE[name] for name in names}
    return table(
        "Balance of whole clusters",
        "In SDs between clusters, which differ less than students do: what is far "
        "apart here may be near there. No reviewer judges by it.",
        columns,
        found["balance"],
    )
