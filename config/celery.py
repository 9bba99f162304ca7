"""The Celery application; tasks live in each app's ``tasks`` module."""

import os
from typing import Any

import structlog
from celery import Celery, bootsteps

from config.maintenance import notice

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("otklik")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

LOOK_EVERY_SECONDS = 5
log = structlog.get_logger(__name__)


class Drain(bootsteps.StartStopStep):
    """While the system is worked on, a worker finishes what it does and takes nothing new."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    is_drained = False  # of this process's worker

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self.queues: tuple[str, ...] = ()
        self.timer: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        """Look now, and every few seconds."""
        self.queues = ()
        self.timer = parent.timer.call_repeatedly(LOOK_EVERY_SECONDS, self.look, (parent,), priority=10)
        parent.timer.call_after(0, self.look, (parent,), priority=10)

    def stop(self, parent: Any) -> None:
        """Look no more."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def look(self, consumer: Any) -> None:
        """Leave the queues when the system closes, and come back when it opens."""
        from django.db import DatabaseError, close_old_connections  # noqa: PLC0415 -- leaf: settings first

        try:
            is_closed = notice() is not None
        except DatabaseError:
            return  # nothing can be known, and nothing can be done either
        finally:
            close_old_connections()
        if is_closed and not self.queues:
            self.queues = tuple(queue.name for queue in consumer.task_consumer.queues)
            for name in self.queues:
                consumer.cancel_task_queue(name)
            Drain.is_drained = True
            log.info("worker_drains", queues=self.queues)
        elif self.queues and not is_closed:
            for name in self.queues:
                consumer.add_task_queue(name)
            Drain.is_drained = False
            log.info("worker_resumes", queues=self.queues)
            self.queues = ()


app.steps["consumer"].add(Drain)
