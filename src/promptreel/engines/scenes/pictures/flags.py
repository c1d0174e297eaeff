"""Flags of a still picture: found by their shape and by what they hang on, and lifted off it.

A flag is a compact piece of strong outline one side of which is straight and upright: the hoist, which a thin pole goes on
from, or which the picture's border cuts off. Pieces come from cutting a map of how far each pixel stands out (the minimum
barrier distance, as for `depth.attention`) at many levels, as no one level fits a red flag before the sky and a white one
before a wall; of pieces that overlap the one most like a flag counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.pictures import depth

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]

SIDE = 480
"""The longer side, in pixels, of the copy in which flags are sought."""

LEVELS = (0.12, 0.2, 0.3, 0.42, 0.55, 0.7)
"""Where the map of what stands out is cut, in shares of its highest values."""

SMALLEST, LARGEST = 0.0012, 0.5
"""Shares of the picture that a flag may cover."""

LIKELY = 0.6
"""What is less like a flag than this (0…1) is none."""

MOST = 12
"""Flags of one picture."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Where one flag hangs, in shares of the picture's width (all x) and height (all y)."""

    hoist: tuple[float, float]
    """The x of its hoist at the top and at the bottom of the picture, along the line that the hoist is on."""
    length: float
    """From the hoist to the free edge; below 0 where the flag flies to the left."""
    top: float
    bottom: float
    foot: tuple[float, float]
    """Where its pole ends below, or a place on the hoist where no pole is seen: what the flag moves with."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """A picture without its flags, and they."""

    flags: tuple[Flag, ...]
    behind: Picture
    """The picture with what may be behind the flags."""
    cloth: Picture
    matte: Floats
    """How much of each pixel is cloth, 0…1."""


def lift(picture: Picture, softness: float) -> Lifted | None:
    """The flags of `picture` lifted off it; None where none is seen. `softness` as for `depth.analyse`."""
    cv2.setNumThreads(1)
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if min(size) < 48:
        return None
    found = _find(small)
    if not found:
        return None
    cloth = np.zeros(small.shape[:2], np.float32)
    for mask, _ in found:
        cloth = np.maximum(cloth, mask.astype(np.float32))
    matte = depth.refined_matte(picture, small, cloth, softness)
    behind, lifted = depth.separate(picture, matte)
    return Lifted(tuple(flag for _, flag in found), behind, lifted, matte)


def upright(nearness: Floats, flags: tuple[Flag, ...]) -> Floats:
    """A map of nearness in which each flag is as near as the foot of its pole, so that a pole stays straight."""
    rows, columns = nearness.shape
    y, x = ((np.arange(side, dtype=np.float32) + np.float32(0.5)) / side for side in (rows, columns))
    result = nearness
    for flag in flags:
        level = nearness[min(int(flag.foot[1] * rows), rows - 1), min(max(int(flag.foot[0] * columns), 0), columns - 1)]
        hoist = flag.hoist[0] + (flag.hoist[1] - flag.hoist[0]) * y
        free = hoist + flag.length * ((y > flag.top) & (y < flag.bottom))
        left, right = np.minimum(hoist, free)[:, None], np.maximum(hoist, free)[:, None]
        beside = np.maximum(np.maximum(left - x, x - right) - 0.03, 0) / 0.04
        above = np.maximum(flag.top - 0.05 - y, 0)[:, None] / 0.1
        below = np.maximum(y - flag.foot[1], 0)[:, None] / 0.02
        share = np.exp(-(beside**2) - above**2 - below**2).astype(np.float32)
        result = result + (level - result) * share
    return np.asarray(cv2.GaussianBlur(result, (0, 0), max(0.012 * max(rows, columns), 0.5)), np.float32)


def _find(small: Picture) -> list[tuple[Mask, Flag]]:
    """The flags of the small copy, each with where it is."""
    lab = cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2LAB).astype(np.float32)
    if lab.std(axis=(0, 1)).max() < depth.FLAT:
        return []
    ridge = _ridges(cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32))
    scored = []
    for piece in _pieces(depth.barriers(lab)):
        score, flag = _likeness(piece, lab, ridge)
        if flag is not None:
            scored.append((score, piece, flag))
    chosen: list[tuple[float, Mask, Flag]] = []
    # A stripe is as much like a flag as the whole is.
    for score, piece, flag in sorted(scored, key=lambda entry: -entry[0] * float(entry[1].mean()) ** 0.15):
        if len(chosen) < MOST and not any((piece & other).any() for _, other, _ in chosen):
            chosen.append((score, piece, flag))
    # Beside one that hangs on a pole, what only looks a little like a flag is a window or a sign.
    best = max((score for score, _, _ in chosen), default=0.0)
    return [(piece, flag) for score, piece, flag in chosen if score > 0.75 * best]


def _pieces(stands_out: Floats) -> Iterator[Mask]:
    """Compact pieces of what stands out, without the thin poles that they hang on."""
    most = float(np.percentile(stands_out, 99.5)) + 1e-6
    total = stands_out.size
    thin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    for level in LEVELS:
        mask = (stands_out > level * most).astype(np.uint8)
        mask = cv2.morphologyEx(
            cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), cv2.MORPH_OPEN, thin
        )
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        for label in range(1, count):
            if SMALLEST * total < stats[label, cv2.CC_STAT_AREA] < LARGEST * total:
                yield _whole((labels == label).astype(np.uint8))


def _whole(piece: Mask) -> Mask:
    """`piece` with its holes filled, and with the corners that opening took from it."""
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled: Mask = cv2.drawContours(np.zeros_like(piece), contours, -1, 1, -1)
    return np.asarray(cv2.dilate(filled, np.ones((3, 3), np.uint8)), np.uint8)


def _ridges(lab: Floats) -> Floats:
    """How clearly each pixel is on a thin upright line: unlike what is left and right of it, which are alike."""
    best = np.zeros(lab.shape[:2], np.float32)
    for reach in (3, 5, 8):
        padded = np.pad(lab, ((0, 0), (reach, reach), (0, 0)), mode="edge")
        left, right = padded[:, : -2 * reach], padded[:, 2 * reach :]
        one, other = (np.linalg.norm(lab - side, axis=-1) for side in (left, right))
        best = np.maximum(best, np.minimum(one, other) - 0.7 * np.linalg.norm(left - right, axis=-1))
    return best


def _likeness(piece: Mask, lab: Floats, ridge: Floats) -> tuple[float, Flag | None]:
    """How much `piece` is like a flag, and where it would hang; nothing where it hangs on nothing."""
    height, width = piece.shape
    rows, columns = np.nonzero(piece)
    across, down = int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    area = float(piece.sum())
    solid = area / max(cv2.contourArea(cv2.convexHull(contours[0])), 1.0)
    boxed = area / (across * down)
    if (
        not 0.3 < across / down < 5
        or solid < 0.75
        or boxed < 0.45
        or depth.contrast(piece.astype(np.float32), lab) < 0.8
    ):
        return 0.0, None
    best, flag = 0.0, None
    for side in (-1, 1):
        line = _hoist(piece, side)
        if line is None:
            continue
        slope, start, crooked = line
        held, foot = _held(piece, ridge, slope, start, side)
        # A pennant fills half of its box.
        score = held * (0.35 + 0.7 * min(boxed, 0.9)) * (1 - crooked)
        if score > max(best, LIKELY):
            far = columns.max() + 1 if side < 0 else columns.min()
            middle = start + slope * float(rows.mean())
            best, flag = (
                score,
                Flag(
                    (start / width, (start + slope * height) / width),
                    (far - middle) / width,
                    float(rows.min()) / height,
                    float(rows.max() + 1) / height,
                    (foot[0] / width, foot[1] / height),
                ),
            )
    return best, flag


def _hoist(piece: Mask, side: int) -> tuple[float, float, float] | None:
    """The line along the left (`side` -1) or the right side of `piece`: its slope (x by y), its x at the top of the picture
    and how crooked the side is, 0…1. None where that is no upright straight side.
    """
    rows = np.nonzero(piece.any(axis=1))[0]
    rows = rows[len(rows) // 6 : len(rows) - len(rows) // 6]
    if len(rows) < 5:
        return None
    edge = np.argmax(piece[rows], axis=1) if side < 0 else piece.shape[1] - np.argmax(piece[rows, ::-1], axis=1)
    # The line of Theil and Sen: the median of slopes, which a fold or two do not turn.
    pairs = np.subtract.outer(edge, edge) / np.where(np.eye(len(rows)), np.nan, np.subtract.outer(rows, rows))
    slope = float(np.nanmedian(pairs))
    start = float(np.median(edge - slope * rows))
    across = max(float(piece.sum()) / len(rows), 1.0)
    away = float(np.percentile(np.abs(edge - slope * rows - start), 80)) / across
    if abs(slope) > 0.35 or away > 0.06:
        return None
    return slope, start, away / 0.09


def _held(piece: Mask, ridge: Floats, slope: float, start: float, side: int) -> tuple[float, tuple[float, float]]:
    """How well a side of `piece` is held, 0…1: by a pole that goes on from it, or by the border; and where that is."""
    height, width = piece.shape
    rows = np.nonzero(piece.any(axis=1))[0]
    top, bottom = int(rows[0]), int(rows[-1])
    tall = bottom - top + 1
    middle = (top + bottom) / 2
    cut = start + slope * middle
    if min(cut, width - cut) < 4:
        return 0.75, (min(max(cut, 0.0), width - 1.0), middle)
    # Just below the cloth the pole is hidden by what opening and closing add to it.
    below = np.arange(bottom + 3, min(height, bottom + 3 + max(8, round(0.5 * tall))))
    if len(below) < 6:
        return 0.0, (0.0, 0.0)
    reach = max(3, round(0.04 * tall))
    lines = []
    for row in below:
        first = round(start + slope * row) - reach
        window = ridge[row, max(first, 0) : max(first + 2 * reach + 1, 0)]
        lines.append((float(window.max()), int(window.argmax()) + max(first, 0)) if window.size else (0.0, 0))
    clear = np.array([value for value, _ in lines]) > 7
    places = np.array([place for _, place in lines], np.float64)[clear]
    if clear.mean() < 0.5 or np.abs(places - np.median(places)).mean() > 2.5 + 0.5 * abs(slope) * len(below):
        return 0.0, (0.0, 0.0)
    # Where nearly every column looks like a pole, as in a street, this one tells nothing.
    beside = [
        ridge[below, min(max(round(cut + far * reach), 0), width - 1)] > 7 for far in (-6, -5, -4, -3, 3, 4, 5, 6)
    ]
    return float(clear.mean()) * (1 - 0.8 * float(np.mean(beside))), _foot(
        ridge, float(places[-1]), slope, int(below[clear][-1])
    )


def _foot(ridge: Floats, x: float, slope: float, row: int) -> tuple[float, float]:
    """Where the pole that is seen at (x, row) ends below: it is followed until it is lost."""
    height, width = ridge.shape
    lost = 0
    last = (x, float(row))
    while row < height - 1 and lost < 0.03 * height:
        row += 1
        x += slope
        first = min(max(round(x) - 2, 0), width - 1)
        window = ridge[row, first : first + 5]
        if float(window.max()) > 7:
            x = 0.7 * x + 0.3 * (first + int(window.argmax()))
            last, lost = (x, float(row)), 0
        else:
            lost += 1
    return last
