from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):
    dependencies = [("dialogs", "0001_initial"), ("assistants", "0002_guards")]

    operations = [
        touch_updated_at("contacts", "dialogs", "dialog_ratings", "message_ratings", "answer_runs"),
        tenant_key("contacts", "dialogs", "dialog_messages"),
        same_tenant("contact_identities", "contact_id", "contacts"),
        same_tenant("dialogs", "contact_id", "contacts"),
        same_tenant("dialogs", "assistant_id", "assistants"),
        same_tenant("dialogs", "bot_id", "bot_instances"),
        same_tenant("dialog_messages", "dialog_id", "dialogs"),
        same_tenant("answer_runs", "dialog_id", "dialogs"),
        same_tenant("answer_runs", "message_id", "dialog_messages"),
        # Room on the page: a dialog's row changes with every message (HOT updates).
        migrations.RunSQL("ALTER TABLE dialogs SET (fillfactor = 80)", "ALTER TABLE dialogs RESET (fillfactor)"),
    ]
