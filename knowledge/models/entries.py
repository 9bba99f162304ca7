"""Processed knowledge: the texts behind the passages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Timestamped, enum_check
from knowledge.enums import DocType, KnowledgeType
from knowledge.models.documents import MAX_IMPORTANCE, Document


class KnowledgeEntry(Owned, Timestamped):
    """A text made of a document, or an answer a person confirmed; passages are cut from it."""

    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    document = models.ForeignKey(
        Document, models.CASCADE, related_name="entries", null=True, blank=True, verbose_name=_("document")
    )
    content = models.TextField(_("text"))
    type = models.CharField(_("type"), max_length=16, choices=KnowledgeType, default=KnowledgeType.SUMMARY)
    doc_type = models.CharField(_("kind of document"), max_length=100, blank=True)
    importance = models.SmallIntegerField(_("importance"), default=5)
    usage_count = models.IntegerField(_("used"), default=0)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "user_knowledge"
        verbose_name = _("knowledge entry")
        verbose_name_plural = _("knowledge entries")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "type"], condition=Q(document__isnull=False), name="uq_user_knowledge_document_type"
            ),
            enum_check("ck_user_knowledge_type", "type", KnowledgeType),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=MAX_IMPORTANCE, usage_count__gte=0),
                name="ck_user_knowledge_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.content[:80]

    @property
    def doc_type_label(self) -> str:
        """Return the kind of document in the reader's language, or as its author called it."""
        return str(DocType(self.doc_type).label) if self.doc_type in DocType.values else self.doc_type
