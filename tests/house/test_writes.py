"""Models are written by services; a door that writes one walks round the rules."""

import ast

from tests.house.source import modules

WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
}
MAY_WRITE = {
    # The one door that keeps rows of its own: replayed answers of the API.
    "api/idempotency.py",
}


def is_on_a_manager(call: ast.Call) -> bool:
    """`X.objects. … .update(…)` anywhere in the chain, or `.save()` on anything."""
    names = [
        node.attr for node in ast.walk(call.func) if isinstance(node, ast.Attribute)
    ]
    return "objects" in names or call.func.attr == "save"


def writes_in(tree: ast.AST):
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and is_on_a_manager(node)
        ):
            yield node.lineno


def test_only_services_write_models():
    found = {
        str(path): lines
        for path, tree in modules()
        if "services" not in path.parts
        and str(path) not in MAY_WRITE
        and (lines := list(writes_in(tree)))
    }
    assert not found


def test_the_sweep_sees_a_write_where_it_may_not_stand():
    door = ast.parse("Enrollment.objects.filter(pk=1).update(seat=2)\nrow.save()")
    assert list(writes_in(door)) == [1, 2]


def test_models_have_no_save_of_their_own_and_no_default_order():
    for path, tree in modules("enrollment/models", "outcomes/models"):
        names = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
        assert "save" not in names, path
        assigned = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert "ordering" not in assigned, path
