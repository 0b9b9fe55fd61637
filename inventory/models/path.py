"""PostgreSQL's ltree as a field: where a place stands in the tree."""

from typing import Any

from django.db import models
from django.db.models.lookups import BuiltinLookup


class PathField(models.Field):
    """A path of primary keys from the site down, such as `3.17.92`; a trigger keeps it.

    https://www.postgresql.org/docs/current/ltree.html
    """

    def db_type(self, connection: Any) -> str:
        return "ltree"


@PathField.register_lookup
class AtOrBelow(BuiltinLookup):
    """`path__at_or_below="3.17"`: that place and all beneath it."""

    lookup_name = "at_or_below"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"<@ {rhs}::ltree"


@PathField.register_lookup
class AtOrAbove(BuiltinLookup):
    """`path__at_or_above="3.17"`: that place and all that it stands in."""

    lookup_name = "at_or_above"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"@> {rhs}::ltree"
