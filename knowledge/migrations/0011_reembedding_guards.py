from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0010_reembeddings")]

    operations = [
        touch_updated_at("reembeddings"),
        tenant_key("reembeddings"),
        same_tenant("reembeddings", "assistant_id", "assistants"),
        same_tenant("next_vectors", "reembedding_id", "reembeddings"),
        same_tenant("next_vectors", "chunk_id", "knowledge_embeddings"),
    ]
