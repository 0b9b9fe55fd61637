from pages.views.probes import readyz
from pages.views.scan import scan
from pages.views.search import search
from pages.views.today import today

__all__ = ["readyz", "scan", "search", "today"]
