"""Which of our constraints, or triggers that act as one, the database says was broken."""

from django.db import IntegrityError


def constraint_of(broken: IntegrityError) -> str:
    """The name of the constraint, or nothing when the database names none."""
    diagnosis = getattr(broken.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
