"""Where the project's own source is, for the tests that sweep it."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["programs_tracker", "enrollment", "outcomes", "api"]


def modules(*folders: str):
    """Path and syntax tree of each module that somebody wrote, migrations apart."""
    for folder in folders or ROOMS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text())


def functions(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(path: Path, function: ast.FunctionDef) -> int:
    """Lines of a function that carry code: no docstring, comment or blank."""
    lines = (ROOT / path).read_text().splitlines()
    start, end = function.lineno, function.end_lineno
    docstring = set()
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        docstring = set(range(first.lineno, first.end_lineno + 1))
    return sum(
        1
        for number in range(start, end + 1)
        if number not in docstring
        and lines[number - 1].strip()
        and not lines[number - 1].strip().startswith("#")
    )
