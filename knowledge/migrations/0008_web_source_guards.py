from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0007_web_sources")]

    operations = [
        touch_updated_at("web_sources", "web_pages"),
        tenant_key("web_sources"),
        same_tenant("web_sources", "assistant_id", "assistants"),
        same_tenant("web_pages", "source_id", "web_sources"),
        same_tenant("web_pages", "document_id", "documents"),
    ]
