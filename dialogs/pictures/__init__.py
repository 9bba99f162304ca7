"""Pictures of strangers, drawn anew in a child process: without what their cameras wrote into them."""

import json
from dataclasses import dataclass
from typing import IO, Final

from knowledge.extraction import child
from knowledge.extraction.problems import Refused

PATIENCE_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def redraw(file: IO[bytes]) -> Picture | None:
    """Return the picture in ``file``, which has a file descriptor, or None when nobody can draw it.

    The child answers with one line of JSON and the bytes of the picture and its thumbnail.
    """
    file.seek(0)
    try:
        output, code = child.run("dialogs.pictures", file=file, wall_seconds=PATIENCE_SECONDS)
    except Refused:
        return None
    head, _, body = output.partition(b"\n")
    if code or not head:
        return None
    facts = json.loads(head)
    return Picture(
        content=body[: facts["size"]],
        thumbnail=body[facts["size"] :],
        width=facts["width"],
        height=facts["height"],
    )
