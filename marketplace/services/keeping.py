"""Which files of ours belong to a shop."""

from collections.abc import Iterator

from accounts.models import Tenant
from marketplace.models import Outgoing


def files_of(tenant: Tenant) -> Iterator[str]:
    """Return the names of the files that were sent to buyers."""
    rows = Outgoing.objects.of(tenant).exclude(files=[]).order_by("pk").values_list("files", flat=True)
    for files in rows.iterator(chunk_size=500):
        yield from (str(file["path"]) for file in files if file.get("path"))
