from django.db import migrations

from config.postgres.operations import append_only, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_looks_and_announcements")]

    operations = [
        touch_updated_at("announcements"),
        tenant_key("impersonations"),
        *append_only("impersonation_steps", reason="what our staff did in the name of a seller stays written down"),
    ]
