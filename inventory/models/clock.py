"""The database clock as an expression."""

from django.db import models


class ClockTimestamp(models.Func):
    """The instant itself; `Now()` is the same for a whole statement, `now()` for a transaction.

    https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT
    """

    function = "clock_timestamp"
    output_field = models.DateTimeField()
