"""Uploads that cost no more disk than a document may have, and strangers' files on their way out."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import FileResponse, Http404


def stored_file(files: Sequence[dict[str, Any]], number: int) -> FileResponse:
    """Hand out one of a stranger's ``files`` to be saved, never to be shown.

    Raises:
        Http404: there is no such file, or it was not kept.
    """
    if number >= len(files) or not files[number].get("path") or not default_storage.exists(files[number]["path"]):
        raise Http404
    kept = files[number]
    name = kept.get("name") or f"{kept.get('kind', 'file')}-{number + 1}"
    response = FileResponse(
        default_storage.open(kept["path"]), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


class BoundedFileUploadHandler(TemporaryFileUploadHandler):
    """Stops writing at ``UPLOAD_MAX_BYTES`` and goes on counting.

    The file keeps its true size, by which it is refused in words instead of a
    broken connection.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what still fits."""
        if start + len(raw_data) <= settings.UPLOAD_MAX_BYTES:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        """Return the file with the size that was sent."""
        self.file.seek(0)
        self.file.size = file_size
        return self.file
