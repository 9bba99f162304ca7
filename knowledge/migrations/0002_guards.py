from pathlib import Path

from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

TERMS = Path(__file__).with_name("terms.sql").read_text(encoding="utf-8")

# An exact scan reads every vector of an assistant: kept in the row it is 2.4-3.3 times faster than out of line.
# The vector is MAIN, so that a long text leaves the row before the vector does; a vector wider than a page
# (3072 dimensions) still goes out of line instead of failing. The vacuum keeps index-only scans index-only.
INLINE = """
ALTER TABLE knowledge_embeddings SET (
  toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE knowledge_embeddings ALTER COLUMN embedding SET STORAGE MAIN;
ALTER TABLE knowledge_lexical SET (toast_tuple_target = 8160);
"""
OUT_OF_LINE = """
ALTER TABLE knowledge_lexical RESET (toast_tuple_target);
ALTER TABLE knowledge_embeddings ALTER COLUMN embedding SET STORAGE EXTERNAL;
ALTER TABLE knowledge_embeddings RESET (
  toast_tuple_target, autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial"), ("assistants", "0002_guards")]

    operations = [
        touch_updated_at("documents", "user_knowledge", "knowledge_embeddings", "embedding_models"),
        tenant_key("documents", "knowledge_embeddings"),
        same_tenant("documents", "assistant_id", "assistants"),
        same_tenant("documents", "supersedes_id", "documents"),
        same_tenant("user_knowledge", "assistant_id", "assistants"),
        same_tenant("user_knowledge", "document_id", "documents"),
        same_tenant("knowledge_embeddings", "assistant_id", "assistants"),
        same_tenant("knowledge_embeddings", "document_id", "documents"),
        same_tenant("knowledge_lexical", "assistant_id", "assistants"),
        same_tenant("knowledge_lexical", "chunk_id", "knowledge_embeddings"),
        same_tenant("knowledge_terms", "assistant_id", "assistants"),
        migrations.RunSQL(INLINE, OUT_OF_LINE),
        migrations.RunSQL(
            TERMS,
            "DROP FUNCTION IF EXISTS count_knowledge_terms() CASCADE;"
            "DROP FUNCTION IF EXISTS knowledge_terms_of(sparsevec) CASCADE;",
        ),
    ]
