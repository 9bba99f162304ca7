"""Processed knowledge: the texts behind the passages."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from knowledge.enums import DocType, EntryStatus, KnowledgeType
from knowledge.errors import EntryMoved
from knowledge.models.documents import MAX_IMPORTANCE, Document


class EntryQuerySet(OwnedQuerySet["KnowledgeEntry"]):
    """Entries."""

    def answers(self) -> Self:
        """Keep answers that people gave, confirmed or to be reviewed."""
        return self.filter(type=KnowledgeType.CONFIRMED)

    def to_review(self) -> Self:
        """Keep answers that wait for somebody's word."""
        return self.answers().filter(status=EntryStatus.PROPOSED)


class KnowledgeEntry(Public, Owned, Timestamped):
    """A text made of a document, or an answer a person confirmed; passages are cut from it.

    An answer has a ``question``: its first line is how the shop would put it,
    further lines are other ways in which customers do.
    """

    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    document = models.ForeignKey(
        Document, models.CASCADE, related_name="entries", null=True, blank=True, verbose_name=_("document")
    )
    question = models.TextField(_("question"), blank=True, default="", db_default="")
    content = models.TextField(_("text"))
    type = models.CharField(_("type"), max_length=16, choices=KnowledgeType, default=KnowledgeType.SUMMARY)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=EntryStatus,
        default=EntryStatus.ACTIVE,
        db_default=EntryStatus.ACTIVE.value,
    )
    doc_type = models.CharField(_("kind of document"), max_length=100, blank=True)
    importance = models.SmallIntegerField(_("importance"), default=5)
    usage_count = models.IntegerField(_("used"), default=0)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    dialog_uuid = models.UUIDField(_("dialog"), null=True, blank=True)
    seq = models.BigIntegerField(_("message"), null=True, blank=True)
    masked_count = models.IntegerField(_("masked"), default=0, db_default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("given by")
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("reviewed by"),
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        db_table = "user_knowledge"
        verbose_name = _("knowledge entry")
        verbose_name_plural = _("knowledge entries")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "type"], condition=Q(document__isnull=False), name="uq_user_knowledge_document_type"
            ),
            models.UniqueConstraint(
                fields=["tenant", "dialog_uuid", "seq"], name="uq_user_knowledge_tenant_dialog_uuid_seq"
            ),
            enum_check("ck_user_knowledge_type", "type", KnowledgeType),
            enum_check("ck_user_knowledge_status", "status", EntryStatus),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=MAX_IMPORTANCE, usage_count__gte=0, masked_count__gte=0),
                name="ck_user_knowledge_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(type=KnowledgeType.CONFIRMED) | ~Q(status=EntryStatus.ACTIVE) | ~Q(question=""),
                name="ck_user_knowledge_question",
            ),
        ]

    def __str__(self) -> str:
        return (self.title or self.content)[:80]

    @property
    def doc_type_label(self) -> str:
        """Return the kind of document in the reader's language, or as its author called it."""
        return str(DocType(self.doc_type).label) if self.doc_type in DocType.values else self.doc_type

    @property
    def title(self) -> str:
        """Return the question as the shop puts it."""
        return self.question.partition("\n")[0]

    @property
    def other_wordings(self) -> list[str]:
        """Return the other ways in which customers ask."""
        return [line for line in self.question.split("\n")[1:] if line]

    def move_to(self, status: EntryStatus, **values: Any) -> None:
        """Change the state in one UPDATE, so that of two rivals one wins.

        Raises:
            EntryMoved: its state does not lead there.
        """
        rows = KnowledgeEntry.objects.filter(pk=self.pk, type=KnowledgeType.CONFIRMED, status__in=MOVES[status])
        moved = rows.update(status=status, **values)
        self.refresh_from_db()
        if not moved:
            raise EntryMoved(state=self.get_status_display())


MOVES = {
    EntryStatus.PROPOSED: (EntryStatus.REJECTED,),
    EntryStatus.ACTIVE: (EntryStatus.PROPOSED, EntryStatus.RETIRED),
    EntryStatus.REJECTED: (EntryStatus.PROPOSED,),
    EntryStatus.RETIRED: (EntryStatus.ACTIVE,),
}
"""From which states each state may be entered."""
