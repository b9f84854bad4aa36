"""Names are built of the glossary's words; a new word goes there first."""

import ast
import re

import pytest
from django.apps import apps

from tests.house.source import ROOT, functions, modules

GLOSSARY = (ROOT / "docs" / "GLOSSARY.md").read_text().lower()
KNOWN = set(re.findall(r"[a-z]+", GLOSSARY))
NOT_SAID = {"pupil", "pupils", "client", "clients", "uplift", "associations", "enddate"}


def words_of(name: str) -> set[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ")
    return {word for word in re.findall(r"[a-z]+", spaced.lower()) if len(word) > 1}


def singular(word: str) -> set[str]:
    return {word, word.removesuffix("s"), re.sub("ies$", "y", word)}


def unknown(name: str) -> set[str]:
    return {word for word in words_of(name) if not singular(word) & KNOWN}


@pytest.mark.parametrize("label", ["enrollment", "outcomes"])
def test_models_are_named_in_words_of_the_glossary(label):
    names = [
        model.__name__
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    ]
    assert not {name: unknown(name) for name in names if unknown(name)}


def test_modules_of_services_and_engine_are_named_in_words_of_the_glossary():
    folders = ("enrollment/services", "outcomes/services", "outcomes/engine")
    stems = {path.stem for path, _ in modules(*folders)} - {"__init__"}
    assert not {stem: unknown(stem) for stem in stems if unknown(stem)}


def test_no_name_uses_a_word_the_house_does_not_say():
    said = {
        f"{path}: {name}"
        for path, tree in modules()
        for name in defined_names(tree)
        if words_of(name) & NOT_SAID
    }
    assert not said


def defined_names(tree: ast.AST):
    yield from (function.name for function in functions(tree))
    yield from (n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef))
