"""Moving knowledge from one embedding model to another, while the old vectors still serve."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from knowledge.enums import MOVING, ReembeddingStatus
from knowledge.models.chunks import KnowledgeEmbedding

LOST_AFTER: Final = timedelta(seconds=60)


class ReembeddingQuerySet(OwnedQuerySet["Reembedding"]):
    """Moves."""

    def unfinished(self) -> Self:
        """Keep moves that go on."""
        return self.filter(status__in=MOVING)

    def lost(self, *, at: datetime) -> Self:
        """Keep moves that nobody works on though somebody should."""
        forgotten = Q(locked_until=None, updated_at__lt=at - LOST_AFTER)
        return self.unfinished().filter(forgotten | Q(locked_until__lt=at))


class Reembedding(Public, Owned, Timestamped):
    """The move of an assistant's knowledge, or of what all share, to another embedding model.

    New vectors are gathered beside the old ones; when none is missing, all
    change places in one transaction.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    from_model = models.CharField(_("from"), max_length=128, blank=True)
    model = models.CharField(_("to"), max_length=128)
    wanted = models.CharField(_("setting after the move"), max_length=128, null=True, blank=True)  # noqa: DJ001 -- nothing: the setting stays; empty: chosen for you
    status = models.CharField(_("status"), max_length=16, choices=ReembeddingStatus, default=ReembeddingStatus.QUEUED)
    error_message = models.TextField(_("problem in words"), blank=True)
    done = models.IntegerField(_("passages done"), default=0)
    total = models.IntegerField(_("passages"), default=0)
    attempts = models.SmallIntegerField(_("attempts"), default=0, editable=False)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("begun by")
    )

    objects = ReembeddingQuerySet.as_manager()

    class Meta:
        db_table = "reembeddings"
        verbose_name = _("move to another model")
        verbose_name_plural = _("moves to another model")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant"],
                condition=Q(status__in=list(MOVING)),
                nulls_distinct=False,
                name="uq_reembeddings_tenant_assistant",
            ),
            enum_check("ck_reembeddings_status", "status", ReembeddingStatus),
            models.CheckConstraint(
                condition=Q(done__gte=0, total__gte=0, attempts__gte=0), name="ck_reembeddings_amounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_model or '—'} → {self.model}"

    @property
    def is_unfinished(self) -> bool:
        """Say whether it goes on."""
        return self.status in MOVING

    def take(self, *, until: datetime, at: datetime) -> bool:
        """Lease this move for one worker; of two rivals only one gets it."""
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        rows = Reembedding.objects.unfinished().filter(free, pk=self.pk)
        if not rows.update(locked_until=until, attempts=F("attempts") + 1, status=ReembeddingStatus.RUNNING):
            return False
        self.refresh_from_db()
        return True

    def advance(self, **values: Any) -> bool:
        """Write ``values`` if this worker still holds the lease it took."""
        rows = Reembedding.objects.unfinished().filter(pk=self.pk, locked_until=self.locked_until)
        if not rows.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True


class NextVector(Owned):
    """A passage's vector by the model that knowledge moves to, waiting for the others."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    reembedding = models.ForeignKey(
        Reembedding, models.CASCADE, related_name="vectors", db_index=False, verbose_name=_("move")
    )
    chunk = models.ForeignKey(KnowledgeEmbedding, models.CASCADE, related_name="+", verbose_name=_("passage"))
    words_hash = models.CharField(_("SHA-256"), max_length=64)
    embedding = VectorField(_("vector"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "next_vectors"
        verbose_name = _("vector in waiting")
        verbose_name_plural = _("vectors in waiting")
        constraints = [
            models.UniqueConstraint(fields=["reembedding", "chunk"], name="uq_next_vectors_reembedding_chunk")
        ]

    def __str__(self) -> str:
        return f"{self.chunk_id}"
