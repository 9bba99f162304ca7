from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("knowledge", "0008_web_source_guards")]

    operations = performance_indexes(
        {
            # sites to be read by the clock: beat, every 20 seconds
            "ix_web_sources_due": "web_sources (next_run_at) WHERE next_run_at IS NOT NULL",
            # sites somebody should be working on: the sweeper, every 20 seconds
            "ix_web_sources_busy": "web_sources (locked_until) WHERE status IN ('queued', 'running', 'removing')",
            # the next page to visit
            "ix_web_pages_waiting": "web_pages (source_id, depth, id) WHERE visited < run AND NOT is_excluded",
            # a tenant's pages; also its cascade
            "ix_web_pages_tenant": "web_pages (tenant_id)",
        }
    )
