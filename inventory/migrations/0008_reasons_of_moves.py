"""Reasons for what is counted, set apart and thrown away, beside what staff made of their list."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ALSO_FOR = {
    "damaged": ["count", "quarantine", "scrap"],
    "lost": ["count"],
    "found": ["count"],
    "miscounted": ["count"],
}
REASONS = [
    ("inspection", "To be inspected", ["quarantine"]),
    ("recalled", "Recalled", ["quarantine", "scrap"]),
    ("out-of-date", "Out of date", ["quarantine", "scrap"]),
]


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Reason = apps.get_model("inventory", "Reason")
    for reason in Reason.objects.filter(code__in=ALSO_FOR):
        reason.kinds = [*reason.kinds, *ALSO_FOR[reason.code]]
        reason.save(update_fields=["kinds"])
    for code, label, kinds in REASONS:
        taken = Reason.objects.filter(code=code) | Reason.objects.filter(label__iexact=label)
        if not taken.exists():
            Reason.objects.create(code=code, label=label, kinds=kinds)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_moves")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
