"""Files of conversations."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from dialogs.contents import FILMS, PICTURES, SHOWN, SOUNDS
from dialogs.enums import AttachmentKind, AttachmentProblem, AttachmentState, Sender
from dialogs.models.dialogs import Dialog
from dialogs.models.messages import DialogMessage


class AttachmentQuerySet(OwnedQuerySet["DialogAttachment"]):
    """Files."""

    def unsent(self) -> Self:
        """Keep what was uploaded and is in no message yet."""
        return self.filter(message=None)

    def due(self, *, at: datetime) -> Self:
        """Keep what is to be fetched from a messenger and need not wait longer."""
        return self.filter(Q(due_at=None) | Q(due_at__lte=at), state=AttachmentState.AWAITED)


class DialogAttachment(Public, Owned, Timestamped):
    """One file: uploaded and not sent yet (``message`` is null), or part of a message, at a place of its own."""

    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="attachments", verbose_name=_("dialog"))
    message = models.ForeignKey(
        DialogMessage, models.CASCADE, related_name="attachments", null=True, blank=True, verbose_name=_("message")
    )
    position = models.SmallIntegerField(_("place in the message"), default=0)
    sender = models.CharField(_("sender"), max_length=32, choices=Sender)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("uploaded by"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=AttachmentKind, default=AttachmentKind.FILE)
    state = models.CharField(_("state"), max_length=16, choices=AttachmentState, default=AttachmentState.READY)
    problem = models.CharField(_("problem"), max_length=16, choices=AttachmentProblem, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    content_type = models.CharField(_("media type"), max_length=100, blank=True)
    size = models.BigIntegerField(_("size, bytes"), default=0)
    width = models.IntegerField(_("width"), null=True, blank=True)
    height = models.IntegerField(_("height"), null=True, blank=True)
    seconds = models.IntegerField(_("length, seconds"), null=True, blank=True)
    path = models.CharField(_("place in the storage"), max_length=255, blank=True)
    thumbnail_path = models.CharField(_("thumbnail in the storage"), max_length=255, blank=True)
    digest = models.CharField("SHA-256", max_length=64, blank=True)
    platform_file_id = models.CharField(_("id on the platform"), max_length=255, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("fetch again at"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        db_table = "dialog_attachments"
        verbose_name = _("file of a dialog")
        verbose_name_plural = _("files of dialogs")
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="uq_dialog_attachments_message_position"),
            enum_check("ck_dialog_attachments_sender", "sender", Sender),
            enum_check("ck_dialog_attachments_kind", "kind", AttachmentKind),
            enum_check("ck_dialog_attachments_state", "state", AttachmentState),
            models.CheckConstraint(
                condition=Q(problem="", state__in=[AttachmentState.AWAITED.value, AttachmentState.READY.value])
                | Q(problem__in=AttachmentProblem.values, state=AttachmentState.LOST.value),
                name="ck_dialog_attachments_problem",
            ),
            models.CheckConstraint(
                condition=~Q(state=AttachmentState.READY.value) | ~Q(path=""), name="ck_dialog_attachments_path"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=0, position__gte=0, attempts__gte=0), name="ck_dialog_attachments_counts"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.uuid}"

    @property
    def is_ready(self) -> bool:
        """Say whether the file is in our storage."""
        return self.state == AttachmentState.READY

    @property
    def is_picture(self) -> bool:
        """Say whether browsers show it."""
        return self.is_ready and self.content_type in PICTURES

    @property
    def is_sound(self) -> bool:
        """Say whether browsers play it."""
        return self.is_ready and self.content_type in SOUNDS

    @property
    def is_film(self) -> bool:
        """Say whether browsers play it and show it."""
        return self.is_ready and self.content_type in FILMS

    @property
    def may_be_shown(self) -> bool:
        """Say whether a browser may do anything with it but save it."""
        return self.content_type in SHOWN

    def facts(self) -> dict[str, Any]:
        """Return it for sockets and the API, without its content."""
        return {
            "uuid": str(self.uuid),
            "kind": self.kind,
            "name": self.name or str(self.get_kind_display()),
            "content_type": self.content_type,
            "size": self.size,
            "width": self.width,
            "height": self.height,
            "seconds": self.seconds,
            "state": self.state,
            "problem": str(self.get_problem_display()) if self.problem else "",
            "has_thumbnail": bool(self.thumbnail_path),
        }
