from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # what the sweeper goes on with
    "ix_payment_refunds_unfinished": "payment_refunds (id) WHERE status IN ('pending', 'owed')",
    "ix_payments_open": "payments (created_at) WHERE status = 'pending'",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0005_providers_and_refunds")]

    operations = performance_indexes(INDEXES)
