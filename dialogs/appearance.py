"""How a seller's widget looks: the settings of an assistant, checked and completed."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from django.conf import settings
from django.utils.translation import get_language

from assistants.models import Assistant

HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
DEFAULT_COLOR: Final = "#0a6b5b"
LIGHT_INK, DARK_INK = "#ffffff", "#10201c"
LIGHT_GROUND, DARK_GROUND = "#f2f5f4", "#232a2d"  # the bubbles of frame.css
READABLE: Final = 4.5  # WCAG 2.2, contrast of text, level AA
SRGB_KNEE: Final = 0.04045
LONGEST_LINE: Final = 120
MOST_QUESTIONS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """Colours, place and words of one widget, safe to hand to a browser.

    ``ink`` is readable on ``color``; ``on_light`` and ``on_dark`` are the same
    hue, moved until it is readable on a light and on a dark ground.
    """

    color: str
    ink: str
    on_light: str
    on_dark: str
    position: str
    theme: str
    title: str
    subtitle: str
    consent_text: str
    consent_url: str

    @classmethod
    def of(cls, assistant: Assistant) -> Self:
        """Return the appearance of ``assistant``'s widget; nonsense in its settings falls back to the defaults."""
        chosen: Mapping[str, Any] = assistant.widget_settings if isinstance(assistant.widget_settings, dict) else {}
        color = str(chosen.get("color", ""))
        color = color.lower() if HEX.fullmatch(color) else DEFAULT_COLOR
        ink = max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, color))
        color = readable(color, ground=ink, towards=DARK_INK if ink == LIGHT_INK else LIGHT_INK)
        url = _line(chosen.get("consent_url"), longest=500)
        return cls(
            color=color,
            ink=ink,
            on_light=readable(color, ground=LIGHT_GROUND, towards=DARK_INK),
            on_dark=readable(color, ground=DARK_GROUND, towards=LIGHT_INK),
            position="left" if chosen.get("position") == "left" else "right",
            theme=theme if (theme := chosen.get("theme")) in {"light", "dark"} else "auto",
            title=_line(chosen.get("title")) or assistant.name,
            subtitle=_line(chosen.get("subtitle")),
            consent_text=_line(chosen.get("consent_text"), longest=300),
            consent_url=url if url.startswith("https://") else "",
        )

    def as_json(self) -> dict[str, str]:
        """Return the appearance with JSON types only."""
        return asdict(self)


def language_of(assistant: Assistant) -> str:
    """Return the language of the widget's own words: the assistant's, or the browser's where the seller wants that."""
    spoken = {code for code, _ in settings.LANGUAGES}
    chosen = assistant.widget_settings.get("language") if isinstance(assistant.widget_settings, dict) else None
    own = assistant.language_code.split("-")[0].lower()
    if chosen in spoken:
        return str(chosen)
    if chosen == "auto" or own not in spoken:
        return get_language() or settings.LANGUAGE_CODE
    return own


def questions_of(assistant: Assistant) -> list[str]:
    """Return the questions offered to somebody who has not written yet."""
    offered = assistant.suggested_questions if isinstance(assistant.suggested_questions, list) else []
    return [line for question in offered if (line := _line(question))][:MOST_QUESTIONS]


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: str, *, ground: str, towards: str) -> str:
    """Return ``color`` mixed with ``towards`` just enough to be read on ``ground``."""
    for step in range(21):
        mixed = _mix(color, towards, step / 20)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return towards


def _mix(color: str, other: str, part: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    """Undo sRGB's gamma."""
    return part / 12.92 if part <= SRGB_KNEE else ((part + 0.055) / 1.055) ** 2.4


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _line(value: Any, *, longest: int = LONGEST_LINE) -> str:
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""
