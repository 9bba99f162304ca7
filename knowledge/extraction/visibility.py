"""Takes text that nobody can see out of a PDF page: the place of white-on-white instructions."""

from typing import Any, Final

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, NameObject

SHOW: Final = frozenset({b"Tj", b"TJ", b"'", b'"'})
INVISIBLE_MODES: Final = frozenset({3, 7})
TINY_POINTS: Final = 1.0
WHITE: Final = 0.97
OCR_SHARE: Final = 0.8


class _State:
    """The part of the graphics state that decides whether text shows."""

    def __init__(self) -> None:
        self.is_white = False
        self.is_ghost = False
        self.is_tiny = False

    def copy(self) -> "_State":
        twin = _State()
        twin.is_white, twin.is_ghost, twin.is_tiny = self.is_white, self.is_ghost, self.is_tiny
        return twin


def hide_invisible(page: PageObject, reader: PdfReader) -> None:
    """Drop invisible text from ``page``.

    A page that is almost only invisible text is a scan with its recognised
    text behind it: that is kept. White text stays where something dark is
    painted on the page.
    """
    contents = page.get_contents()
    if contents is None:
        return
    stream = ContentStream(contents, reader)
    verdicts, has_ground = _judge(stream.operations)
    ghosts = sum(ghost for ghost, _ in verdicts.values())
    keep_ghosts = ghosts > OCR_SHARE * len(verdicts)
    hidden = {
        index for index, (ghost, pale) in verdicts.items() if (ghost and not keep_ghosts) or (pale and not has_ground)
    }
    if hidden:
        stream.operations = [step for index, step in enumerate(stream.operations) if index not in hidden]
        page[NameObject("/Contents")] = stream


def _judge(operations: list[tuple[Any, bytes]]) -> tuple[dict[int, tuple[bool, bool]], bool]:
    """Return for each show of text (is it a ghost, is it pale or tiny), and whether the page has a ground."""
    state, stack = _State(), []
    verdicts: dict[int, tuple[bool, bool]] = {}
    has_ground = False
    for index, (operands, operator) in enumerate(operations):
        if operator == b"q":
            stack.append(state.copy())
        elif operator == b"Q" and stack:
            state = stack.pop()
        elif operator in SHOW:
            verdicts[index] = (state.is_ghost, state.is_white or state.is_tiny)
        elif operator in {b"f", b"F", b"f*", b"B", b"B*", b"Do", b"sh"}:
            has_ground = has_ground or operator in {b"Do", b"sh"} or not state.is_white
        else:
            _apply(state, operator, operands)
    return verdicts, has_ground


def _apply(state: _State, operator: bytes, operands: Any) -> None:
    try:
        if operator == b"Tr":
            state.is_ghost = int(operands[0]) in INVISIBLE_MODES
        elif operator == b"Tf":
            state.is_tiny = abs(float(operands[1])) < TINY_POINTS
        elif operator == b"Tm":
            state.is_tiny = state.is_tiny and abs(float(operands[3])) <= TINY_POINTS
        elif operator in {b"g", b"rg", b"sc", b"scn"}:
            state.is_white = bool(operands) and all(float(value) >= WHITE for value in operands)
        elif operator == b"k":
            state.is_white = all(float(value) <= 1 - WHITE for value in operands)
    except (TypeError, ValueError, IndexError):
        state.is_white = state.is_ghost = False
