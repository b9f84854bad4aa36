#!/usr/bin/env python
"""Runs a command of the project: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "programs_tracker.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong_setting:
        sys.exit(f"error: {wrong_setting}")
    except (OperationalError, ProgrammingError) as trouble:
        if "--traceback" in sys.argv:
            raise
        why = str(trouble).partition("\n")[0]
        sys.exit(
            f"error: the database cannot be used: {why}; see that DATABASE_URL is "
            "right and its server runs, then `python manage.py migrate`"
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
