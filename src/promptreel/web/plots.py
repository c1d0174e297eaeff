"""Plots as numbers for an SVG: the templates draw them, so that a reader without scripts sees them too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 720, 180
"""Units of the drawing; it scales to its place on the page."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar, from its upper left corner down."""

    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: bars, or a line through (x, y) with the area beneath; and the lines of its scale by value."""

    days: Sequence[date]
    bars: Sequence[Bar]
    line: str
    area: str
    scale: Sequence[tuple[int, float]]


def days_until(today: date, count: int) -> list[date]:
    """The last `count` days, today as the last."""
    return [today - timedelta(days=count - 1 - n) for n in range(count)]


def ceiling(most: int) -> int:
    """A round number that is not below `most`: 1, 2 or 5 times a power of ten."""
    if most <= 1:
        return 1
    power = int(10 ** int(math.log10(most)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)


def bars(days: Sequence[date], values: Sequence[int], gap: float = 0.28) -> Plot:
    """One bar a day."""
    top = ceiling(max(values, default=0))
    step = WIDTH / len(days)
    drawn = [
        Bar(day, value, n * step + step * gap / 2, HEIGHT * (1 - value / top), step * (1 - gap), HEIGHT * value / top)
        for n, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    return Plot(days, drawn, "", "", scale(top))


def steps(days: Sequence[date], values: Sequence[int]) -> Plot:
    """A line that steps from the value at each day's end to the next."""
    top = ceiling(max(values, default=0))
    step = WIDTH / len(days)
    points = []
    for n, value in enumerate(values):
        y = HEIGHT * (1 - value / top)
        points += [f"{n * step:.1f},{y:.1f}", f"{(n + 1) * step:.1f},{y:.1f}"]
    line = "M" + " L".join(points)
    hovers = [
        Bar(day, value, n * step, 0, step, HEIGHT) for n, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    return Plot(days, hovers, line, f"{line} L{WIDTH},{HEIGHT} L0,{HEIGHT} Z", scale(top))


def scale(top: int) -> list[tuple[int, float]]:
    """The lines of a scale: nought, half where that is a whole number, and the top."""
    marks = [0, top] if top % 2 else [0, top // 2, top]
    return [(mark, HEIGHT * (1 - mark / top)) for mark in marks]
