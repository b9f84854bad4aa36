"""A function does one thing, a file has one subject; there are no exceptions."""

import pytest

from tests.house.source import ROOMS, ROOT, code_lines, functions, modules

LONGEST_FUNCTION = 40
LONGEST_FILE = 300


@pytest.mark.parametrize("folder", [*ROOMS, "tests", "benchmarks"])
def test_no_function_is_longer_than_forty_lines_of_code(folder):
    long = {
        f"{path}:{function.name}": size
        for path, tree in modules(folder)
        for function in functions(tree)
        if (size := code_lines(path, function)) > LONGEST_FUNCTION
    }
    assert not long


@pytest.mark.parametrize("folder", [*ROOMS, "tests", "benchmarks"])
def test_no_file_is_longer_than_three_hundred_lines(folder):
    long = {
        str(path): size
        for path, _ in modules(folder)
        if (size := len((ROOT / path).read_text().splitlines())) > LONGEST_FILE
    }
    assert not long
