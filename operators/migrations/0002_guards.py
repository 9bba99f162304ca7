from django.db import migrations
from django.db.migrations.operations import RunSQL

from config.postgres.operations import append_only, same_tenant, tenant_key, touch_updated_at

# Steps of one dialog are numbered without gaps: the dialog's row is locked while the next number is taken.
NUMBER_STEP = """
CREATE FUNCTION number_handoff_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM dialogs WHERE id = NEW.dialog_id FOR NO KEY UPDATE;
  SELECT coalesce(max(seq), 0) + 1 INTO NEW.seq FROM handoff_audit WHERE dialog_id = NEW.dialog_id;
  RETURN NEW;
END $$
"""

# Tickets of one tenant likewise, under the lock of the tenant's row.
NUMBER_TICKET = """
CREATE FUNCTION number_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.number <> OLD.number OR NEW.tenant_id <> OLD.tenant_id THEN
      RAISE EXCEPTION 'a ticket keeps its number' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  PERFORM 1 FROM tenants WHERE id = NEW.tenant_id FOR NO KEY UPDATE;
  SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM tickets WHERE tenant_id = NEW.tenant_id;
  RETURN NEW;
END $$
"""

TRIGGERS = (
    ("tg_handoff_audit_seq", "BEFORE INSERT", "handoff_audit", "number_handoff_step"),
    ("tg_tickets_number", "BEFORE INSERT OR UPDATE OF number, tenant_id", "tickets", "number_ticket"),
)


class Migration(migrations.Migration):
    dependencies = [("operators", "0001_initial"), ("dialogs", "0002_guards"), ("accounts", "0002_guards")]

    operations = [
        tenant_key(
            "operator_presence", "canned_replies", "handoff_requests", "handoff_audit", "tickets",
            "ticket_messages", "ticket_audit", "ticket_external_refs",
        ),
        same_tenant("handoff_requests", "dialog_id", "dialogs"),
        same_tenant("handoff_audit", "dialog_id", "dialogs"),
        same_tenant("tickets", "dialog_id", "dialogs"),
        same_tenant("tickets", "follows_id", "tickets"),
        same_tenant("ticket_messages", "ticket_id", "tickets"),
        same_tenant("ticket_audit", "ticket_id", "tickets"),
        same_tenant("ticket_external_refs", "ticket_id", "tickets"),
        same_tenant("ticket_external_refs", "integration_id", "integrations"),
        RunSQL(NUMBER_STEP, "DROP FUNCTION IF EXISTS number_handoff_step() CASCADE"),
        RunSQL(NUMBER_TICKET, "DROP FUNCTION IF EXISTS number_ticket() CASCADE"),
        *(
            RunSQL(
                f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
            )
            for name, event, table, function in TRIGGERS
        ),
        *append_only("handoff_audit", reason="the steps of a handoff are kept as they were"),
        *append_only("ticket_audit", reason="the steps of a ticket are kept as they were"),
        touch_updated_at(
            "operator_presence", "canned_replies", "handoff_requests", "tickets", "ticket_external_refs"
        ),
    ]  # fmt: skip
