"""How an operator works: what rings, whom a note calls, what is done to many conversations at once."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check
from operators.enums import BulkAction, JobStatus
from operators.models.notes import DialogNote

JOB_LEASE: Final = timedelta(minutes=2)
UNDO_SECONDS: Final = 5


class DeskSettings(Owned, Timestamped):
    """What an operator wants to be told, and when not; the hours are those of their own clock."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("operator"))
    sound = models.BooleanField(_("sound"), default=False)
    notifications = models.BooleanField(_("browser notifications"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)
    undo_seconds = models.SmallIntegerField(_("seconds to take words back"), default=UNDO_SECONDS)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "desk_settings"
        verbose_name = _("operator's settings")
        verbose_name_plural = _("operators' settings")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="uq_desk_settings_tenant_user"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None) | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="ck_desk_settings_quiet",
            ),
            models.CheckConstraint(
                condition=Q(undo_seconds__gte=0, undo_seconds__lte=30), name="ck_desk_settings_undo_seconds"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class MentionQuerySet(OwnedQuerySet["Mention"]):
    """Mentions."""

    def unseen(self) -> Self:
        """Keep those the person has not looked at."""
        return self.filter(seen_at=None)

    def unsent(self, *, before: datetime) -> Self:
        """Keep those older than ``before`` that nobody saw and no letter told of."""
        return self.unseen().filter(mailed_at=None, created_at__lt=before)


class Mention(Owned, Created):
    """A colleague's note calls a person; it waits for them, and a letter goes out while they do not look."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    note = models.ForeignKey(DialogNote, models.CASCADE, related_name="+", db_index=False, verbose_name=_("note"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("written to"), null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        db_table = "mentions"
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["note", "person", "tenant"], name="uq_mentions_note_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.note}"


class DeskJobQuerySet(OwnedQuerySet["DeskJob"]):
    """Work on many conversations."""

    def unfinished(self, *, at: datetime) -> Self:
        """Keep those nobody works on: new ones, and those whose worker is not heard of."""
        waiting = Q(status=JobStatus.PENDING) | Q(status=JobStatus.RUNNING, locked_until__lt=at)
        return self.filter(waiting)


class DeskJob(Public, Owned, Created):
    """One thing done to many conversations, one after the other; ``position`` says how far it is."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("who"))
    client_id = models.CharField(_("client's id"), max_length=64, editable=False)
    action = models.CharField(_("what"), max_length=16, choices=BulkAction)
    dialogs = ArrayField(models.BigIntegerField(), verbose_name=_("dialogs"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("to whom")
    )
    until = models.DateTimeField(_("put off until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=JobStatus, default=JobStatus.PENDING)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)
    position = models.IntegerField(_("looked at"), default=0)
    refused = models.IntegerField(_("refused"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = DeskJobQuerySet.as_manager()

    class Meta:
        db_table = "desk_jobs"
        verbose_name = _("work on many dialogs")
        verbose_name_plural = _("work on many dialogs")
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id", "tenant"], name="uq_desk_jobs_author_client_id"),
            enum_check("ck_desk_jobs_action", "action", BulkAction),
            enum_check("ck_desk_jobs_status", "status", JobStatus),
            models.CheckConstraint(
                condition=Q(position__gte=0, refused__gte=0, refused__lte=models.F("position")),
                name="ck_desk_jobs_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.position}/{len(self.dialogs)}"

    @classmethod
    def take(cls, pk: int, *, at: datetime) -> "DeskJob | None":
        """Start, or go on with, work that nobody does."""
        mine = cls.objects.unfinished(at=at).filter(pk=pk)
        if not mine.update(status=JobStatus.RUNNING, locked_until=at + JOB_LEASE):
            return None
        return cls.objects.select_related("tenant", "author", "assignee").get(pk=pk)
