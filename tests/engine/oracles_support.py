"""Common support as its sentence says it: one student and one score at a time."""


def beyond(score, treated, discard):
    """Rows that are discarded."""
    return [
        i
        for i in range(len(score))
        if discard in (("treated" if treated[i] else "comparison"), "both")
        and not is_between(score, treated, i)
    ]


def is_between(score, treated, i):
    """Whether the other arm has a score on either side of this one, or the same."""
    others = [score[j] for j in range(len(score)) if treated[j] != treated[i]]
    return any(o <= score[i] for o in others) and any(o >= score[i] for o in others)
