from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("knowledge", "0004_stems")]

    operations = performance_indexes(
        {
            # lexical search, large assistants: stems read from the index alone, then all terms of the best
            "ix_knowledge_lexical_stems": "knowledge_lexical (tenant_id, assistant_id, chunk_id) INCLUDE (stems)",
            # words of an older release, without stems yet: every large search asks, the sweeper adds them
            "ix_knowledge_lexical_unsplit": "knowledge_lexical (tenant_id, assistant_id) WHERE stems IS NULL",
        }
    )
