"""Who may take part, where and when. Nothing here reads or writes a table."""

from datetime import date

from enrollment.models import Enrollment, Offering
from enrollment.models.participation import LIVE, SPELLS
from enrollment.services.refusal import Refused, StaleVersion


class OfferingFull(Refused):
    code = "offering_full"


class OverlappingSpell(Refused):
    code = "overlapping_spell"


class AlreadyInOffering(Refused):
    code = "already_enrolled"


class BadTransition(Refused):
    code = "bad_transition"


class OutsideOffering(Refused):
    code = "outside_offering"


class NotEligible(Refused):
    code = "not_eligible"


def in_order(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise OutsideOffering(
            f"The last day, {last_day}, is before the first day, {first_day}: a spell "
            "holds at least one day. Correct one of the two.",
            first_day=first_day,
            last_day=last_day,
        )


def within(offering: Offering, *days: date) -> None:
    for day in days:
        if not offering.first_day <= day <= offering.last_day:
            raise OutsideOffering(
                f"{day} is outside the offering, which runs from {offering.first_day} "
                f"to {offering.last_day}: choose a day in between, or change the days "
                "of the offering.",
                day=day,
                first_day=offering.first_day,
                last_day=offering.last_day,
            )


def eligible(offering: Offering, places: list[tuple[int, str]], day: date) -> None:
    """Places are the (school, grade) where the student is known to be that day. What
    is unknown excludes nobody."""
    grades = sorted({grade for school, grade in places if school == offering.school_id})
    if places and not grades:
        raise NotEligible(
            f"On {day} the student is on the roll of another school than the one of "
            "this offering: enroll there, or correct the membership.",
            day=day,
        )
    served = offering.grades_served()
    if grades and not set(grades) & set(served):
        raise NotEligible(
            f"On {day} the student is in grade {', '.join(grades)} and the offering "
            f"serves {', '.join(served)}: choose another offering, or correct the "
            "grade.",
            day=day,
            grades=grades,
            served=served,
        )


def not_yet_in(offering: Offering, enrollments: list[Enrollment]) -> None:
    for other in enrollments:
        if other.offering_id == offering.pk and other.status in LIVE:
            raise AlreadyInOffering(
                f"The student is {other.status} in this offering already: go on with "
                "that enrollment instead of making another.",
                enrollment=other.pk,
                status=other.status,
            )


def free_of_overlap(
    enrollment: Enrollment, first_day: date, last_day: date, others: list[Enrollment]
) -> None:
    for other in others:
        if (
            other is not enrollment
            and other.status in SPELLS
            and other.program_id == enrollment.program_id
            and other.first_day <= last_day
            and first_day <= ends(other)
        ):
            raise OverlappingSpell(
                f"The student takes part in this program from {other.first_day} to "
                f"{ends(other)} already, and the two spells would share a day: end "
                "that one before, or choose days beside it.",
                enrollment=other.pk,
                first_day=other.first_day,
                last_day=ends(other),
            )


def ends(spell: Enrollment) -> date:
    return spell.last_day or spell.planned_last_day


class Seats:
    """The seats held in an offering. The lowest free one is found without counting
    from one each time, for an offering may have thousands."""

    def __init__(self):
        self._held = set()
        self._lowest = 1  # every seat below it is held

    def hold(self, seat: int | None) -> None:
        self._held |= {seat} - {None}

    def release(self, seat: int | None) -> None:
        self._held -= {seat}
        self._lowest = min(self._lowest, seat or self._lowest)

    def lowest_free(self) -> int:
        while self._lowest in self._held:
            self._lowest += 1
        return self._lowest


def free_seat(offering: Offering, seats: Seats) -> int:
    seat = seats.lowest_free()
    if offering.capacity is not None and seat > offering.capacity:
        raise OfferingFull(
            f"All {offering.capacity} seats of the offering are taken: raise its "
            "capacity, or end an enrollment first.",
            capacity=offering.capacity,
        )
    return seat


def may_go(enrollment: Enrollment, action: str, *, allowed: list[str]) -> None:
    if enrollment.status not in allowed:
        from_there = " or ".join(filter(None, allowed))  # a new one has no status yet
        raise BadTransition(
            f"This enrollment is {enrollment.status}, and only one that is "
            f"{from_there} can go through `{action}`.",
            status=enrollment.status,
            action=action,
            allowed=[str(status) for status in allowed],
        )


def unchanged_since(version: int, row) -> None:
    if row.version != version:
        raise StaleVersion(
            f"You changed version {version} and the record is at version "
            f"{row.version}: read it again, then repeat the change.",
            version=row.version,
        )
