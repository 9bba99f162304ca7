"""Making a model's text safe to show: no HTML, no images, only links the sources hold."""

import re
from collections.abc import Iterable
from typing import Final

LONGEST_ANSWER: Final = 6_000
INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
IMAGE: Final = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
LINK: Final = re.compile(r"\[([^\]]+)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
BARE_URL: Final = re.compile(r"\b(?:https?|ftp|javascript|data):/{0,2}[^\s<>\"')\]]+", re.IGNORECASE)
TAG: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")


def clean(text: str, *, sources: Iterable[str]) -> str:
    """Return ``text`` without tags, images, invisible characters and foreign links.

    Args:
        text: What the model wrote.
        sources: The texts it was given; a link that none of them holds is
            reduced to its words.
    """
    known = {url.rstrip(".,;") for source in sources for url in BARE_URL.findall(source)}

    def keep_link(match: re.Match[str]) -> str:
        words, url = match.groups()
        return match.group(0) if url in known and url.startswith("https://") else words

    def keep_url(match: re.Match[str]) -> str:
        url = match.group(0)
        return url if url.rstrip(".,;") in known and url.lower().startswith("http") else ""

    text = INVISIBLE.sub("", text).replace("\0", "")
    text = TAG.sub("", IMAGE.sub(r"\1", text))
    text = BARE_URL.sub(keep_url, LINK.sub(keep_link, text))
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip()[:LONGEST_ANSWER]
