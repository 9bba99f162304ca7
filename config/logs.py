"""Structured logs without secrets: one line per event, JSON outside a terminal."""

import os
import re
import sys
from typing import Any, Final

import structlog

SECRET_NAMES: Final = re.compile(r"token|secret|password|authorization|api_?key|credential|cookie", re.IGNORECASE)
SECRET_VALUES: Final = re.compile(
    r"sk-[\w-]{8,}|otk_[\w-]{8,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|\b\d{8,10}:[\w-]{30,}\b|bearer\s+\S+", re.IGNORECASE
)


def redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank out what looks like a secret, by name or by shape."""
    for name, value in event.items():
        if SECRET_NAMES.search(name) and isinstance(value, str):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = SECRET_VALUES.sub("[redacted]", value)
    return event


SHARED: Final[list[Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    redact,
]
RENDERER: Final = (
    structlog.dev.ConsoleRenderer(colors=False)
    if sys.stderr.isatty() or os.environ.get("LOG_FORMAT") == "console"
    else structlog.processors.JSONRenderer(ensure_ascii=False)
)
LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, RENDERER],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False, "level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "daphne.http_protocol": {"level": "WARNING"},
        "daphne.ws_protocol": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "pypdf": {"level": "ERROR"},
    },
}


def configure_structlog() -> None:
    """Send structlog events through the standard logging handlers."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
