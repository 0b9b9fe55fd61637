from jobs.views.effects import parked, try_again, try_all_again

__all__ = ["parked", "try_again", "try_all_again"]
