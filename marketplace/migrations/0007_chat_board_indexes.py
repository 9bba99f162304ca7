from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # the board of all stores of a tenant, column by column, and what each column counts
    "ix_chats_tenant_status": "chats (tenant_id, status, last_message_date DESC NULLS LAST, id DESC)",
    # what nobody has looked at since the last word
    "ix_chats_unattended": "chats (id) WHERE (attended_through IS NULL AND last_message_date IS NOT NULL) "
    "OR attended_through < last_message_date",
    # the rest of the cascade's work
    "ix_chat_classifications_pending": "chat_classifications (id) WHERE status = 'pending'",
    # the reputation of one store over time
    "ix_review_days_store_day": "review_days (store_id, day)",
    "ix_review_topic_days_store_day": "review_topic_days (store_id, day)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketplace", "0006_chat_board_guards")]

    operations = performance_indexes(INDEXES)
