from django.db import migrations

from config.postgres.operations import tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        touch_updated_at("tenants", "users", "integrations", "system_settings"),
        tenant_key("integrations", "api_keys"),
    ]
