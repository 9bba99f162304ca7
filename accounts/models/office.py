"""What our staff does among sellers: seeing with their eyes for a while, and telling everybody something."""

from datetime import datetime
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Audience, Role, Tone
from accounts.models.tenancy import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check

SHORTEST_REASON: Final = 10


class ImpersonationQuerySet(OwnedQuerySet["Impersonation"]):
    """Times in which staff saw with a seller's eyes."""

    def live(self, *, at: datetime) -> Self:
        """Keep those that go on, of staff who still is staff."""
        return self.filter(ended_at=None, expires_at__gt=at, staff__is_staff=True, staff__is_active=True)


class Impersonation(Public, Owned, Created):
    """One member of our staff sees a shop as one of its people does: with a reason, for a limited time."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("member of staff")
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    reason = models.CharField(_("reason"), max_length=500)
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ImpersonationQuerySet.as_manager()

    class Meta:
        db_table = "impersonations"
        verbose_name = _("look through a seller's eyes")
        verbose_name_plural = _("looks through sellers' eyes")
        constraints = [
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON), name="ck_impersonations_reason"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")) & ~Q(staff=F("person")), name="ck_impersonations_limits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} → {self.person}"


class ImpersonationStep(models.Model):
    """One page that was opened, or refused, meanwhile; never changed."""

    impersonation = models.ForeignKey(
        Impersonation, models.PROTECT, related_name="steps", verbose_name=_("look through a seller's eyes")
    )
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("address"), max_length=500)
    status = models.SmallIntegerField(_("answer"))
    created_at = models.DateTimeField(_("when"))

    class Meta:
        db_table = "impersonation_steps"
        verbose_name = _("step through a seller's eyes")
        verbose_name_plural = _("steps through sellers' eyes")
        constraints = [
            models.CheckConstraint(condition=Q(status__gte=100, status__lt=600), name="ck_impersonation_steps_status")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Announcements."""

    def live(self, *, at: datetime) -> Self:
        """Keep those whose time it is, the gravest and newest first."""
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("-tone", "-starts_at")

    def unread_by(self, user: Any) -> Self:
        """Leave out what the person has put away."""
        return self.exclude(pk__in=AnnouncementDismissal.objects.filter(user=user.pk).values("announcement"))


class Announcement(Public, Timestamped):
    """What our staff tells sellers' people at the top of their pages, in both languages, from a moment to a moment."""

    text_ru = models.CharField(_("text in Russian"), max_length=500)
    text_en = models.CharField(_("text in English"), max_length=500)
    link = models.URLField(_("link"), max_length=500, blank=True)
    tone = models.CharField(_("tone"), max_length=16, choices=Tone, default=Tone.INFO)
    audience = models.CharField(_("who reads it"), max_length=16, choices=Audience, default=Audience.EVERYBODY)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    is_dismissable = models.BooleanField(_("can be put away"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, editable=False
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        db_table = "announcements"
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints = [
            enum_check("ck_announcements_tone", "tone", Tone),
            enum_check("ck_announcements_audience", "audience", Audience),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="ck_announcements_time"),
            models.CheckConstraint(condition=Q(link="") | Q(link__startswith="https://"), name="ck_announcements_link"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """Return the words in the reader's language."""
        return self.text_ru if (get_language() or "ru").startswith("ru") else self.text_en

    def is_for(self, role: Role | None) -> bool:
        """Say whether somebody with this role reads it."""
        return self.audience == Audience.EVERYBODY or (
            role is not None
            and {Audience.ADMINISTRATORS: role == Role.ADMIN, Audience.OPERATORS: role != Role.USER}[
                Audience(self.audience)
            ]
        )


class AnnouncementDismissal(Created):
    """A person put an announcement away."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="+", verbose_name=_("announcement"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))

    class Meta:
        db_table = "announcement_dismissals"
        verbose_name = _("announcement put away")
        verbose_name_plural = _("announcements put away")
        constraints = [
            models.UniqueConstraint(fields=["announcement", "user"], name="uq_announcement_dismissals_reader")
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.user_id}"
