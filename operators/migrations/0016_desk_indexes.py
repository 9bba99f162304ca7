from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # what workers take up again
    "ix_reply_suggestions_open": "reply_suggestions (id) WHERE status IN ('pending', 'running')",
    "ix_desk_jobs_open": "desk_jobs (id) WHERE status IN ('pending', 'running')",
    # whom a letter has to tell
    "ix_mentions_unseen": "mentions (created_at) WHERE seen_at IS NULL AND mailed_at IS NULL",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operators", "0015_the_operators_desk")]

    operations = performance_indexes(INDEXES)
