from pathlib import Path

from django.db import migrations

import config.postgres.fields

COUNTING = Path(__file__).with_name("terms.sql").read_text(encoding="utf-8")
COUNTING = COUNTING[COUNTING.index("CREATE FUNCTION count_knowledge_terms") : COUNTING.index("CREATE TRIGGER")]
COUNTING = COUNTING.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# Whoever loads passages in bulk has counted their terms already, and says so for the time of the loading.
TRUSTING = COUNTING.replace(
    "IF TG_OP <> 'DELETE' THEN",
    "IF TG_OP = 'UPDATE' OR TG_OP = 'INSERT' AND current_setting('otklik.terms_counted', true) IS DISTINCT FROM 'on' THEN",
)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0003_performance_indexes")]

    operations = [
        migrations.AddField(
            model_name="knowledgelexical",
            name="stems",
            field=config.postgres.fields.SparseVectorField(
                dimensions=268435456, editable=False, null=True, verbose_name="stems of words"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE knowledge_lexical SET "
            "(autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)",
            "ALTER TABLE knowledge_lexical RESET "
            "(autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)",
        ),
        migrations.RunSQL(TRUSTING, COUNTING),
        # room on the page for the next version of a row: counting its uses then touches no index
        migrations.RunSQL(
            "ALTER TABLE query_embeddings_cache SET (fillfactor = 70)",
            "ALTER TABLE query_embeddings_cache RESET (fillfactor)",
        ),
    ]
