from django.db import migrations
from django.db.migrations.operations import RunSQL

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

# The truth of a complaint is its row; what the review shows of it follows in the same transaction.
COMPLAINT_SHOWS = """
CREATE FUNCTION show_complaint_on_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') AND (TG_OP = 'DELETE' OR OLD.review_id <> NEW.review_id) THEN
    UPDATE reviews SET complaint_status = 'not_sent' WHERE id = OLD.review_id;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    UPDATE reviews SET complaint_status = NEW.status
     WHERE id = NEW.review_id AND complaint_status <> NEW.status;
  END IF;
  RETURN NULL;
END $$
"""

# The seed's trigger, and the refusal of a status that no complaint bears out.
FLAGS_FOLLOW = """
CREATE FUNCTION derive_complaint_flags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  truth text;
BEGIN
  IF TG_OP = 'INSERT' OR NEW.complaint_status IS DISTINCT FROM OLD.complaint_status THEN
    SELECT status INTO truth FROM review_complaints WHERE review_id = NEW.id;
    IF NEW.complaint_status <> coalesce(truth, 'not_sent') THEN
      RAISE EXCEPTION 'reviews.complaint_status follows review_complaints: it is %, not %',
        coalesce(truth, 'not_sent'), NEW.complaint_status
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  NEW.has_complaint_draft = (NEW.complaint_status = 'draft');
  NEW.has_complaint = (NEW.complaint_status IN ('sent', 'approved', 'rejected', 'pending'));
  RETURN NEW;
END $$
"""

# What was sent stays as it was sent. The outcome moves forward; the sender may only be forgotten.
SENT_IS_FROZEN = """
CREATE FUNCTION freeze_sent_complaint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  outcome CONSTANT text[] := ARRAY['status', 'moderated_at', 'wb_response', 'sent_by_id', 'updated_at'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.sent_at IS NULL OR current_setting('otklik.erase', true) = 'on' THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a sent complaint stays: one per review, for ever'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status <> OLD.status AND NOT (
       (OLD.status = 'draft' AND NEW.status = 'sent')
    OR (OLD.status = 'sent' AND NEW.status IN ('pending', 'approved', 'rejected'))
    OR (OLD.status = 'pending' AND NEW.status IN ('approved', 'rejected'))) THEN
    RAISE EXCEPTION 'a complaint that is % cannot become %', OLD.status, NEW.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.sent_at IS NOT NULL THEN
    IF (to_jsonb(NEW) - outcome) <> (to_jsonb(OLD) - outcome)
       OR (NEW.sent_by_id IS DISTINCT FROM OLD.sent_by_id AND NEW.sent_by_id IS NOT NULL) THEN
      RAISE EXCEPTION 'a sent complaint keeps its text, reason and snapshots'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status IN ('approved', 'rejected')
       AND (NEW.moderated_at IS DISTINCT FROM OLD.moderated_at OR NEW.wb_response <> OLD.wb_response) THEN
      RAISE EXCEPTION 'a decided complaint keeps its outcome' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""

STAGE_GOES_FORWARD = """
CREATE FUNCTION keep_chat_stage_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stages CONSTANT text[] := ARRAY[
    'none', 'deletion_candidate', 'deletion_offered', 'deletion_agreed', 'deletion_confirmed'];
BEGIN
  IF array_position(stages, NEW.stage::text) < array_position(stages, OLD.stage::text) THEN
    RAISE EXCEPTION 'chats.stage only goes forward: % is behind %', NEW.stage, OLD.stage
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""

FUNCTIONS = (
    ("show_complaint_on_review", COMPLAINT_SHOWS),
    ("derive_complaint_flags", FLAGS_FOLLOW),
    ("freeze_sent_complaint", SENT_IS_FROZEN),
    ("keep_chat_stage_forward", STAGE_GOES_FORWARD),
)
TRIGGERS = (
    ("tg_review_complaints_shown", "AFTER INSERT OR DELETE OR UPDATE OF status, review_id", "review_complaints",
     "show_complaint_on_review"),
    ("tg_reviews_complaint_flags",
     "BEFORE INSERT OR UPDATE OF complaint_status, has_complaint, has_complaint_draft", "reviews",
     "derive_complaint_flags"),
    ("tg_review_complaints_frozen", "BEFORE UPDATE OR DELETE", "review_complaints", "freeze_sent_complaint"),
    ("tg_chats_stage", "BEFORE UPDATE OF stage", "chats", "keep_chat_stage_forward"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0001_initial"), ("accounts", "0002_guards"), ("assistants", "0002_guards")]

    operations = [
        tenant_key(
            "stores", "products", "product_rules", "reviews", "review_complaints", "chats", "chat_messages",
            "questions", "chat_auto_sequences", "chat_sequence_steps", "ai_logs",
        ),
        same_tenant("stores", "integration_id", "integrations"),
        same_tenant("products", "store_id", "stores"),
        same_tenant("product_rules", "store_id", "stores"),
        same_tenant("product_rules", "product_id", "products"),
        same_tenant("reviews", "store_id", "stores"),
        same_tenant("reviews", "product_id", "products"),
        same_tenant("reviews", "draft_log_id", "ai_logs"),
        same_tenant("review_complaints", "store_id", "stores"),
        same_tenant("review_complaints", "review_id", "reviews"),
        same_tenant("review_complaints", "product_id", "products"),
        same_tenant("chats", "store_id", "stores"),
        same_tenant("chats", "draft_log_id", "ai_logs"),
        same_tenant("chat_messages", "store_id", "stores"),
        same_tenant("chat_messages", "chat_id", "chats"),
        same_tenant("questions", "store_id", "stores"),
        same_tenant("questions", "draft_log_id", "ai_logs"),
        same_tenant("chat_auto_sequences", "store_id", "stores"),
        same_tenant("chat_auto_sequences", "chat_id", "chats"),
        same_tenant("chat_sequence_steps", "sequence_id", "chat_auto_sequences"),
        same_tenant("chat_sequence_steps", "message_id", "chat_messages"),
        same_tenant("ai_logs", "store_id", "stores"),
        same_tenant("ai_logs", "usage_id", "ai_token_usage"),
        *(RunSQL(body, f"DROP FUNCTION IF EXISTS {name}() CASCADE") for name, body in FUNCTIONS),
        *(
            RunSQL(
                f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
            )
            for name, event, table, function in TRIGGERS
        ),
        touch_updated_at(
            "stores", "products", "product_rules", "reviews", "review_complaints", "chats", "questions",
            "chat_auto_sequences", "seller_settings",
        ),
    ]  # fmt: skip
