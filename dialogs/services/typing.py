"""Showing customers of messengers that an answer forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from dialogs.models import Dialog
from dialogs.ports import channel_for

EVERY_SECONDS: Final = 4.0  # messengers forget it after five


@contextmanager
def shown_typing(dialog: Dialog) -> Iterator[None]:
    """Have the channel show “typing…” until the block ends; it never delays the answer."""
    show = channel_for(dialog.platform).typing(dialog)
    if show is None:
        yield
        return
    is_over = Event()

    def repeat() -> None:
        show()
        while not is_over.wait(EVERY_SECONDS):
            show()

    Thread(target=repeat, daemon=True, name="typing").start()
    try:
        yield
    finally:
        is_over.set()
