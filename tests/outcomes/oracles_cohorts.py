"""The cohort of an evaluation as the sentences say it: loops over dated rows."""

from datetime import date, timedelta

OLDEST = timedelta(days=400)
LAST_DAYS = {year: date(year, 6, 18) for year in (2024, 2025, 2026, 2027)}


def rows(world):
    """(student, entry, participant, low income, before, after) for every row."""
    entries = sorted({day for s in world.people if (day := entry_of(world, s))})
    found = []
    for entry in entries:
        for s in world.people:
            if entry_of(world, s) == entry:
                found.append(row(world, s, entry, True))
            elif may_be_compared(world, s, entry):
                found.append(row(world, s, entry, False))
    return found


def row(world, s, entry, takes_part):
    before = [score for score in s.scores if score.day < entry]
    return (
        s.pk,
        entry.isoformat(),
        int(takes_part),
        snapshot(s, entry).low_income,
        last(before),
        last(after(world, s, entry, takes_part)),
    )


def after(world, s, entry, takes_part):
    scores = [c for c in s.scores if c.year == year_of(entry) + world.lag]
    if not LAST_DAYS.get(year_of(entry) + world.lag, entry) < entry:
        scores = [c for c in scores if c.day >= entry]
    return [c for c in scores if takes_part or c.day < (begins(world, s) or date.max)]


def own_start(world, s):
    return min((d for d, _ in s.spells if d >= world.first_day), default=None)


def is_already_there(world, s):
    return any(a < world.first_day <= b for a, b in s.spells)


def takes_part(world, s):
    start = own_start(world, s)
    return bool(start) and start <= world.last_day and not is_already_there(world, s)


def entry_of(world, s):
    """The index date of a participant who has a snapshot; None for others."""
    start = own_start(world, s)
    if not takes_part(world, s) or not snapshot(s, start):
        return None
    if not world.grades_begin:
        return start
    first = min(own_start(world, other) for other in classmates(world, s))
    known = snapshot(s, first)
    return first if known and known.grade == snapshot(s, start).grade else None


def classmates(world, s):
    """Who began in the same school year, out of the same grade."""

    def home(s):
        return year_of(own_start(world, s)), snapshot(s, own_start(world, s)).grade

    began = [s for s in world.people if takes_part(world, s)]
    began = [s for s in began if snapshot(s, own_start(world, s))]
    return [other for other in began if home(other) == home(s)]


def begins(world, s):
    return entry_of(world, s) or own_start(world, s)


def may_be_compared(world, s, entry):
    start = begins(world, s)
    has_begun = is_already_there(world, s) or (start is not None and start <= entry)
    in_rival = any(a <= entry <= b for a, b in s.rivals)
    return bool(snapshot(s, entry)) and not has_begun and not in_rival


def snapshot(s, entry):
    known = [each for each in s.snapshots if entry - OLDEST <= each.day < entry]
    return max(known, key=lambda each: (each.day, each.year, each.label), default=None)


def last(scores):
    found = max(scores, key=lambda c: (c.day, c.year, c.label), default=None)
    return found and found.value


def year_of(day):
    return min(year for year, last_day in LAST_DAYS.items() if day <= last_day)


def counts(world):
    """What the cohort section counts."""
    made = rows(world)
    treated = {pk for pk, _, arm, *_ in made if arm}
    others = {pk for pk, _, arm, *_ in made if not arm}
    by_pk = {s.pk: s for s in world.people}
    begun = [s for s in world.people if takes_part(world, s)]
    later = [
        day
        for s in world.people
        if takes_part(world, s)
        for day, _ in s.spells
        if own_start(world, s) < day <= world.last_day
    ]
    cut = {
        pk
        for pk, entry, arm, *_ in made
        if not arm
        and after(world, by_pk[pk], date.fromisoformat(entry), True)
        and not after(world, by_pk[pk], date.fromisoformat(entry), False)
    }
    return {
        "participants": len(treated),
        "comparison_pool": len(others - treated),
        "entries": len({entry for _, entry, *_ in made}),
        "later_participation": len(later),
        "not_yet_treated": sum(bool(begins(world, by_pk[pk])) for pk in others),
        "outcome_after_own_start": len(cut),
        "no_baseline": sum(not snapshot(s, own_start(world, s)) for s in begun),
        "joined_after_start": sum(
            bool(snapshot(s, own_start(world, s))) and not entry_of(world, s)
            for s in begun
        ),
    }
