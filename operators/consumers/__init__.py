"""The operators' live connection (docs/console.md)."""

from operators.consumers.console import ConsoleConsumer

__all__ = ["ConsoleConsumer"]
