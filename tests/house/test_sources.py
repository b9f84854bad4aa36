"""A number has an owner: what a public function takes, gives and cites."""

import ast

from tests.house.source import ROOT, modules

METHODS = (ROOT / "outcomes/engine/METHODS.md").read_text()


def public_functions():
    for path, tree in modules("outcomes/engine"):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path, node


def test_a_public_function_of_the_engine_says_what_it_does():
    silent = [
        f"{path}:{function.name}"
        for path, function in public_functions()
        if not ast.get_docstring(function)
    ]
    assert not silent


def test_methods_names_each_module_that_computes_a_number():
    unnamed = {
        path.stem
        for path, _ in public_functions()
        if path.stem not in METHODS and path.stem != "__init__"
    }
    assert not unnamed
