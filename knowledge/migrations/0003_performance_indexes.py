from django.db import migrations

from config.postgres.operations import performance_indexes

LIVE = "is_current AND is_enabled"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("knowledge", "0002_guards")]

    operations = performance_indexes(
        {
            # a tenant's documents, newest first
            "idx_documents_user_upload": "documents (tenant_id, created_at DESC)",
            # has this tenant this very file already?
            "idx_documents_hash": "documents (tenant_id, doc_hash)",
            # documents nobody finished: the sweeper, every 30 seconds
            "ix_documents_unfinished": "documents (locked_until) WHERE status IN ('uploaded', 'extracting', 'embedding')",
            # an assistant's entries
            "idx_user_knowledge_user_assistant": "user_knowledge (tenant_id, assistant_id)",
            # entries of a kind
            "idx_user_knowledge_doc_type": "user_knowledge (tenant_id, doc_type)",
            # entries nobody uses
            "idx_user_knowledge_last_used": "user_knowledge (tenant_id, last_used DESC NULLS LAST)",
            # the passages of one document of a tenant
            "idx_knowledge_embeddings_user_doc": "knowledge_embeddings (tenant_id, document_id)",
            # the passages of a document that are searched; all of them, in order, come from its unique key
            "ix_knowledge_embeddings_doc": "knowledge_embeddings (document_id) WHERE is_current",
            # an assistant's passages by weight; also its foreign key's cascade
            "idx_knowledge_embeddings_assistant_importance": "knowledge_embeddings (assistant_id, importance DESC)",
            # what came from a source lately
            "idx_knowledge_embeddings_source_created": "knowledge_embeddings (tenant_id, source, created_at DESC)",
            # passages of one named source
            "ix_kb_tenant_source": "knowledge_embeddings (tenant_id, source_name)",
            # has this tenant this very passage already?
            "idx_knowledge_embeddings_chunk_hash": "knowledge_embeddings (tenant_id, chunk_hash)",
            # dense search, exact plan: the rows of one assistant (or the shared ones) to compare
            "ix_knowledge_embeddings_user_assistant": (
                f"knowledge_embeddings (tenant_id, assistant_id, embedding_model) WHERE {LIVE}"
            ),
            # dense search, large assistants: sign bits read from the index alone, then exact re-ranking.
            # The seeds put one IVFFlat index under this name; it loses small tenants' rows and costs 90 times per insert.
            "knowledge_embeddings_embedding_cosine_idx": (
                f"knowledge_embeddings (assistant_id, dims, embedding_model) INCLUDE (id, bits) WHERE {LIVE}"
            ),
            # the same for knowledge shared by all assistants of a tenant; the seeds' L2 index has no query left,
            # because every model here is compared by cosine
            "knowledge_embeddings_embedding_l2_idx": (
                "knowledge_embeddings (tenant_id, dims, embedding_model) INCLUDE (id, bits) "
                f"WHERE assistant_id IS NULL AND {LIVE}"
            ),
            # lexical search: the rows of one assistant, or the shared ones
            "ix_knowledge_lexical_user_assistant": "knowledge_lexical (tenant_id, assistant_id)",
            # the cache is read by its unique hash; this one serves what an index on the vectors cannot: eviction
            # of what was asked least recently
            "query_embeddings_cache_embedding_cosine_idx": "query_embeddings_cache (tenant_id, last_used)",
        }
    )
