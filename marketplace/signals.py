"""What happened on Wildberries, told on commit; ids are keys of our rows."""

from django.dispatch import Signal

# sent with: store_id, ids, is_backfill (part of a store's first pass: nothing of it is news)
reviews_arrived = Signal()
questions_arrived = Signal()
chat_messages_arrived = Signal()
