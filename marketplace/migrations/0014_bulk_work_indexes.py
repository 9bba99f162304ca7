from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # the next item of a job, and jobs that nobody is at
    "ix_bulk_items_waiting": "bulk_items (job_id, id) WHERE outcome IS NULL",
    "ix_bulk_jobs_running": "bulk_jobs (locked_until) WHERE status = 'running'",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketplace", "0013_saved_filters_and_bulk_work")]

    operations = performance_indexes(INDEXES)
