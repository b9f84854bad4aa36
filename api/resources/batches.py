"""Many enrollments in one request, each through the rules of one."""

from collections import Counter

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from api import parameters
from api.errors import flattened
from api.fields import Choice, Day, Text
from api.parameters import DRY_RUN
from api.permissions import may
from api.references import Lookup, find_all, lookup_of, rows_named
from api.schema import ProblemEntry
from api.shapes import Body
from api.viewsets import Door
from enrollment.access import Permission as P
from enrollment.models import ExitReason, Offering, Source, Student
from enrollment.services import enrollments
from enrollment.services.enrollments import Spell

MOST_ITEMS = 1000


class Named(serializers.Field):
    """A reference that is looked up later, with all the others of its kind."""

    def __init__(self, model, **kwargs):
        super().__init__(**kwargs)
        self.model = model

    def to_internal_value(self, data) -> Lookup:
        return lookup_of(self.model, data)


class ItemIn(Body):
    student = Named(Student)
    offering = Named(Offering)
    first_day = Day()
    planned_last_day = Day(required=False)
    last_day = Day(required=False, help_text="With one, the spell is over.")
    exit_reason = Choice(ExitReason.choices, required=False)
    reason = Text(max_length=500, required=False)
    source = Choice(Source.choices, required=False)


class BatchIn(Body):
    mode = Choice(["commit", "validate"], default="commit")
    atomic = Choice(["all", "row"], default="all")
    items = serializers.ListField(
        child=serializers.JSONField(), min_length=1, max_length=MOST_ITEMS
    )


class ItemOut(serializers.Serializer):
    index = serializers.IntegerField(help_text="From 0, as sent.")
    action = serializers.ChoiceField(
        ["created", "updated", "unchanged", "refused", "skipped"],
        help_text="Skipped: right in itself, but the batch was all or nothing.",
    )
    id = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    problems = ProblemEntry(many=True)


class BatchOut(serializers.Serializer):
    outcome = serializers.ChoiceField(["applied", "partly_applied", "rejected"])
    dry_run = serializers.BooleanField(help_text="true: nothing was written.")
    summary = serializers.DictField(
        child=serializers.IntegerField(), help_text="Items of each action."
    )
    items = ItemOut(many=True)


class BatchView(Door):
    permission_classes = [may(write=P.ENROLL)]
    parameters = (DRY_RUN,)

    @extend_schema(request=BatchIn, responses={200: BatchOut, 422: BatchOut})
    def post(self, request):
        """Up to 1,000 items, each through the rules of one; 422 when none was written
        because some were wrong. `validate` does it all and takes it back."""
        asked = BatchIn.read(request)
        is_rehearsal = asked["mode"] == "validate"
        is_rehearsal |= parameters.switch(request, "dry_run")
        items, spells = spells_of(asked["items"], request)
        with transaction.atomic():
            batch = enrollments.enroll_many(
                rows=spells.values(), by=request.user, atomic=asked["atomic"]
            )
            decide(items, spells, batch)
            outcome = outcome_of(items, atomic=asked["atomic"])
            if is_rehearsal or outcome == "rejected":
                transaction.set_rollback(True)
        answer = report(items, outcome, is_rehearsal=is_rehearsal)
        is_wrong = outcome == "rejected" and not is_rehearsal
        return Response(answer, 422 if is_wrong else 200)


def spells_of(sent: list, request) -> tuple[list[dict], dict[int, Spell]]:
    """An entry for every item, and the spell of each that could be read."""
    items = [entry(index) for index in range(len(sent))]
    form, read = ItemIn(context={"request": request}), {}
    for index, item in enumerate(sent):
        try:
            read[index] = form.run_validation(item)
        except ValidationError as wrong:
            refuse(items[index], wrong)
    resolve(read, items, "student", rows_named(Student, request))
    resolve(read, items, "offering", rows_named(Offering, request, P.ENROLL))
    good = {i: v for i, v in read.items() if not items[i]["problems"]}
    default = {"source": Source.NOMINATED}
    return items, {i: Spell(**{**default, **v}) for i, v in good.items()}


def resolve(read: dict, items: list[dict], name: str, rows) -> None:
    """Keys for the references of all items, looked up together."""
    found = find_all([values[name] for values in read.values()], rows)
    for (index, values), row in zip(read.items(), found, strict=True):
        if row is None:
            sentence = ErrorDetail(f"There is no such {name}.", "not_found")
            refuse(items[index], ValidationError({name: sentence}))
        else:
            values[name] = row.pk


def entry(index: int) -> dict:
    return {"index": index, "action": None, "id": None, "note": "", "problems": []}


def refuse(item: dict, wrong: ValidationError) -> None:
    item["action"] = "refused"
    item["problems"] += flattened(wrong.detail, f"/items/{item['index']}")


def decide(items: list[dict], spells: dict, batch) -> None:
    """What the rules said of each spell, put at the item it came from."""
    for index, outcome in zip(spells, batch.outcomes, strict=True):
        item = items[index]
        item["action"], item["note"] = outcome.action, outcome.note
        item["id"] = outcome.enrollment.pk if outcome.enrollment else None
        if outcome.refusal:
            problem = ErrorDetail(str(outcome.refusal), outcome.refusal.code)
            refuse(item, ValidationError([problem]))


def outcome_of(items: list[dict], *, atomic: str) -> str:
    refused = sum(item["action"] == "refused" for item in items)
    if not refused:
        return "applied"
    return "rejected" if atomic == "all" or refused == len(items) else "partly_applied"


def report(items: list[dict], outcome: str, *, is_rehearsal: bool) -> dict:
    for item in items:
        if outcome == "rejected" and item["action"] in {"created", "updated"}:
            item["action"] = "skipped"
        if item["action"] == "skipped" or (
            is_rehearsal and item["action"] == "created"
        ):
            item["id"] = None  # what was taken back has no id
    counts = Counter(item["action"] for item in items)
    known = ItemOut().fields["action"].choices
    return {
        "outcome": outcome,
        "dry_run": is_rehearsal,
        "summary": {action: counts[action] for action in known},
        "items": items,
    }
