"""Many small things in the air: soft ellipses, large and small, drawn against the depth of the picture.

A streak of rain is a long thin ellipse, a flake a round one, a leaf one that turns. They live in a box of air that goes with
the camera and come in again on the other side, so a few hundred fill any world and any moment can be drawn alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, flr, i32, kernel, sat
from promptreel.engines.scenes.mesh import NEAR, Camera
from promptreel.engines.scenes.stage import Canvas, Floats, scale_of


@kernel
def splat(hdr, near, marks, colour):
    """Lay ellipses over `hdr`. `marks` (n, 8): x, y, 1/distance, half length, half breadth (pixels), cosine and sine of the
    long axis (down the picture is positive), opacity. `colour` (n, 4): light, and how far it adds to what is behind
    instead of hiding it (1: a spark, 0: a flake)."""
    height, width = near.shape
    for n in range(marks.shape[0]):
        cx, cy, w, long, short = marks[n, 0], marks[n, 1], marks[n, 2], marks[n, 3], marks[n, 4]
        ca, sa, opacity = marks[n, 5], marks[n, 6], marks[n, 7]
        wide = abs(ca) * long + abs(sa) * short + f32(1.0)
        high = abs(sa) * long + abs(ca) * short + f32(1.0)
        x0, x1 = max(i32(flr(cx - wide)), 0), min(i32(flr(cx + wide)) + 1, width)
        y0, y1 = max(i32(flr(cy - high)), 0), min(i32(flr(cy + high)) + 1, height)
        inverse_long, inverse_short = f32(1.0) / long, f32(1.0) / short
        keep = f32(1.0) - colour[n, 3]
        for y in range(y0, y1):
            dy = f32(y) + f32(0.5) - cy
            for x in range(x0, x1):
                dx = f32(x) + f32(0.5) - cx
                a = (dx * ca + dy * sa) * inverse_long
                b = (dy * ca - dx * sa) * inverse_short
                inside = max(f32(1.0) - a * a - b * b, f32(0.0))
                share = inside * (f32(2.0) - inside) * opacity
                share = share * sat((w - near[y, x]) * f32(1e6))
                hdr[0, y, x] = hdr[0, y, x] * (f32(1.0) - share * keep) + colour[n, 0] * share
                hdr[1, y, x] = hdr[1, y, x] * (f32(1.0) - share * keep) + colour[n, 1] * share
                hdr[2, y, x] = hdr[2, y, x] * (f32(1.0) - share * keep) + colour[n, 2] * share


@dataclass(frozen=True, slots=True)
class Seen:
    """Points as a camera sees them: pixels, 1/distance, pixels per metre there, and which of the points they are."""

    x: Floats
    y: Floats
    near: Floats
    per_metre: Floats
    which: NDArray[np.intp]


def see(points: NDArray[np.floating], camera: Camera, canvas: Canvas, reach: float, margin: float = 0.3) -> Seen:
    """Those of `points` (n, 3) that are in the picture, `margin` m before the lens, or at most `reach` m beside the frame."""
    offset = np.asarray(points, np.float32) - camera.frame[:3]
    away = offset @ camera.frame[9:12]
    which = np.nonzero(away > max(margin, NEAR))[0]
    offset, away = offset[which], away[which]
    near = 1 / away
    per_metre = near * np.float32(scale_of(camera, canvas.height))
    x = canvas.width / 2 + (offset @ camera.frame[3:6]) * per_metre
    y = canvas.height / 2 - (offset @ camera.frame[6:9]) * per_metre
    room = reach * per_metre + 2
    inside = (x > -room) & (x < canvas.width + room) & (y > -room) & (y < canvas.height + room)
    columns = np.stack([x, y, near, per_metre]).astype(np.float32)[:, inside]
    return Seen(columns[0], columns[1], columns[2], columns[3], which[inside])


def wrap(points: NDArray[np.floating], camera: Camera, box: NDArray[np.floating]) -> NDArray[np.floating]:
    """Endless points (n, 3), brought into a box (3, m) before the camera."""
    middle = camera.position + camera.frame[9:12] * (0.5 * box[2] * 0.92)
    corner = middle - box / 2
    return np.asarray((points - corner) % box + corner)


def draw_marks(
    canvas: Canvas,
    seen: Seen,
    *,
    long: NDArray[np.floating],
    short: NDArray[np.floating],
    angle: NDArray[np.floating],
    opacity: NDArray[np.floating],
    colour: NDArray[np.floating],
    adds: float = 0.0,
    least: float = 0.62,
) -> None:
    """Draw what is `seen`: half axes in m, `angle` in radians from the right downward, `colour` (3) or (n, 3).

    What is smaller than `least` pixels becomes fainter instead of smaller, so that it does not flicker.
    """
    size_long, size_short = long * seen.per_metre, short * seen.per_metre
    faint = np.clip(size_long / least, 0.04, 1) * np.clip(size_short / least, 0.04, 1)
    count = len(seen.x)
    marks = np.empty((count, 8), np.float32)
    for column, part in enumerate((seen.x, seen.y, seen.near)):
        marks[:, column] = part
    marks[:, 3], marks[:, 4] = np.maximum(size_long, least), np.maximum(size_short, least)
    marks[:, 5], marks[:, 6] = np.cos(angle), np.sin(angle)
    marks[:, 7] = opacity * faint
    shades = np.empty((count, 4), np.float32)
    shades[:, :3] = colour
    shades[:, 3] = adds
    # The far ones first, so that near ones lie over them.
    order = np.argsort(seen.near, kind="stable")
    splat(canvas.hdr, canvas.near, np.ascontiguousarray(marks[order]), np.ascontiguousarray(shades[order]))
