from jobs.operations.effects import try_again, try_all_again
from jobs.operations.retention import prune_keys, prune_outbox

__all__ = ["prune_keys", "prune_outbox", "try_again", "try_all_again"]
