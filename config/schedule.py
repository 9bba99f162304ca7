"""Which queue each task waits in, and what runs by the clock."""

from datetime import timedelta
from typing import Final

from celery.schedules import crontab

DEFAULT_QUEUE: Final = "default"
ROUTES: Final = {
    "dialogs.tasks.answer*": {"queue": "answers"},
    "operators.tasks.push_mirror": {"queue": "webhooks"},
    "operators.tasks.push_change": {"queue": "webhooks"},
    "operators.tasks.send_mail": {"queue": "webhooks"},
    "operators.tasks.respond*": {"queue": "answers"},
    "dialogs.tasks.deliver*": {"queue": "default"},
    "knowledge.tasks.read_site": {"queue": "sync"},
    "knowledge.tasks.*": {"queue": "embedding"},
    "assistants.tasks.evaluate": {"queue": "sync"},
    "marketplace.tasks.*": {"queue": "sync"},
    "accounts.tasks.make_export": {"queue": "sync"},
    "accounts.tasks.erase_tenant": {"queue": "sync"},
    "accounts.tasks.sync*": {"queue": "sync"},
    "accounts.tasks.send_webhook": {"queue": "webhooks"},
}
SCHEDULE: Final = {
    "find lost answers and deliveries": {"task": "dialogs.tasks.sweep", "schedule": 10, "options": {"expires": 10}},
    "find lost handoffs": {"task": "operators.tasks.sweep_handoffs", "schedule": 10, "options": {"expires": 10}},
    "find due ticket copies": {"task": "operators.tasks.sweep_mirrors", "schedule": 20, "options": {"expires": 20}},
    "find due connections": {"task": "accounts.tasks.sweep_integrations", "schedule": 15, "options": {"expires": 15}},
    "roll up what connections did": {
        "task": "accounts.tasks.roll_up_metrics",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "find due ticket letters": {"task": "operators.tasks.sweep_mails", "schedule": 15, "options": {"expires": 15}},
    "find lost documents": {"task": "knowledge.tasks.sweep", "schedule": 20, "options": {"expires": 20}},
    "find lost evaluations": {
        "task": "assistants.tasks.sweep_evaluations",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "forget old questions": {"task": "knowledge.tasks.prune_questions", "schedule": 3600},
    "look through the knowledge": {"task": "knowledge.tasks.review_all", "schedule": crontab(hour=4, minute=30)},
    "give back expired reservations": {"task": "billing.tasks.expire_holds", "schedule": 60},
    "settle payments": {"task": "billing.tasks.settle_payments", "schedule": 60, "options": {"expires": 60}},
    "pay referral rewards": {"task": "billing.tasks.pay_rewards", "schedule": timedelta(hours=1)},
    "warn owners of money": {"task": "billing.tasks.tell_owners", "schedule": 30, "options": {"expires": 30}},
    "watch how long balances last": {"task": "billing.tasks.watch_runway", "schedule": timedelta(hours=1)},
    "look after bots": {"task": "dialogs.tasks.check_bots", "schedule": 600, "options": {"expires": 600}},
    "forget what messengers repeat": {"task": "dialogs.tasks.forget_inbound", "schedule": crontab(hour=4, minute=15)},
    "clear away unsent uploads": {"task": "dialogs.tasks.clear_uploads", "schedule": 3600},
    "back the database up": {"task": "config.tasks.back_up", "schedule": crontab(hour=3, minute=0)},
    "rehearse a restore": {
        "task": "config.tasks.rehearse_restore",
        "schedule": crontab(hour=4, minute=0, day_of_week=0),
    },
    "read the shutdown days of models": {
        "task": "assistants.tasks.read_shutdown_days",
        "schedule": crontab(hour=5, minute=0),
    },
    "find due replies to Wildberries": {
        "task": "marketplace.tasks.sweep_replies",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "find reviews without a draft": {"task": "marketplace.tasks.catch_up_drafts", "schedule": crontab(minute=20)},
    "find lost work on many reviews": {
        "task": "marketplace.tasks.sweep_bulk",
        "schedule": 20,
        "options": {"expires": 20},
    },
    "prove the ledger": {"task": "billing.tasks.prove_ledger", "schedule": crontab(hour=3, minute=30)},
    "find due webhooks": {"task": "accounts.tasks.sweep_webhooks", "schedule": 15, "options": {"expires": 15}},
    "find exports and deletions": {"task": "accounts.tasks.sweep_leaving", "schedule": 60, "options": {"expires": 60}},
    "keep no longer": {"task": "accounts.tasks.keep_no_longer", "schedule": crontab(hour=2, minute=30)},
    "find due letters": {"task": "accounts.tasks.sweep_notifications", "schedule": 60, "options": {"expires": 60}},
    "forget old events": {"task": "accounts.tasks.purge_events", "schedule": crontab(hour=3, minute=45)},
    "find due syncs": {"task": "marketplace.tasks.sweep_syncs", "schedule": 15, "options": {"expires": 15}},
    "warn of tokens that expire": {"task": "marketplace.tasks.warn_of_tokens", "schedule": crontab(hour=9, minute=0)},
    "find unread chats of buyers": {
        "task": "marketplace.tasks.sweep_chats",
        "schedule": 20,
        "options": {"expires": 20},
    },
    "count reviews by day": {"task": "marketplace.tasks.count_all_reviews", "schedule": 3600},
    "ask models about chats": {"task": "marketplace.tasks.judge_chats", "schedule": 30, "options": {"expires": 30}},
    "send due reminders": {"task": "marketplace.tasks.send_reminders", "schedule": 60, "options": {"expires": 60}},
    "purge idempotency keys": {"task": "accounts.tasks.purge_idempotency_keys", "schedule": timedelta(hours=1)},
}
