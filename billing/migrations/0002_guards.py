from django.db import migrations
from django.db.migrations.operations import RunSQL

from config.postgres.operations import append_only, same_tenant, tenant_key, touch_updated_at

# Periods of one service must not overlap. Equality inside a GiST exclusion usually takes btree_gist, an extension
# that is not at hand everywhere; a range type over text, [service, service], gives the same equality without it.
PERIODS = [
    "CREATE TYPE service_range AS RANGE (subtype = text)",
    """
    ALTER TABLE service_prices ADD CONSTRAINT uq_service_prices_period EXCLUDE USING gist (
      service_range(service_type, service_type, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&
    ) WHERE (is_active)
    """,
]
NO_PERIODS = [
    "ALTER TABLE service_prices DROP CONSTRAINT IF EXISTS uq_service_prices_period",
    "DROP TYPE IF EXISTS service_range",
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        touch_updated_at("balances", "balance_holds", "service_prices", "payments", "referrals"),
        tenant_key("balance_transactions", "payments", "referral_codes"),
        same_tenant("balance_transactions", "refund_of_id", "balance_transactions"),
        same_tenant("balance_holds", "entry_id", "balance_transactions"),
        same_tenant("payments", "entry_id", "balance_transactions"),
        same_tenant("promo_code_usage", "entry_id", "balance_transactions"),
        same_tenant("promo_code_usage", "payment_id", "payments"),
        same_tenant("referrals", "entry_id", "balance_transactions"),
        same_tenant("referrals", "referral_code_id", "referral_codes"),
        RunSQL(PERIODS, NO_PERIODS),
        *append_only("balance_transactions", reason="A ledger entry is never changed or deleted"),
    ]
