from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # a tenant's entries of one assistant, newest first
    "ix_balance_transactions_assistant": "balance_transactions (tenant_id, assistant_id, id DESC) "
    "WHERE assistant_id IS NOT NULL",
    # what all tenants spent in the last days
    "ix_balance_hours_hour": "balance_hours (hour)",
    # letters to write
    "ix_balance_warnings_untold": "balance_warnings (id) WHERE told_at IS NULL",
    # rewards whose hold is over
    "ix_referral_rewards_due": "referral_rewards (available_at) WHERE status = 'held'",
    "ix_ledger_proofs_created_at": "ledger_proofs (created_at DESC)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0007_usage_limits_and_rewards")]

    operations = performance_indexes(INDEXES)
