"""Uploads that cost no more disk than a document may have."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


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
