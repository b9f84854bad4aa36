import pytest


def pytest_collection_modifyitems(config, items):
    if config.getoption("--postgres"):
        return
    for item in items:
        if item.get_closest_marker("postgres_only"):
            item.add_marker(pytest.mark.skip(reason="SQLite has one writer at a time"))
