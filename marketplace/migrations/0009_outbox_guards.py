from django.db import migrations
from django.db.migrations.operations import RunSQL

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

# What was sent stays as it was sent, and what may have been sent does not become something to send.
SENT_STAYS = """
CREATE FUNCTION keep_outgoing_reply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'pending' AND (NEW.text, NEW.kind, NEW.review_id, NEW.question_id, NEW.chat_id)
     IS DISTINCT FROM (OLD.text, OLD.kind, OLD.review_id, OLD.question_id, OLD.chat_id) THEN
    RAISE EXCEPTION 'a reply that left keeps its words and its target' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status IN ('pending', 'sending') AND OLD.status NOT IN ('pending', 'sending') THEN
    RAISE EXCEPTION 'a reply that is % is not sent again', OLD.status USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0008_outbox")]

    operations = [
        tenant_key("outgoing_replies", "reply_rules"),
        same_tenant("outgoing_replies", "store_id", "stores"),
        same_tenant("outgoing_replies", "review_id", "reviews"),
        same_tenant("outgoing_replies", "question_id", "questions"),
        same_tenant("outgoing_replies", "chat_id", "chats"),
        same_tenant("reply_rules", "store_id", "stores"),
        same_tenant("reply_rules", "product_id", "products"),
        RunSQL(SENT_STAYS, "DROP FUNCTION IF EXISTS keep_outgoing_reply() CASCADE"),
        RunSQL(
            "CREATE TRIGGER tg_outgoing_replies_kept BEFORE UPDATE ON outgoing_replies "
            "FOR EACH ROW EXECUTE FUNCTION keep_outgoing_reply()",
            "DROP TRIGGER IF EXISTS tg_outgoing_replies_kept ON outgoing_replies",
        ),
        touch_updated_at("outgoing_replies", "reply_rules"),
    ]
