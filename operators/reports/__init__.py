"""What the console shows: the queues, one thread, who the customer is."""

from operators.reports.desk import colleagues, desk
from operators.reports.queues import PAGE, counts, queue, rows_by_key, rows_of
from operators.reports.threads import aside, marks, message, messages_before, missed, thread

__all__ = [
    "PAGE",
    "aside",
    "colleagues",
    "counts",
    "desk",
    "marks",
    "message",
    "messages_before",
    "missed",
    "queue",
    "rows_by_key",
    "rows_of",
    "thread",
]
