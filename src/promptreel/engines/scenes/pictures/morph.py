"""From one picture to another that shows the same things: where each point goes, and pictures in between.

Corners that both pictures have (ORB, Rublee and others 2011) tell how the whole moved, by RANSAC; the first picture moved so
is compared with the last by dense optical flow (DIS, Kroeger and others 2016), which is believed where the way there and
back ends at its start. In between, both pictures are read along the same way and melt into one another.
"""

from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.kernels import f32, kernel, mix

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Floats = NDArray[np.float32]

CORNER_SIDE, FLOW_SIDE = 640, 256
"""The longer sides, in pixels, of the copies that are compared."""

LEAST_MATCHES = 14

TRUSTED = 0.42
"""Pictures that agree less than this (0…1) have nothing in common."""

RIM = 0.02
"""Within this share of a side from its border, a picture gives way to the other one."""


class Morph:
    """The way from `first` to `last`, both as they fill the frame. `confidence` (0…1): whether there is one."""

    def __init__(self, first: Picture, last: Picture) -> None:
        cv2.setNumThreads(1)
        cv2.setRNGSeed(7)
        one, other = _grey(first, FLOW_SIDE), _grey(last, FLOW_SIDE)
        other = other if other.shape == one.shape else cv2.resize(other, one.shape[::-1], interpolation=cv2.INTER_AREA)
        self.flow, self.confidence = _nothing(one.shape), 0.0
        if min(one.shape) < 32 or min(float(one.std()), float(other.std())) < 3:
            return
        whole = _whole_motion(_grey(first, CORNER_SIDE), _grey(last, CORNER_SIDE))
        start = _field(whole, one.shape) if whole is not None else _nothing(one.shape)
        flow, trust = _refined(one, other, start)
        self.confidence = _agreement(one, other, flow, trust)
        height, width = one.shape
        self.flow = (flow / np.array([width, height], np.float32)).astype(np.float32)
        """For each point of the first picture, how far it goes, in shares of the frame's sides."""

    def nodes(self, share: float, columns: int, rows: int, cell: int, width: int, height: int) -> "Between":
        """How far from their places both pictures are read `share` (0…1) of the way, at nodes every `cell` pixels."""
        side_x, side_y = np.float32(width), np.float32(height)
        x = np.broadcast_to((np.arange(columns, dtype=np.float32) * cell / side_x)[None], (rows, columns))
        y = np.broadcast_to((np.arange(rows, dtype=np.float32) * cell / side_y)[:, None], (rows, columns))
        from_x, from_y = x.copy(), y.copy()
        gone_x, gone_y = np.zeros_like(from_x), np.zeros_like(from_y)
        for _ in range(6):
            # The point of the first picture whose way passes here now.
            gone_x, gone_y = self._gone(from_x, from_y)
            from_x, from_y = x - np.float32(share) * gone_x, y - np.float32(share) * gone_y
        to_x, to_y = from_x + gone_x, from_y + gone_y
        one, other = (1 - share) * _within(from_x, from_y), share * _within(to_x, to_y)
        weight = np.where(one + other > 1e-4, other / np.maximum(one + other, 1e-4), share)
        return Between(
            ((from_x - x) * side_x, (from_y - y) * side_y),
            ((to_x - x) * side_x, (to_y - y) * side_y),
            np.ascontiguousarray(weight, np.float32),
        )

    def _gone(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lines, columns = self.flow.shape[:2]
        at_x, at_y = x * np.float32(columns) - np.float32(0.5), y * np.float32(lines) - np.float32(0.5)
        gone = cv2.remap(self.flow, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return gone[..., 0], gone[..., 1]


class Between:
    """A moment of a `Morph`: shifts (x, y) in pixels for each picture at each node, and how much of the last is seen."""

    def __init__(self, first: tuple[Floats, Floats], last: tuple[Floats, Floats], share: Floats) -> None:
        self.first, self.last, self.share = first, last, share


def _nothing(shape: tuple[int, ...]) -> Floats:
    return np.zeros((shape[0], shape[1], 2), np.float32)


def _grey(picture: Picture, side: int) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _whole_motion(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Floats | None:
    """The affine motion (2, 3) of fractions of the sides from one picture to the other, if corners agree on one."""
    finder = cv2.ORB_create(1200)
    (points, marks), (others, other_marks) = (finder.detectAndCompute(image, None) for image in (one, other))
    if marks is None or other_marks is None or min(len(points), len(others)) < LEAST_MATCHES:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(marks, other_marks, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.78 * pair[1].distance]
    if len(good) < LEAST_MATCHES:
        return None
    start = np.array([points[match.queryIdx].pt for match in good]) / one.shape[::-1]
    end = np.array([others[match.trainIdx].pt for match in good]) / other.shape[::-1]
    matrix, inside = cv2.estimateAffine2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=0.012)
    if matrix is None or int(inside.sum()) < LEAST_MATCHES or float(inside.mean()) < 0.35:
        return None
    sizes = np.linalg.svd(matrix[:, :2], compute_uv=False)
    upright = float(np.linalg.det(matrix[:, :2])) > 0
    return np.asarray(matrix, np.float32) if upright and sizes[0] < 3 and sizes[1] > 0.33 else None


def _field(matrix: Floats, shape: tuple[int, ...]) -> Floats:
    """An affine motion of fractions as a flow in pixels."""
    height, width = shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    return np.stack(
        [
            (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] - x) * width,
            (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] - y) * height,
        ],
        -1,
    ).astype(np.float32)


