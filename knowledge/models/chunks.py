"""Passages: what search finds and answers quote."""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from config.postgres.fields import SparseVectorField, VarBitField
from knowledge.enums import Source
from knowledge.models.documents import MAX_IMPORTANCE, Document
from knowledge.models.entries import KnowledgeEntry

LEXICAL_DIMENSIONS: Final = 2**28
WIDE: Final = ("embedding", "dims", "bits")


class KnowledgeEmbeddingQuerySet(OwnedQuerySet["KnowledgeEmbedding"]):
    """Passages."""

    def without_vectors(self) -> Self:
        """Leave the vectors in the database; no list needs them."""
        return self.defer(*WIDE)

    def searchable(self) -> Self:
        """Keep the passages that search may find."""
        return self.filter(is_current=True, is_enabled=True)

    def in_order(self) -> Self:
        """Order as in the document."""
        return self.order_by("document_id", "chunk_index", "part")

    def in_use(self) -> Self:
        """Keep what is not history: found by search, or switched off by the seller."""
        return self.filter(is_current=True)

    def corrected(self) -> Self:
        """Keep the passages in which a person changed something."""
        return self.filter(Q(edited_at__isnull=False) | Q(is_enabled=False) | Q(is_pinned=True))

    def unembedded(self) -> Self:
        """Keep passages in use whose vector is still to be made; words find them already."""
        return self.filter(is_current=True, embedding=None)

    def locked(self) -> Self:
        """Lock the rows in key order until the transaction ends."""
        return self.select_for_update(of=("self",)).order_by("pk").without_vectors()


class KnowledgeEmbedding(Public, Owned, Timestamped):
    """One passage of a document with its vector."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant",
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("assistant"),
    )
    document = models.ForeignKey(
        Document,
        models.CASCADE,
        related_name="chunks",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("document"),
    )
    entry = models.ForeignKey(
        KnowledgeEntry,
        models.CASCADE,
        related_name="passages",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("confirmed answer"),
    )
    chunk_index = models.IntegerField(_("number"))
    part = models.SmallIntegerField(_("part"), default=0, db_default=0)
    chunk_text = models.TextField(_("text"))
    title = models.CharField(_("title"), max_length=255, blank=True)
    heading_path = models.CharField(_("headings"), max_length=500, blank=True)
    embedding = VectorField(_("vector"), null=True, blank=True, editable=False)
    embedding_model = models.CharField(_("embedding model"), max_length=128, blank=True)
    dims = models.GeneratedField(
        expression=Func(F("embedding"), function="vector_dims", output_field=models.SmallIntegerField()),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        verbose_name=_("dimensions"),
    )
    bits = models.GeneratedField(
        expression=Func(
            F("embedding"), template="binary_quantize(%(expressions)s)::varbit", output_field=VarBitField()
        ),
        output_field=VarBitField(),
        db_persist=True,
        verbose_name=_("sign bits"),
    )
    doc_type = models.CharField(_("category"), max_length=100, blank=True)
    importance = models.SmallIntegerField(_("importance"), default=5)
    token_count = models.IntegerField(_("tokens, estimated"), default=0)
    chunk_hash = models.CharField(_("SHA-256"), max_length=64, editable=False)
    source = models.CharField(_("source"), max_length=32, choices=Source, default=Source.DOCUMENT)
    source_name = models.CharField(_("source name"), max_length=255, blank=True)
    version = models.IntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    original_text = models.TextField(_("text as it was cut"), blank=True, default="", db_default="")
    original_title = models.CharField(_("title as it was"), max_length=255, blank=True, default="", db_default="")
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("edited by"),
    )
    split_from = models.ForeignKey(
        "self",
        models.CASCADE,
        related_name="parts",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("split off from"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="absorbed",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("merged into"),
    )

    objects = KnowledgeEmbeddingQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_embeddings"
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "chunk_index", "part"], name="uq_knowledge_embeddings_document_chunk_index_part"
            ),
            enum_check("ck_knowledge_embeddings_source", "source", Source),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=MAX_IMPORTANCE)
                & Q(chunk_index__gte=0, part__gte=0, token_count__gte=0, version__gte=1),
                name="ck_knowledge_embeddings_amounts",
            ),
            models.CheckConstraint(
                condition=Q(embedding__isnull=True) | ~Q(embedding_model=""), name="ck_knowledge_embeddings_model"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(archived_at__isnull=True), name="ck_knowledge_embeddings_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(merged_into__isnull=True), name="ck_knowledge_embeddings_merged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.number}" if self.title else self.chunk_text[:80]

    @property
    def number(self) -> str:
        """Return its place in the document as people count: 3, or 3.2 for the second piece of what was cut in two."""
        return f"{self.chunk_index + 1}.{self.part + 1}" if self.part else f"{self.chunk_index + 1}"

    @property
    def is_edited(self) -> bool:
        """Say whether a person changed what it says."""
        return self.edited_at is not None


class KnowledgeUse(Owned):
    """How often answers quoted a passage; beside it, because rewriting its wide row would cost too much."""

    chunk = models.OneToOneField(
        KnowledgeEmbedding, models.CASCADE, primary_key=True, related_name="use", verbose_name=_("passage")
    )
    count = models.IntegerField(_("answers"), default=0)
    last_used = models.DateTimeField(_("last used"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_uses"
        verbose_name = _("use of a passage")
        verbose_name_plural = _("uses of passages")
        constraints = [models.CheckConstraint(condition=Q(count__gte=0), name="ck_knowledge_uses_count")]

    def __str__(self) -> str:
        return f"{self.chunk_id}: {self.count}"


class KnowledgeLexical(models.Model):
    """The words of one searchable passage as a sparse BM25 vector; no row, not searchable.

    ``stems`` repeats its stems, by which large assistants are looked through
    first; a row from before there were any waits for the sweeper to add them.
    """

    chunk = models.OneToOneField(
        KnowledgeEmbedding, models.CASCADE, primary_key=True, related_name="lexical", verbose_name=_("passage")
    )
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    lex = SparseVectorField(_("words"), dimensions=LEXICAL_DIMENSIONS, editable=False)
    stems = SparseVectorField(_("stems of words"), dimensions=LEXICAL_DIMENSIONS, null=True, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_lexical"
        verbose_name = _("words of a passage")
        verbose_name_plural = _("words of passages")

    def __str__(self) -> str:
        return f"{self.chunk_id}"


class KnowledgeTerm(models.Model):
    """In how many searchable passages of an assistant a term occurs; term 0 counts the passages.

    Kept true by triggers on ``knowledge_lexical``; nothing else writes it.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    term = models.IntegerField(_("term, hashed"))
    df = models.IntegerField(_("passages"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_terms"
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant", "term"],
                include=["df"],
                nulls_distinct=False,
                name="uq_knowledge_terms_tenant_assistant_term",
            ),
            models.CheckConstraint(condition=Q(term__gte=0, df__gte=0), name="ck_knowledge_terms_amounts"),
        ]

    def __str__(self) -> str:
        return f"{self.term}: {self.df}"
