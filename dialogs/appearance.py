"""How a seller's widget looks: the settings of an assistant, checked and completed."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

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
LONGEST_LAUNCHER: Final = 30
LONGEST_PATH: Final = 200
MOST_PATHS: Final = 20
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
    launcher: str
    hidden_on: list[str]

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
            launcher=_line(chosen.get("launcher"), longest=LONGEST_LAUNCHER),
            hidden_on=clean_paths(chosen.get("hidden_on")),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the appearance with JSON types only."""
        return asdict(self)


def shown_by(assistant: Assistant) -> dict[str, Any]:
    """Return what a chat on the screen puts on again when its seller changes it."""
    look = Appearance.of(assistant)
    return {
        "name": look.title,
        "greeting": assistant.greeting,
        "questions": questions_of(assistant),
        "handoff": assistant.handoff_enabled,
        "look": look.as_json(),
    }


def clean_paths(lines: Any) -> list[str]:
    """Return paths of pages, ``/checkout`` or ``/account/*``; of whole addresses, their paths."""
    given = [line.strip() for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    paths = (urlsplit(line).path if "//" in line else line for line in given)
    return list(dict.fromkeys(path[:LONGEST_PATH] for path in paths if path.startswith("/")))[:MOST_PATHS]


def language_of(assistant: Assistant, *, wanted: str = "") -> str:
    """Return the language of the widget's own words.

    Args:
        assistant: Whose widget it is; its language, or the browser's where the seller chose that.
        wanted: What the seller's page asks for, if anything.
    """
    spoken = {code for code, _ in settings.LANGUAGES}
    if wanted in spoken:
        return wanted
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
