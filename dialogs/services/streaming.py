"""Showing an answer while it forms, and noticing when to stop."""

import time
from typing import Final

from django.utils.timezone import now

from config.db import release_connection
from dialogs.enums import RunStatus
from dialogs.events import announce_run
from dialogs.models import AnswerRun

SHOW_EVERY_SECONDS: Final = 0.04
LOOK_EVERY_SECONDS: Final = 0.4
SAVE_EVERY_SECONDS: Final = 1.0


class Stream:
    """The text of one run on its way to the customer's eyes.

    Browsers get each piece with its offset, so one that missed a piece knows
    it. The database gets the text so far every second, with the lease.
    """

    def __init__(self, run: AnswerRun) -> None:
        self.first_token_seconds: float | None = None
        self._run = run
        self._text = ""
        self._shown = 0
        self._started = self._shown_at = self._saved_at = self._looked_at = time.monotonic()
        self._is_stopped = False

    def write(self, piece: str) -> None:
        """Take the next piece of text from the model."""
        clock = time.monotonic()
        if self.first_token_seconds is None:
            self.first_token_seconds = clock - self._started
        self._text += piece
        if not self._shown or clock - self._shown_at >= SHOW_EVERY_SECONDS:
            self._show(clock)

    def should_stop(self) -> bool:
        """Say whether the customer stopped the answer, or the run is no longer ours."""
        clock = time.monotonic()
        if self._is_stopped or clock - self._looked_at < LOOK_EVERY_SECONDS:
            return self._is_stopped
        self._looked_at = clock
        if clock - self._saved_at >= SAVE_EVERY_SECONDS:
            self._saved_at = clock
            self._run.renew(at=now(), text=self._text)
        row = AnswerRun.objects.filter(pk=self._run.pk).values_list("status", "stop_requested").get()
        release_connection()
        self._is_stopped = row[0] != RunStatus.RUNNING or row[1]
        return self._is_stopped

    def _show(self, clock: float) -> None:
        piece = self._text[self._shown :]
        announce_run(self._run.dialog_id, str(self._run.uuid), "delta", offset=self._shown, text=piece)
        self._shown, self._shown_at = len(self._text), clock
