"""Where the bars of a chart stand: geometry for ``components/bars.html``, drawn by the server as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

HEIGHT: Final = 100
STEP: Final = 10
BAR: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One coloured part of a bar; ``name`` is its CSS class."""

    name: str
    y: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One bar: its left edge, what it says when pointed at, and its parts from the bottom up."""

    x: int
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A whole chart, ``width`` by ``height``; the tallest bar stands for ``most``."""

    width: int
    height: int
    bar: int
    step: int
    most: Any
    columns: tuple[Column, ...]


def stacked(points: Sequence[tuple[str, Sequence[tuple[str, Any]]]]) -> Bars:
    """Return bars of one height scale.

    Args:
        points: One per bar: what it says when pointed at, and its parts as (CSS class, amount of 0 or more),
            the lowest first.
    """
    most = max((sum(amount for _name, amount in parts) for _title, parts in points), default=0)
    columns = []
    for number, (title, parts) in enumerate(points):
        top, drawn = float(HEIGHT), []
        for name, amount in parts:
            height = float(amount) / float(most) * HEIGHT if most else 0.0
            top -= height
            if height:
                drawn.append(Part(name=name, y=f"{top:.2f}", height=f"{height:.2f}"))
        columns.append(Column(x=number * STEP, title=title, parts=tuple(drawn)))
    return Bars(width=max(len(points), 1) * STEP, height=HEIGHT, bar=BAR, step=STEP, most=most, columns=tuple(columns))
