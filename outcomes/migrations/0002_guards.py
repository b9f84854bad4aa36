"""What was locked or found stays as it is: the database itself refuses to change it.

Each guard has the name that its refusal carries, on SQLite and on PostgreSQL alike. On
SQLite a later migration that rebuilds one of these tables drops its triggers and has to
make them again; tests/outcomes/test_guards.py fails when that is forgotten.
"""

from django.db import migrations

FINISHED = "OLD.state IN ('done', 'failed', 'cancelled')"
NOT_RUNNING = "(SELECT state FROM outcomes_run WHERE id = NEW.run_id) <> 'running'"
OF_A_DRAFT = """
    NEW.purpose = 'impact' AND 'locked' <> (
        SELECT state FROM outcomes_evaluation WHERE id = NEW.evaluation_id
    )
"""
CHANGE = ["UPDATE", "DELETE"]

# name, table, events, and the condition under which the row is refused
GUARDS = [
    (
        "a_locked_evaluation_never_changes",
        "outcomes_evaluation",
        CHANGE,
        "OLD.state = 'locked'",
    ),
    ("a_finished_run_never_changes", "outcomes_run", CHANGE, FINISHED),
    ("a_draft_has_no_impact_run", "outcomes_run", ["INSERT", "UPDATE"], OF_A_DRAFT),
    ("findings_never_change", "outcomes_findings", CHANGE, "TRUE"),
    ("only_a_running_run_finds", "outcomes_findings", ["INSERT"], NOT_RUNNING),
    ("matched_students_never_change", "outcomes_matchedstudent", CHANGE, "TRUE"),
    ("only_a_running_run_matches", "outcomes_matchedstudent", ["INSERT"], NOT_RUNNING),
]


def on_sqlite(name, table, events, condition):
    for event in events:
        yield f"""
            CREATE TRIGGER {name}_on_{event.lower()} BEFORE {event} ON {table}
            FOR EACH ROW WHEN {condition}
            BEGIN SELECT RAISE(ABORT, '{name}'); END
        """


def on_postgresql(name, table, events, condition):
    yield f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {condition} THEN
                RAISE EXCEPTION '{name}' USING
                    ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$
    """
    # Per row: a test that empties the tables truncates them, which is no such change.
    yield f"""
        CREATE TRIGGER {name} BEFORE {" OR ".join(events)} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {name}()
    """


def raise_guards(apps, schema_editor):
    write = {"sqlite": on_sqlite, "postgresql": on_postgresql}
    for guard in GUARDS:
        for statement in write[schema_editor.connection.vendor](*guard):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [migrations.RunPython(raise_guards)]
