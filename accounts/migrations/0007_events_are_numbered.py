"""Numbers of events have no gaps and appear in order.

The number is given by a deferred trigger, as the last thing a transaction
does: the lock of the tenant's stream is held for the moment of the commit
only, and never while another lock is awaited.
"""

from django.db import migrations

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

NUMBER = """
CREATE OR REPLACE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  next_seq bigint;
BEGIN
  INSERT INTO event_streams AS stream (tenant_id, last_seq) VALUES (NEW.tenant_id, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET last_seq = stream.last_seq + 1
  RETURNING last_seq INTO next_seq;
  UPDATE events SET seq = next_seq WHERE id = NEW.id;
  RETURN NULL;
END $$
"""
KEEP = """
CREATE OR REPLACE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq IS NOT NULL OR (NEW.type, NEW.data, NEW.tenant_id) IS DISTINCT FROM (OLD.type, OLD.data, OLD.tenant_id)
  THEN
    RAISE EXCEPTION 'events are kept as they were' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_events_and_webhooks")]

    operations = [
        migrations.RunSQL(NUMBER, "DROP FUNCTION IF EXISTS number_event() CASCADE"),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER ck_events_number AFTER INSERT ON events "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_event()",
            "DROP TRIGGER IF EXISTS ck_events_number ON events",
        ),
        migrations.RunSQL(KEEP, "DROP FUNCTION IF EXISTS keep_event() CASCADE"),
        migrations.RunSQL(
            "CREATE TRIGGER tg_events_kept BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION keep_event()",
            "DROP TRIGGER IF EXISTS tg_events_kept ON events",
        ),
        touch_updated_at("webhook_endpoints", "webhook_deliveries"),
        tenant_key("webhook_endpoints", "events"),
        same_tenant("webhook_deliveries", "endpoint_id", "webhook_endpoints"),
        same_tenant("webhook_deliveries", "event_id", "events"),
    ]
