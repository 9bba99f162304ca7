from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dialogs", "0006_attachments")]

    operations = performance_indexes(
        {
            # what the sweeper looks for: files to fetch from messengers, and uploads nobody sent
            "ix_dialog_attachments_due": "dialog_attachments (due_at) WHERE state = 'awaited'",
            "ix_dialog_attachments_unsent": "dialog_attachments (created_at) WHERE message_id IS NULL",
        }
    )
