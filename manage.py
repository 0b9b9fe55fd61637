#!/usr/bin/env python
"""Django's command line; `./dev manage …` calls it with everything prepared."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ProgrammingError as error:
        if isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            sys.exit(
                "The database does not have the tables of this version. "
                "Run ./dev up, or ./dev manage migrate, and then this again."
            )
        raise


if __name__ == "__main__":
    main()
