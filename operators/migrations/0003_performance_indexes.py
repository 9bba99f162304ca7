from django.db import migrations

from config.postgres.operations import performance_indexes

INDEXES = {
    # one dialog's steps in order; unique, because the number comes from the database
    "ix_handoff_audit_dialog_seq": "UNIQUE handoff_audit (dialog_id, seq)",
    # who can be given a conversation
    "ix_operator_presence_status": "operator_presence (status, last_heartbeat) WHERE status = 'online'",
    # the queue of a tenant, longest wait first, and what the sweeper ends
    "ix_handoff_requests_queue": "handoff_requests (tenant_id, requested_at) WHERE state = 'requested'",
    "ix_handoff_requests_expiring": "handoff_requests (expires_at) WHERE state = 'requested'",
    "ix_tickets_tenant": "tickets (tenant_id)",
    "ix_tickets_status": "tickets (status)",
    "ix_tickets_tenant_status": "tickets (tenant_id, status)",
    "ix_tickets_updated_at": "tickets (updated_at)",
    # the helpdesk's messages are ticket_messages here
    "ix_messages_ticket_id": "ticket_messages (ticket_id)",
    "ix_messages_created_at": "ticket_messages (created_at)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operators", "0002_guards")]

    operations = performance_indexes(INDEXES)
