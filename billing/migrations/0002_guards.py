from django.db import migrations

from config.postgres.operations import append_only, same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        touch_updated_at(
            "balances", "balance_holds", "service_prices", "payments", "promo_codes", "referrals"
        ),
        tenant_key("balance_transactions"),
        same_tenant("balance_holds", "entry_id", "balance_transactions"),
        same_tenant("payments", "entry_id", "balance_transactions"),
        same_tenant("promo_code_usage", "entry_id", "balance_transactions"),
        same_tenant("balance_transactions", "refund_of_id", "balance_transactions"),
        *append_only("balance_transactions", reason="A ledger entry is never changed or deleted"),
    ]
