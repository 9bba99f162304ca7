"""What is known about embedding models, and the questions they already embedded."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.models import Owned, OwnedQuerySet
from config.db import Created, Timestamped


class EmbeddingModel(Owned, Timestamped):
    """How well an embedding model understands Russian and English, measured when a tenant first used it.

    Search joins the dense leg only in a language the model passed, and
    ``threshold`` is the cosine below which a passage does not answer.
    """

    name = models.CharField(_("model"), max_length=128)
    dims = models.IntegerField(_("dimensions"))
    is_lexical = models.BooleanField(_("compares words only"), default=False)
    accuracy_ru = models.FloatField(_("accuracy in Russian"), default=0)
    accuracy_en = models.FloatField(_("accuracy in English"), default=0)
    threshold = models.FloatField(_("threshold"), default=1)
    probed_at = models.DateTimeField(_("measured"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "embedding_models"
        verbose_name = _("embedding model")
        verbose_name_plural = _("embedding models")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="uq_embedding_models_tenant_name"),
            models.CheckConstraint(
                condition=Q(accuracy_ru__range=(0, 1), accuracy_en__range=(0, 1), threshold__range=(-1, 1))
                & Q(dims__gt=0),
                name="ck_embedding_models_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.dims})"


class QueryEmbedding(Owned, Created):
    """A question's vector, kept so that the same question is embedded once per tenant."""

    query_hash = models.CharField(_("SHA-256"), max_length=64, editable=False)
    query_text = models.TextField(_("question"))
    embedding = VectorField(_("vector"), editable=False)
    embedding_model = models.CharField(_("embedding model"), max_length=128)
    usage_count = models.IntegerField(_("used"), default=1)
    last_used = models.DateTimeField(_("last used"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "query_embeddings_cache"
        verbose_name = _("cached question")
        verbose_name_plural = _("cached questions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "query_hash"], name="uq_query_embeddings_cache_tenant_query_hash"
            ),
            models.CheckConstraint(condition=Q(usage_count__gte=0), name="ck_query_embeddings_cache_usage_count"),
        ]

    def __str__(self) -> str:
        return self.query_text[:80]
