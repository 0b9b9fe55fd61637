"""What the log keeps to itself: keys to a door, and tracebacks of what is no fault."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

# Whoever has the address of an invitation or of a reset has the account.
_KEYS = re.compile(r"(/account/(?:invitation|password/reset/key)/)[^/?\s']+")
# What ends a line, or steers a terminal.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What structlog makes of a traceback.
_LINES = {"exception", "stack"}
HIDDEN = r"\1…"


def without_keys(
    logger: Any, name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out of an event what opens a door; a processor of structlog's."""
    for key, value in event.items():
        if isinstance(value, str) and "/account/" in value:
            event[key] = _KEYS.sub(HIDDEN, value)
    return event


def in_one_line(
    logger: Any, name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Let nobody write lines of their own into the log; a processor of structlog's."""
    for key, value in event.items():
        if isinstance(value, str) and key not in _LINES:
            event[key] = _BREAKS.sub(lambda found: repr(found[0])[1:-1], value)
    return event


class NoFault(logging.Filter):
    """Refusing somebody is daily work: said in a line, where Django adds its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, without a traceback unless the answer was an error of ours."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
