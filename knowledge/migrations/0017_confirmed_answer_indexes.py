from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("knowledge", "0016_confirmed_answers")]

    operations = performance_indexes(
        {
            # the passages of a confirmed answer; also its foreign key's cascade
            "ix_knowledge_embeddings_entry": "knowledge_embeddings (entry_id, tenant_id) WHERE entry_id IS NOT NULL",
            # answers to review, and those in use, newest first
            "ix_user_knowledge_answers": "user_knowledge (tenant_id, status, id DESC) WHERE type = 'confirmed'",
        }
    )
