from pages.views.probes import livez, readyz
from pages.views.scan import scan
from pages.views.search import search
from pages.views.today import today

__all__ = ["livez", "readyz", "scan", "search", "today"]
