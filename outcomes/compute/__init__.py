"""Where independent tasks of the engine are run. Nothing here changes a number."""
