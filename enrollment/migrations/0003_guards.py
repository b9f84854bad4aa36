"""Facts that span rows, which a CHECK cannot see: the database itself refuses them.

Each guard has the name that its refusal carries, on SQLite and on PostgreSQL alike. On
SQLite a later migration that rebuilds one of these tables drops its triggers and has to
make them again; tests/enrollment/test_guards.py fails when that is forgotten.
"""

from django.db import migrations


def sqlite_trigger(trigger: str, event: str, condition: str, refusal: str) -> str:
    # AFTER, for before it a new row has no number yet; ABORT undoes the statement.
    return f"""
        CREATE TRIGGER {trigger} AFTER {event} FOR EACH ROW WHEN {condition}
        BEGIN SELECT RAISE(ABORT, '{refusal}'); END
    """


SEAT_ABOVE_CAPACITY = """
    NEW.seat > (SELECT capacity FROM enrollment_offering WHERE id = NEW.offering_id)
"""
HELD_SEAT_ABOVE_CAPACITY = """
    EXISTS (
        SELECT 1 FROM enrollment_enrollment
        WHERE offering_id = NEW.id AND seat > NEW.capacity
    )
"""
ANOTHER_PROGRAM = """
    NEW.program_id <> (
        SELECT program_id FROM enrollment_offering WHERE id = NEW.offering_id
    )
"""
ENROLLED_IN_ANOTHER_PROGRAM = """
    EXISTS (
        SELECT 1 FROM enrollment_enrollment
        WHERE offering_id = NEW.id AND program_id <> NEW.program_id
    )
"""
# Both days included; a spell that still runs ends as planned.
ANOTHER_SPELL_SHARES_A_DAY = """
    NEW.status IN ('enrolled', 'exited') AND EXISTS (
        SELECT 1 FROM enrollment_enrollment AS other
        WHERE other.student_id = NEW.student_id
          AND other.program_id = NEW.program_id
          AND other.status IN ('enrolled', 'exited')
          AND other.id <> NEW.id
          AND other.first_day <= COALESCE(NEW.last_day, NEW.planned_last_day)
          AND NEW.first_day <= COALESCE(other.last_day, other.planned_last_day)
    )
"""
SPELL = "student_id, program_id, status, first_day, planned_last_day, last_day"

SQLITE = [
    sqlite_trigger(f"{refusal}_on_{event.split()[0].lower()}", event, condition, refusal)
    for refusal, condition, events in [
        (
            "seat_within_capacity",
            SEAT_ABOVE_CAPACITY,
            [
                "INSERT ON enrollment_enrollment",
                "UPDATE OF seat, offering_id ON enrollment_enrollment",
            ],
        ),
        (
            "capacity_covers_held_seats",
            HELD_SEAT_ABOVE_CAPACITY,
            ["UPDATE OF capacity ON enrollment_offering"],
        ),
        (
            "enrolled_in_the_offerings_program",
            ANOTHER_PROGRAM,
            [
                "INSERT ON enrollment_enrollment",
                "UPDATE OF program_id, offering_id ON enrollment_enrollment",
            ],
        ),
        (
            "an_offering_keeps_its_program",
            ENROLLED_IN_ANOTHER_PROGRAM,
            ["UPDATE OF program_id ON enrollment_offering"],
        ),
        (
            "no_overlapping_spells",
            ANOTHER_SPELL_SHARES_A_DAY,
            [
                "INSERT ON enrollment_enrollment",
                f"UPDATE OF {SPELL} ON enrollment_enrollment",
            ],
        ),
        (
            "transitions_are_append_only",
            "TRUE",
            ["UPDATE ON enrollment_transition", "DELETE ON enrollment_transition"],
        ),
    ]
    for event in events
]


def refuse(name: str) -> str:
    return f"""
        RAISE EXCEPTION '{name}'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}';
    """


POSTGRESQL = [
    # FOR SHARE waits for whoever is changing the offering, so that a seat and a lower
    # capacity that meet cannot both pass.
    f"""
    CREATE FUNCTION enrollment_fits_its_offering() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE offering record;
    BEGIN
        SELECT capacity, program_id INTO offering FROM enrollment_offering
        WHERE id = NEW.offering_id FOR SHARE;
        IF NEW.seat > offering.capacity THEN {refuse("seat_within_capacity")} END IF;
        IF NEW.program_id <> offering.program_id THEN
            {refuse("enrolled_in_the_offerings_program")}
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER enrollment_fits_its_offering
    BEFORE INSERT OR UPDATE OF seat, offering_id, program_id ON enrollment_enrollment
    FOR EACH ROW EXECUTE FUNCTION enrollment_fits_its_offering()
    """,
    # AFTER, for by then the row is locked and every seat taken before is in sight.
    f"""
    CREATE FUNCTION offering_fits_its_enrollments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {HELD_SEAT_ABOVE_CAPACITY} THEN {refuse("capacity_covers_held_seats")} END IF;
        IF {ENROLLED_IN_ANOTHER_PROGRAM} THEN
            {refuse("an_offering_keeps_its_program")}
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER offering_fits_its_enrollments
    AFTER UPDATE OF capacity, program_id ON enrollment_offering
    FOR EACH ROW EXECUTE FUNCTION offering_fits_its_enrollments()
    """,
    # Ranges of one number stand in for equality, which would need an extension.
    """
    ALTER TABLE enrollment_enrollment ADD CONSTRAINT no_overlapping_spells
    EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&,
        int8range(program_id, program_id, '[]') WITH &&,
        daterange(first_day, COALESCE(last_day, planned_last_day), '[]') WITH &&
    ) WHERE (status IN ('enrolled', 'exited'))
    """,
    f"""
    CREATE FUNCTION transitions_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {refuse("transitions_are_append_only")} END $$
    """,
    # Per row: a test that empties the tables truncates them, which is no such change.
    """
    CREATE TRIGGER transitions_are_append_only
    BEFORE UPDATE OR DELETE ON enrollment_transition
    FOR EACH ROW EXECUTE FUNCTION transitions_are_append_only()
    """,
]
GUARDS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def raise_guards(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0002_programs")]
    operations = [migrations.RunPython(raise_guards)]