def _moved(image: NDArray[Any], flow: Floats) -> NDArray[Any]:
    """`image` read where `flow` leads."""
    y, x = np.mgrid[0 : flow.shape[0], 0 : flow.shape[1]].astype(np.float32)
    moved: NDArray[Any] = cv2.remap(
        image, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


def _refined(one: NDArray[np.uint8], other: NDArray[np.uint8], start: Floats) -> tuple[Floats, Floats]:
    """`start` made exact by dense flow where that is consistent, smooth elsewhere; and how far it is trusted (0…1)."""
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    brought = _moved(other, start)
    there = finder.calc(one, brought, None)
    back = finder.calc(brought, one, None)
    error = np.linalg.norm(there + _moved(back, there), axis=-1)
    trust = np.exp(-((error / 1.5) ** 2)).astype(np.float32)
    size = max(2.0, 0.012 * max(one.shape))
    weight = cv2.GaussianBlur(trust, (0, 0), size)
    smooth = cv2.GaussianBlur(there * trust[..., None], (0, 0), size) / (weight + 0.08)[..., None]
    return (start + smooth).astype(np.float32), trust


def _agreement(one: NDArray[np.uint8], other: NDArray[np.uint8], flow: Floats, trust: Floats) -> float:
    """How well the pictures agree along the flow, 0…1: the correlation of what has texture, by the trust in the flow."""
    brought = _moved(other, flow).astype(np.float32)
    base = one.astype(np.float32)
    window = (15, 15)

    def blur(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, window), np.float32)

    mean, mean_brought = blur(base), blur(brought)
    spread = np.maximum(blur(base * base) - mean * mean, 0)
    spread_brought = np.maximum(blur(brought * brought) - mean_brought * mean_brought, 0)
    together = blur(base * brought) - mean * mean_brought
    like = np.clip(together / np.sqrt(spread * spread_brought + 4.0), 0, 1) * trust
    weight = np.sqrt(spread)
    return float((like * weight).sum() / max(float(weight.sum()), 1e-6))


def _within(x: Floats, y: Floats) -> Floats:
    """1 inside of a picture, 0 beyond its border, with a ramp inside."""
    rim = np.float32(RIM)
    near = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    return np.asarray(np.clip(near / rim + 0.02, 0, 1), np.float32)


@kernel
def melt(rgb, nearness, other, other_nearness, share, cell):
    """Turn `rgb` into `other` in place by `share`, given at nodes every `cell` pixels."""
    height, width = nearness.shape
    part = f32(1.0) / f32(cell)
    for y in range(height):
        j = y // cell
        v = (f32(y - j * cell) + f32(0.5)) * part
        for x in range(width):
            i = x // cell
            u = (f32(x - i * cell) + f32(0.5)) * part
            there = mix(mix(share[j, i], share[j, i + 1], u), mix(share[j + 1, i], share[j + 1, i + 1], u), v)
            rgb[0, y, x] = mix(rgb[0, y, x], other[0, y, x], there)
            rgb[1, y, x] = mix(rgb[1, y, x], other[1, y, x], there)
            rgb[2, y, x] = mix(rgb[2, y, x], other[2, y, x], there)
            nearness[y, x] = mix(nearness[y, x], other_nearness[y, x], there)
