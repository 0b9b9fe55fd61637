from django.db import migrations, models

# What was written before is taken to have stood where it stands now: nobody noted it.
_AS_NOW = """
    ALTER TABLE inventory_stockmovement DISABLE TRIGGER USER;
    UPDATE inventory_stockmovement AS line SET sells_after = false
    FROM inventory_stocklevel AS level
    JOIN inventory_location AS place ON place.id = level.location_id
    WHERE level.id = line.level_id AND NOT place.sells;
    ALTER TABLE inventory_stockmovement ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_units_reasons")]

    operations = [
        migrations.AddField(
            "stockmovement",
            "sells_after",
            models.BooleanField(
                default=True,
                help_text="Whether what stood there could be sold, so was available.",
            ),
        ),
        migrations.RunSQL(_AS_NOW, migrations.RunSQL.noop),
    ]
