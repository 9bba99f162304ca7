from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # what the sweeper wakes
    "ix_dialogs_snoozed_until": "dialogs (snoozed_until) WHERE snoozed_until IS NOT NULL",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dialogs", "0009_snoozed_dialogs")]

    operations = performance_indexes(INDEXES)
