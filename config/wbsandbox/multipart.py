"""Reads multipart forms with the standard library's mail parser."""

from email.parser import BytesParser
from email.policy import HTTP


def read(content_type: str, body: bytes) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """Return a form's fields, and its files as name and content."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        name = part.get_param("name", header="content-disposition")
        if (filename := part.get_filename()) is not None:
            files.append((filename, raw))
        else:
            fields[str(name)] = raw.decode("utf-8", "replace")
    return fields, files
