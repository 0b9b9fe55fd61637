"""The lists that staff keep begin with what every stockroom needs."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

UNITS = [("piece", "pieces"), ("g", "grams"), ("mm", "millimetres"), ("ml", "millilitres")]
REASONS = [
    ("damaged", "Damaged", ["adjust"]),
    ("lost", "Lost", ["adjust"]),
    ("found", "Found", ["adjust"]),
    ("miscounted", "Counted wrongly before", ["adjust"]),
    ("sample", "Taken as a sample", ["adjust"]),
    ("sales-history", "From the sales history", ["adjust"]),
    ("unwanted", "Not wanted", ["return"]),
    ("faulty", "Faulty", ["return"]),
    ("wrong-item", "Wrong item sent", ["return"]),
    ("cancelled", "Order cancelled", ["return"]),
]


def begin(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Unit = apps.get_model("inventory", "Unit")
    Unit.objects.bulk_create(Unit(code=code, label=label) for code, label in UNITS)
    Reason = apps.get_model("inventory", "Reason")
    Reason.objects.bulk_create(
        Reason(code=code, label=label, kinds=kinds) for code, label, kinds in REASONS
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_catalogue_places_ledger")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
