from inventory.operations.sales_history.booking import ImportRefused, import_sales_history
from inventory.operations.sales_history.reading import FileRefused, RowError
from inventory.operations.sales_history.report import Report

__all__ = ["FileRefused", "ImportRefused", "Report", "RowError", "import_sales_history"]
