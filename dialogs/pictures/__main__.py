"""The child process: reads one picture from standard input, writes it drawn anew to standard output.

``python -m dialogs.pictures``; Django is not loaded here.
"""

import io
import json
import sys
from typing import IO, Any, Final

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 -- decoders

from knowledge.extraction.sandbox import close_in

FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP")
LARGEST_SIDE: Final = 4096
THUMBNAIL: Final = (640, 640)
MOST_PIXELS: Final = 60_000_000
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 88, "method": 3},
}
PLAIN: Final = {"JPEG": ("RGB", "L"), "WEBP": ("RGB", "RGBA"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA")}


def main(file: IO[bytes], output: IO[bytes]) -> None:
    """Draw the picture within its limits, and a small one for lists."""
    content = file.read()
    Image.MAX_IMAGE_PIXELS = None  # the limit is our own, below: a phone's JPEG is shrunk while it is read
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    kind = str(picture.format)
    if kind == "JPEG":
        picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
    if picture.width * picture.height > MOST_PIXELS:
        raise SystemExit(2)
    if kind == "GIF":  # kept as it is, because it may move: no camera writes a place into it
        drawn, still = content, picture.convert("RGBA")
    else:
        still = ImageOps.exif_transpose(picture)
        still.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        drawn = _saved(still, kind)
    size = still.size
    still.thumbnail(THUMBNAIL)
    small = _saved(still if still.mode in PLAIN["WEBP"] else still.convert("RGBA"), "WEBP")
    facts = {"size": len(drawn), "width": size[0], "height": size[1]}
    output.write(json.dumps(facts).encode() + b"\n" + drawn + small)


def _saved(picture: Image.Image, kind: str) -> bytes:
    """Return the bytes of a picture without anything but its colours."""
    plain = picture if picture.mode in PLAIN[kind] else picture.convert("RGB" if kind == "JPEG" else "RGBA")
    for name in ("exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"):
        plain.info.pop(name, None)
    buffer = io.BytesIO()
    plain.save(buffer, kind, icc_profile=plain.info.get("icc_profile"), **OPTIONS[kind])
    return buffer.getvalue()


if __name__ == "__main__":
    close_in()
    main(sys.stdin.buffer, sys.stdout.buffer)
