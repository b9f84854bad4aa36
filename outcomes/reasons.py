"""Why somebody was left out or found no match, for people; a report gives the codes.

Each completes a sentence: `17 participants are left out because ...`.
"""

from collections.abc import Callable

UNMATCHED = {  # of a student
    "caliper": "nobody was near enough",
    "exact": "nobody was equal in what must be equal",
    "anti_exact": "everybody was alike in what must differ",
    "pool_exhausted": "everybody near had been taken",
    "exact_missing": "what must be equal is not known of them",
    "limit_missing": "what limits a match is not known of them",
    "balance": "with more of them the groups would not have been alike",
    "support": "their score is beyond that of everyone in the other group",
    "cluster": "no school or grade was left that theirs could be compared with",
    "no_overlap": "the score alone tells who takes part",
}
UNMATCHED_CLUSTER = {
    "exact": "no other was equal in what must be equal",
    "exact_missing": "what must be equal is not known of it",
    "not_comparable": "what is known of it is known of no other",
    "pool_exhausted": "all others like it had been taken",
}
LEFT_OUT = {  # before matching
    "treatment_missing": "nobody knows whether they took part",
    "entry_missing": "nobody knows at which entry they stand",
    "later_participation": "they had taken part before",
    "already_participant": "they took part themselves by then",
    "participant_later": "they took part themselves later",
    "cluster_missing": "their cluster is not known",
    "classmate": "they are classmates of participants",
    "program_before": "their school or grade had had the program before",
    "program_later": "their school or grade had the program later",
    "support": UNMATCHED["support"],
}


def why_unmatched(reason: str) -> str:
    return UNMATCHED.get(reason, _plain(reason))


def why_cluster_unmatched(reason: str) -> str:
    return UNMATCHED_CLUSTER.get(reason, _plain(reason))


def why_left_out(reason: str, said: Callable[[str], str] = '"{}"'.format) -> str:
    """said : how the reader is told of a column that is empty."""
    _, _, column = reason.partition(": ")
    if column:
        return f"{said(column)} is not known of them"
    return LEFT_OUT.get(reason, _plain(reason))


def _plain(reason: str) -> str:
    """A code that only a report of long ago knows."""
    return reason.replace("_", " ")
