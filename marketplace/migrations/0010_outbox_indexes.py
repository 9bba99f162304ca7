from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # the worker and the sweeper
    "ix_outgoing_replies_due": "outgoing_replies (due_at) WHERE status = 'pending'",
    "ix_outgoing_replies_sending": "outgoing_replies (locked_until) WHERE status = 'sending'",
    "ix_outgoing_replies_check": "outgoing_replies (check_at) WHERE status IN ('unconfirmed', 'unknown')",
    # the list of what was sent, and the cap of a day
    "ix_outgoing_replies_tenant": "outgoing_replies (tenant_id, id DESC)",
    "ix_outgoing_replies_store": "outgoing_replies (store_id, id DESC)",
    # the queue: reviews and questions without an answer
    "ix_reviews_waiting": "reviews (tenant_id, date DESC, id DESC) WHERE answer IS NULL",
    "ix_reviews_store_waiting": "reviews (store_id, date DESC, id DESC) WHERE answer IS NULL",
    "ix_questions_waiting": "questions (tenant_id, created_date, id) WHERE NOT is_answered",
    # the AI log of a tenant
    "ix_ai_logs_tenant_id": "ai_logs (tenant_id, id DESC)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketplace", "0009_outbox_guards")]

    operations = performance_indexes(INDEXES)
