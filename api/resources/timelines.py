"""A student's dated facts in one order: what a person opens a record to see."""

from datetime import date

from rest_framework import serializers

from api.scope import visible
from enrollment.access import Permission
from enrollment.models import Enrollment, SchoolMembership, Student, StudentYear, User
from outcomes.models import Score

KINDS = [
    "membership_begins",
    "membership_ends",
    "snapshot",
    "spell_begins",
    "spell_ends",
    "score",
]


class EntryOut(serializers.Serializer):
    day = serializers.DateField()
    kind = serializers.ChoiceField(KINDS)
    id = serializers.IntegerField(help_text="Of the record that says so.")
    facts = serializers.DictField()


class TimelineOut(serializers.Serializer):
    entries = EntryOut(many=True)


def timeline_of(student: Student, user: User, *, on: date) -> list[dict]:
    """Only what this user may see; whoever sees no scores finds none here."""
    seen = {
        model: visible(model.objects.filter(student=student), user, on=on)
        for model in (SchoolMembership, StudentYear, Enrollment)
    }
    entries = [
        *memberships(seen[SchoolMembership].select_related("school")),
        *snapshots(seen[StudentYear].select_related("school")),
        *spells(seen[Enrollment].select_related("offering__school", "program")),
    ]
    if user.may(Permission.SEE_SCORES):
        rows = visible(Score.objects.filter(student=student), user, on=on)
        entries += scores(rows.select_related("measure"))
    return sorted(entries, key=lambda entry: (entry["day"], entry["kind"], entry["id"]))


def entry(day: date, kind: str, row, **facts) -> dict:
    return {"day": day, "kind": kind, "id": row.pk, "facts": facts}


def memberships(rows):
    for row in rows:
        facts = {"school": row.school.code, "grade": row.grade}
        yield entry(row.first_day, "membership_begins", row, **facts)
        if row.last_day:
            yield entry(row.last_day, "membership_ends", row, **facts)


def snapshots(rows):
    flags = ("grade", "race_ethnicity", "gender", "el_status", "swd", "low_income")
    for row in rows:
        known = {name: getattr(row, name) for name in flags}
        school_year = {"school_year": row.school_year_id, "collection": row.collection}
        yield entry(
            row.as_of, "snapshot", row, school=row.school.code, **school_year, **known
        )


def spells(rows):
    for row in rows.filter(first_day__isnull=False):
        facts = {"program": row.program.code, "school": row.offering.school.code}
        yield entry(row.first_day, "spell_begins", row, **facts)
        if row.last_day:
            facts["exit_reason"] = row.exit_reason
            yield entry(row.last_day, "spell_ends", row, **facts)


def scores(rows):
    for row in rows:
        facts = {"measure": row.measure.code, "value": row.value, "status": row.status}
        yield entry(row.observed_on, "score", row, **facts)
