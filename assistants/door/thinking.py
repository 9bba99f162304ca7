"""What a reasoning model says to itself is not the answer.

DeepSeek sends its reasoning beside the text (``reasoning_content``), which is
not read at all; models behind Ollama and vLLM put it in front of the text,
between ``<think>`` and ``</think>``.
"""

from typing import Final

OPEN: Final = "<think>"
CLOSE: Final = "</think>"


class Aloud:
    """Hears a stream piece by piece and passes on what is said aloud."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking: bool | None = None  # not known before the first letters
        self._has_thought = False

    def hear(self, piece: str) -> str:
        """Return what may be passed on now; a possible beginning of thought waits for more."""
        if self._is_thinking is False or not piece:
            return piece
        self._held += piece
        if self._is_thinking is None:
            begun = self._held.lstrip()
            if not begun or (len(begun) < len(OPEN) and OPEN.startswith(begun)):
                return ""
            self._is_thinking = begun.startswith(OPEN)
        if not self._is_thinking:
            return self.rest()
        _thought, end, said = self._held.partition(CLOSE)
        if not end:
            self._held = self._held[-len(CLOSE) :]  # the end may come in two pieces
            return ""
        self._is_thinking, self._held, self._has_thought = (False if said.strip() else None), "", True
        return said.lstrip()

    def rest(self) -> str:
        """Return what was held back to the end of the stream; a thought without an end is none of it."""
        held, self._held = self._held, ""
        if self._is_thinking:
            return ""
        self._is_thinking = False
        return held.lstrip() if self._has_thought else held
