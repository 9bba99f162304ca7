from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dialogs", "0002_guards")]

    operations = performance_indexes(
        {
            # the dashboard's list of a tenant's dialogs, by start and by last message
            "idx_dialogs_user_started": "dialogs (tenant_id, created_at DESC)",
            "idx_conversations_user_id": "dialogs (tenant_id, last_message_at DESC NULLS LAST, id DESC)",
            "idx_dialogs_assistant_created": "dialogs (assistant_id, created_at DESC)",
            # who waits for a person, or has one
            "idx_dialogs_handoff_status": "dialogs (tenant_id, handoff_status, last_customer_message_at) "
            "WHERE handoff_status <> 'none'",
            "ix_dialogs_telegram_chat_id": "dialogs (chat_id) WHERE platform = 'telegram' AND chat_id <> ''",
            "idx_conversations_platform_chat": "dialogs (platform, chat_id) WHERE chat_id <> ''",
            "idx_conversations_session_id": "dialogs (session_id)",
            "idx_conversations_status": "dialogs (status) WHERE status <> 'closed'",
            "idx_conversations_updated_at": "dialogs (updated_at)",
            # the history of one dialog, newest first; reports per sender and intent
            "idx_dialog_messages_dialog_timestamp": "dialog_messages (dialog_id, created_at DESC, id DESC)",
            "idx_dialog_messages_kind_timestamp": "dialog_messages (tenant_id, system_type, created_at DESC) "
            "WHERE system_type <> ''",
            "idx_dialog_messages_sender_timestamp": "dialog_messages (tenant_id, sender, created_at DESC)",
            "ix_dialog_messages_timestamp": "dialog_messages (created_at DESC)",
            "idx_messages_platform_message": "dialog_messages (platform_message_id) "
            "WHERE platform_message_id IS NOT NULL",
            "idx_messages_intent": "dialog_messages (tenant_id, intent, created_at DESC) WHERE intent <> ''",
            # what the sweeper looks for
            "idx_dialog_messages_undelivered": "dialog_messages (created_at) "
            "WHERE delivery_status IN ('queued', 'sending')",
            "idx_answer_runs_due": "answer_runs (due_at) WHERE status IN ('pending', 'running')",
        }
    )
