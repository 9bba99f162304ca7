"""Which files of ours belong to a shop."""

from collections.abc import Iterator

from accounts.models import Tenant
from knowledge.models import Document


def files_of(tenant: Tenant) -> Iterator[str]:
    """Return the names of the stored originals."""
    names = Document.objects.of(tenant).exclude(file="").order_by("pk").values_list("file", flat=True)
    yield from dict.fromkeys(names.iterator(chunk_size=500))
