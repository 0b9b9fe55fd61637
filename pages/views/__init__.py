from pages.views.probes import livez
from pages.views.today import today

__all__ = ["livez", "today"]
