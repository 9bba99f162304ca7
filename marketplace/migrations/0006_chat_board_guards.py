from django.db import migrations
from django.db.migrations.operations import RunSQL

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

# The two sets of reminders every seller had become two of their templates.
SETS = (
    ("Набор 1", "no_reply_messages", "no_reply_trigger_phrase", "no_reply_stop_message"),
    ("Набор 2", "no_reply_messages2", "no_reply_trigger_phrase2", "no_reply_stop_message2"),
)
COPY = """
INSERT INTO sequence_templates
  (uuid, tenant_id, name, steps, trigger_phrase, stop_message, hour_from, hour_to, is_active)
SELECT gen_random_uuid(), tenant_id, '{name}', steps, left({trigger}, 300), left({stop}, 300), 10, 17, true
  FROM seller_settings, LATERAL (
    SELECT jsonb_agg(jsonb_build_object('day', number, 'text', left(said, 1000)) ORDER BY number) AS steps
      FROM (
        SELECT number, CASE jsonb_typeof(entry) WHEN 'string' THEN entry #>> '{{}}' ELSE entry ->> 'text' END AS said
          FROM jsonb_array_elements(CASE jsonb_typeof({messages}) WHEN 'array' THEN {messages} ELSE '[]' END)
               WITH ORDINALITY AS listed (entry, number)
         WHERE number <= 14
      ) AS texts WHERE said <> ''
  ) AS plan
 WHERE steps IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0005_chat_board")]

    operations = [
        tenant_key(
            "chat_audit", "chat_review_links", "chat_classifications", "sequence_templates", "review_days",
            "review_topic_days",
        ),
        same_tenant("chat_audit", "store_id", "stores"),
        same_tenant("chat_audit", "chat_id", "chats"),
        same_tenant("chat_review_links", "store_id", "stores"),
        same_tenant("chat_review_links", "chat_id", "chats"),
        same_tenant("chat_review_links", "review_id", "reviews"),
        same_tenant("chat_classifications", "store_id", "stores"),
        same_tenant("chat_classifications", "chat_id", "chats"),
        same_tenant("chat_classifications", "through_id", "chat_messages"),
        same_tenant("chat_classifications", "log_id", "ai_logs"),
        same_tenant("chat_auto_sequences", "template_id", "sequence_templates"),
        same_tenant("review_days", "store_id", "stores"),
        same_tenant("review_days", "product_id", "products"),
        same_tenant("review_topic_days", "store_id", "stores"),
        same_tenant("review_topic_days", "product_id", "products"),
        touch_updated_at("chat_review_links", "chat_classifications", "sequence_templates"),
        *(
            RunSQL(COPY.format(name=name, messages=messages, trigger=trigger, stop=stop), RunSQL.noop)
            for name, messages, trigger, stop in SETS
        ),
    ]  # fmt: skip
