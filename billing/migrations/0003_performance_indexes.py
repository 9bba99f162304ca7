from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0002_guards")]

    operations = performance_indexes(
        {
            # a tenant's statement, newest first
            "idx_balance_transactions_user_created": "balance_transactions (tenant_id, created_at DESC, id DESC)",
            "idx_balance_transactions_type_created": "balance_transactions (transaction_type, created_at DESC)",
            "ix_balance_transactions_created_at": "balance_transactions (created_at)",
            "idx_payments_user_created": "payments (tenant_id, created_at DESC)",
            "idx_payments_status_created": "payments (status, created_at DESC)",
            # what the sweeper gives back
            "idx_balance_holds_pending": "balance_holds (expires_at) WHERE status = 'pending'",
        }
    )
