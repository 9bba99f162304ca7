from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # what the sweeper notes: first of what is late, then of what has little time left
    "ix_sla_clocks_due": "sla_clocks (due_at) WHERE ended_at IS NULL AND breached_at IS NULL AND due_at IS NOT NULL",
    "ix_sla_clocks_warn": "sla_clocks (warn_at) WHERE ended_at IS NULL AND warned_at IS NULL AND due_at IS NOT NULL",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operators", "0007_promises")]

    operations = performance_indexes(INDEXES)
