from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("knowledge", "0012_edited_passages")]

    operations = performance_indexes(
        {
            # the pieces of a passage that was cut in two; also its foreign key's cascade
            "ix_knowledge_embeddings_split_from": (
                "knowledge_embeddings (split_from_id, tenant_id) WHERE split_from_id IS NOT NULL"
            ),
            # what a passage took in; also its foreign key
            "ix_knowledge_embeddings_merged_into": (
                "knowledge_embeddings (merged_into_id, tenant_id) WHERE merged_into_id IS NOT NULL"
            ),
            # what a person edited, when the person leaves
            "ix_knowledge_embeddings_edited_by": "knowledge_embeddings (edited_by_id) WHERE edited_by_id IS NOT NULL",
            # passages whose vector is still to be made: the sweeper
            "ix_knowledge_embeddings_unembedded": "knowledge_embeddings (id) WHERE is_current AND embedding IS NULL",
        }
    )
