from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # a tenant's statement of a period, newest first; (tenant_id, id) without a period is a unique key already
    "idx_balance_transactions_user_created": "balance_transactions (tenant_id, created_at DESC, id DESC)",
    # what came in or went out by type, for the whole system
    "idx_balance_transactions_type_created": "balance_transactions (transaction_type, created_at DESC)",
    "ix_balance_transactions_created_at": "balance_transactions (created_at)",
    # a tenant's rare entries (top-ups) among many frequent ones (answers)
    "ix_balance_transactions_tenant_type": "balance_transactions (tenant_id, transaction_type, id DESC)",
    "idx_payments_user_created": "payments (tenant_id, created_at DESC)",
    "idx_payments_status_created": "payments (status, created_at DESC)",
    # what the sweeper gives back, and what the nightly proof adds up
    "idx_balance_holds_pending": "balance_holds (expires_at) WHERE status = 'pending'",
    "ix_balance_holds_tenant_pending": "balance_holds (tenant_id, amount) WHERE status = 'pending'",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0002_guards")]

    operations = performance_indexes(INDEXES)
