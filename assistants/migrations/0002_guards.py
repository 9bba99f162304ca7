from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("assistants", "0001_initial")]

    operations = [
        touch_updated_at(
            "assistants",
            "bot_instances",
            "ai_token_pool",
            "ai_routes",
            "ai_models",
            "training_datasets",
            "training_examples",
        ),
        tenant_key("assistants", "bot_instances", "ai_token_usage", "training_datasets"),
        same_tenant("assistant_versions", "assistant_id", "assistants"),
        same_tenant("bot_instances", "assistant_id", "assistants"),
        same_tenant("ai_token_usage", "assistant_id", "assistants"),
        same_tenant("training_datasets", "assistant_id", "assistants"),
        same_tenant("training_examples", "dataset_id", "training_datasets"),
    ]
