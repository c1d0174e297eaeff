"""A photo as a thing that a camera can move before: cropped to the frame, taken apart by depth, drawn from any viewpoint.

Colours stay what they are in the file (display values 0…255, no film curve), so what is not moved is not changed. A pixel
is read with a cubic filter (Catmull and Rom), which is exact where nothing moves and stays sharp in between; a picture is
brought to the frame's scale once, with an area or a Lanczos filter, so that a read is never far from one texel per pixel.
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.kernels import device, f32, flr, i32, kernel, mix, sat, u32, vsin
from promptreel.engines.scenes.pictures import depth, flags
from promptreel.engines.scenes.pictures.motion import Motion, shine
from promptreel.engines.scenes.scene import Tick

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Floats = NDArray[np.float32]

CELL = 8
"""The pixels between two nodes of the grid on which viewpoints are computed: displacements are smooth."""

STILL = np.zeros(21, np.float32)
"""No waves."""

LIGHT_PAPER = 70
"""Display values of paper, at least: what is darker would be a black border."""

MOST_PAPER = 3.0
"""How many times as long a side may become by more paper."""

PAD = 4
"""Texels repeated around a texture, so that the filter's taps stay inside."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera is, as against the picture itself, which is `View()`."""

    move_x: float = 0.0
    """How far the camera moved to the right, so that a thing at nearness 1 moves to the left by this share of the width."""
    move_y: float = 0.0
    """The same, downwards, in shares of the height."""
    forward: float = 0.0
    """How far the camera moved ahead: a thing at nearness n grows by 1 / (1 - forward · n)."""
    lens: float = 1.0
    """The zoom of the lens, which makes everything larger alike."""
    pan_x: float = 0.0
    """How far the camera turned to the right, in shares of the width; it moves everything alike."""
    pan_y: float = 0.0
    roll: float = 0.0
    """Radians."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a photo is drawn into, by one thread."""

    rgb: Floats
    """(3, height, width), 0…255; may overshoot a little."""
    nearness: Floats
    """(height, width)."""
    background: tuple[Floats, Floats, Floats]
    """For each node of the grid: texel column, texel row, nearness."""
    subject: tuple[Floats, Floats, Floats]
    kinds: NDArray[np.uint8]
    """For each cell: 0 where only the background shows, 1 only the subject, 2 both; and the flags of `motion`."""
    rows: Floats
    """Nine rows of nodes, scratch."""
    other: tuple[Floats, Floats]
    """A second texel for each node, which drifting clouds are mixed with."""
    rest: tuple[Floats, Floats]
    """For each node, the background's texel column and row before anything in it moves by itself."""
    water: Floats
    """For each node, how much it ripples."""
    light: Floats
    """For each node, how bright it is beside itself."""

    @classmethod
    def make(cls, width: int, height: int) -> "Canvas":
        """A canvas for a frame of that size in pixels."""
        columns, rows = -(-width // CELL) + 1, -(-height // CELL) + 1

        def nodes() -> tuple[Floats, Floats, Floats]:
            return tuple(np.zeros((rows, columns), np.float32) for _ in range(3))  # type: ignore[return-value]

        return cls(
            rgb=np.zeros((3, height, width), np.float32),
            nearness=np.zeros((height, width), np.float32),
            background=nodes(),
            subject=nodes(),
            kinds=np.zeros((rows - 1, columns - 1), np.uint8),
            rows=np.zeros((9, columns + 1), np.float32),
            other=nodes()[:2],
            rest=nodes()[:2],
            water=np.zeros((rows, columns), np.float32),
            light=np.ones((rows, columns), np.float32),
        )


class Photo:
    """A picture, cropped for a frame and ready to be drawn from other viewpoints."""

    def __init__(
        self,
        picture: Picture,
        width: int,
        height: int,
        tick: Tick,
        *,
        zoom: float = 1.0,
        spare: tuple[float, float] = (0.0, 0.0),
        flagged: bool = False,
    ) -> None:
        """`width` and `height` of the frame in pixels.

        `zoom` is the least zoom that it will be seen with: the texels are made for that. `spare` is how much picture to
        keep beside the crop where there is some, in shares of the frame's width and height. `flagged`: whether flags in
        the picture are to be lifted off it.
        """
        self.width, self.height = width, height
        picture = on_more_paper(picture, width / height)
        cropped, self.reach, enlarged, box = _crop(picture, width, height, zoom, spare)
        self.texels_per_pixel = cropped.shape[1] / (width * self.reach[0])
        self.lifted = flags.lift(cropped, max(1.0, enlarged)) if flagged else None
        """The flags that were found, without which the rest of the photo is made."""
        cropped = self.lifted.behind if self.lifted else cropped
        layers = depth.analyse(cropped, tick, max(1.0, enlarged), None if self.lifted else depth.Context(picture, box))
        if self.lifted:
            near = flags.upright(layers.background_nearness, self.lifted.flags)
            layers = replace(layers, background_nearness=near)
        self.layers = layers
        self.focus = (
            (layers.focus[0] - 0.5) * self.reach[0] * width,
            (layers.focus[1] - 0.5) * self.reach[1] * height,
        )
        """The point to look at, in pixels from the middle of the frame."""
        self.focus_nearness = layers.focus_nearness
        self.has_subject = bool((layers.matte > 0).any())
        self._background = _packed(layers.background, np.zeros_like(layers.matte))
        self._subject = _packed(layers.subject, layers.matte) if self.has_subject else np.zeros((1, 1), np.uint32)
        self._extremes = _extremes(layers.matte)
        self.picture = cropped
        """The crop itself, at the scale of its texels."""
        self.mean = tuple(float(value) for value in cropped.reshape(-1, 3).mean(axis=0))
        """The mean colour, 0…255."""

    def nearness_at(self, x: float, y: float) -> float:
        """The nearness of the background at a place of the frame at rest, as fractions of its sides."""
        values = self.layers.background_nearness
        column = ((x - 0.5) / self.reach[0] + 0.5) * values.shape[1]
        row = ((y - 0.5) / self.reach[1] + 0.5) * values.shape[0]
        return float(values[min(max(int(row), 0), values.shape[0] - 1), min(max(int(column), 0), values.shape[1] - 1)])

    def draw(
        self,
        canvas: Canvas,
        view: View,
        focus: tuple[float, float],
        motion: Motion | None = None,
        t: float = 0.0,
        shift: tuple[Floats, Floats] | None = None,
    ) -> None:
        """The photo as seen from `view`, which zooms about `focus` (pixels from the middle of the frame).

        With `motion`, what moves by itself is where it is at `t` seconds. `shift`, in pixels right and down for each node,
        is how far beside its place the picture is read.
        """
        rows, columns = self._background.shape
        numbers = np.array(
            [
                focus[0],
                focus[1],
                view.forward,
                1.0 / view.lens,
                view.move_x * self.width,
                view.move_y * self.height,
                view.pan_x * self.width,
                view.pan_y * self.height,
                np.cos(view.roll),
                np.sin(view.roll),
                self.width / 2,
                self.height / 2,
                self.texels_per_pixel,
            ],
            np.float32,
        )
        pairs = ((canvas.background, self.layers.background_nearness), (canvas.subject, self.layers.subject_nearness))
        for (across, down, near), nearness in pairs[: 2 if self.has_subject else 1]:
            solve(nearness, numbers, across, down, near, np.int32(columns), np.int32(rows))
        if shift is not None:
            for across, down, _ in (canvas.background, canvas.subject):
                across += shift[0] * np.float32(self.texels_per_pixel)
                down += shift[1] * np.float32(self.texels_per_pixel)
        for kept, now in zip(canvas.rest, canvas.background[:2], strict=True):
            kept[:] = now
        canvas.kinds.fill(0)
        share, waves = 1.0, STILL
        texels = (columns - 2 * PAD, rows - 2 * PAD)
        if motion is not None and motion.blows and self.has_subject:
            motion.blow(canvas, texels, PAD, t)
        if self.has_subject:
            classify(self._extremes[0], self._extremes[1], canvas.subject[0], canvas.subject[1], canvas.kinds)
        if motion is not None:
            share = motion.apply(canvas, texels, PAD, t)
            waves = motion.water_numbers(t, texels, PAD)
        compose(
            self._background.reshape(-1),
            self._subject.reshape(-1),
            np.int32(columns),
            *canvas.background,
            *canvas.subject,
            *canvas.other,
            np.float32(share),
            canvas.water,
            waves,
            canvas.kinds,
            canvas.rgb,
            canvas.nearness,
            canvas.rows,
        )
        if motion is not None and motion.lights:
            shine(canvas.rgb, canvas.light, np.int32(CELL))


# -- framing -----------------------------------------------------------------------------------------------------------


def on_more_paper(picture: Picture, shape: float) -> Picture:
    """`picture` with more of its paper to the left and right, or above and below, so that it is `shape` times as wide as high.

    A logo or a thing before plain white is to be seen whole. As it is where the two borders are not of one light colour.
    """
    rows, columns = picture.shape[:2]
    across = columns < shape * rows
    sides = np.concatenate([picture[:, 0], picture[:, -1]] if across else [picture[0], picture[-1]]).astype(np.int32)
    paper = np.median(sides, axis=0).astype(np.uint8)
    if min(rows, columns) < 16 or paper.min() < LIGHT_PAPER or np.abs(sides - paper).max() > 4:
        return picture
    length = min(shape * rows if across else columns / shape, MOST_PAPER * (columns if across else rows))
    more = round((length - (columns if across else rows)) / 2)
    if more < 1:
        return picture
    room = (0, 0, more, more) if across else (more, more, 0, 0)
    return np.asarray(cv2.copyMakeBorder(picture, *room, cv2.BORDER_REPLICATE), np.uint8)


def _crop(
    picture: Picture, width: int, height: int, zoom: float, spare: tuple[float, float]
) -> tuple[Picture, tuple[float, float], float, tuple[float, float, float, float]]:
    """The part of `picture` that covers the frame, at `zoom` texels per pixel, and how it was cut.

    That is: its sides in frame sides (≥ 1); how much it was enlarged; and where it was (left, top, width and height as
    fractions of the picture).
    The crop sits where it holds most of what draws the eye. The picture is never stretched.
    """
    rows, columns = picture.shape[:2]
    # Source pixels per frame pixel when the picture just covers the frame.
    unit = min(columns / width, rows / height)
    reach = (min(columns / unit / width, 1 + spare[0]), min(rows / unit / height, 1 + spare[1]))
    box = (reach[0] * width * unit, reach[1] * height * unit)
    attention = depth.attention(picture) if max(columns - box[0], rows - box[1]) > 1 else None
    left = _best_offset(None if attention is None else attention.max(axis=0), box[0] / columns, 0.5) * columns
    # Heads are above bodies: rather the upper part than the lower.
    top = _best_offset(None if attention is None else attention.max(axis=1), box[1] / rows, 0.25) * rows
    size = (max(2, round(reach[0] * width * zoom)), max(2, round(reach[1] * height * zoom)))
    place = (left / columns, top / rows, box[0] / columns, box[1] / rows)
    return _resample(picture, (left, top, box[0], box[1]), size), reach, zoom / unit, place


def _best_offset(weight: Floats | None, share: float, liked: float) -> float:
    """Where a window of `share` of the whole begins that holds most of `weight`, as a fraction of the whole.

    A window that begins or ends amid a heavy thing cuts it, which counts against it. Of equally good places the one that
    leaves the part `liked` (0…1) of the room before it.
    """
    room = 1 - share
    if weight is None or room < 1e-3:
        return max(room, 0.0) * liked
    # What is there counts, not how much it shines: a face is as much worth as a bright coat.
    weight = np.clip((weight / max(float(weight.max()), 1e-9) - 0.22) / 0.2, 0.02, 1)
    heavy = np.concatenate([weight[:1], weight]).astype(np.float64)
    places = np.linspace(0, 1, len(heavy))
    starts = np.linspace(0, room, 65)
    total = np.concatenate([[0.0], np.cumsum(weight, dtype=np.float64)])
    held = np.interp(starts + share, places, total) - np.interp(starts, places, total)
    cut_first = np.interp(starts, places, heavy) * (starts > 0)
    cut_last = np.interp(starts + share, places, heavy) * (starts < room)
    cut = (2 * (1 - liked) * cut_first + 2 * liked * cut_last) / max(float(heavy.max()), 1e-9)
    score = held / max(float(held.max()), 1e-9) - 0.35 * cut - 0.25 * (starts / room - liked) ** 2
    return float(starts[int(np.argmax(score))])


def _resample(picture: Picture, box: tuple[float, float, float, float], size: tuple[int, int]) -> Picture:
    """The `box` (left, top, width, height in source pixels, not whole) of `picture`, at `size` (columns, rows)."""
    rows, columns = picture.shape[:2]
    left, top, across, down = box
    x0, y0 = max(0, int(left)), max(0, int(top))
    x1 = max(x0 + 1, min(columns, int(np.ceil(left + across - 1e-6))))
    y1 = max(y0 + 1, min(rows, int(np.ceil(top + down - 1e-6))))
    part = np.ascontiguousarray(picture[y0:y1, x0:x1])
    step_x, step_y = across / size[0], down / size[1]
    whole = abs(across - (x1 - x0)) + abs(down - (y1 - y0)) < 1e-3
    if whole and step_x >= 1 and step_y >= 1:
        if part.shape[1::-1] == size:
            return part
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    # Shrink by a whole area filter first where there are too many pixels, then read at the exact place.
    shrink_x, shrink_y = max(1.0, step_x), max(1.0, step_y)
    if max(shrink_x, shrink_y) > 1:
        target = (max(1, round(part.shape[1] / shrink_x)), max(1, round(part.shape[0] / shrink_y)))
        shrink_x, shrink_y = part.shape[1] / target[0], part.shape[0] / target[1]
        part = cv2.resize(part, target, interpolation=cv2.INTER_AREA)
    matrix = np.array(
        [
            [step_x / shrink_x, 0, (left - x0 + 0.5 * step_x) / shrink_x - 0.5],
            [0, step_y / shrink_y, (top - y0 + 0.5 * step_y) / shrink_y - 0.5],
        ]
    )
    # Lanczos' filter is the sharper one; where texels grow large, its ringing would show as rims along edges.
    sharp = min(step_x / shrink_x, step_y / shrink_y) > 0.6
    flags = (cv2.INTER_LANCZOS4 if sharp else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _packed(picture: Picture, matte: Floats) -> NDArray[np.uint32]:
    """One 32-bit number per texel, so that one read brings red, green, blue and matte; padded all around."""
    texels = np.empty((*matte.shape, 4), np.uint8)
    texels[..., :3] = picture
    texels[..., 3] = np.clip(matte * 255 + 0.5, 0, 255)
    padded = cv2.copyMakeBorder(texels, PAD, PAD, PAD, PAD, cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(padded).view("<u4")[..., 0].astype(np.uint32)


def _extremes(matte: Floats) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The least and the greatest matte (0…255) near each block of `CELL`² texels, the padding included."""
    padded = cv2.copyMakeBorder(np.clip(matte * 255 + 0.5, 0, 255).astype(np.uint8), *[PAD] * 4, cv2.BORDER_REPLICATE)
    rows, columns = -(-padded.shape[0] // CELL), -(-padded.shape[1] // CELL)
    room = (0, rows * CELL - padded.shape[0], 0, columns * CELL - padded.shape[1])
    blocks = cv2.copyMakeBorder(padded, *room, cv2.BORDER_REPLICATE).reshape(rows, CELL, columns, CELL)
    around = np.ones((3, 3), np.uint8)
    least = cv2.erode(np.ascontiguousarray(blocks.min(axis=(1, 3))), around)
    return least, cv2.dilate(np.ascontiguousarray(blocks.max(axis=(1, 3))), around)


# -- drawing -----------------------------------------------------------------------------------------------------------


@device
def _read(values, column, row):
    """`values` (rows, columns) at a place between its points, bilinear, its border going on."""
    rows, columns = values.shape
    column = min(max(column, f32(0.0)), f32(columns) - f32(1.001))
    row = min(max(row, f32(0.0)), f32(rows) - f32(1.001))
    x = i32(max(column, f32(0.0)))
    y = i32(max(row, f32(0.0)))
    x1 = min(x + 1, columns - 1)
    y1 = min(y + 1, rows - 1)
    u = column - f32(x)
    v = row - f32(y)
    return mix(mix(values[y, x], values[y, x1], u), mix(values[y1, x], values[y1, x1], u), v)


@kernel
def solve(nearness, numbers, across, down, near, columns, rows):
    """For each node of the grid: the texel that `numbers` (as `Photo.draw` packs them) shows there, and its nearness.

    A pixel p shows the point s = focus + R(p - focus) · (1 - forward · n) / lens + move · n + pan whose nearness is n(s).
    Nearness is smooth, so a few rounds of putting s into n and n into s find it.
    """
    middle_x, middle_y, texels = numbers[10], numbers[11], numbers[12]
    picture_x = f32(columns - 2 * PAD) * f32(0.5)
    picture_y = f32(rows - 2 * PAD) * f32(0.5)
    to_map_x = f32(nearness.shape[1]) / f32(columns - 2 * PAD)
    to_map_y = f32(nearness.shape[0]) / f32(rows - 2 * PAD)
    for j in range(across.shape[0]):
        for i in range(across.shape[1]):
            from_x = f32(i * CELL) - middle_x - numbers[0]
            from_y = f32(j * CELL) - middle_y - numbers[1]
            turned_x = from_x * numbers[8] - from_y * numbers[9]
            turned_y = from_x * numbers[9] + from_y * numbers[8]
            n = f32(0.3)
            x = f32(0.0)
            y = f32(0.0)
            for _ in range(6):
                scale = (f32(1.0) - numbers[2] * n) * numbers[3]
                x = (numbers[0] + turned_x * scale + numbers[4] * n + numbers[6]) * texels + picture_x
                y = (numbers[1] + turned_y * scale + numbers[5] * n + numbers[7]) * texels + picture_y
                n = _read(nearness, x * to_map_x - f32(0.5), y * to_map_y - f32(0.5))
            # A node is a corner of pixels; texel centres lie at halves.
            across[j, i] = x + f32(PAD - 0.5)
            down[j, i] = y + f32(PAD - 0.5)
            near[j, i] = n


@kernel
def classify(least, greatest, across, down, kinds):
    """What each cell of the grid shows: 0 only the background, 1 only the subject, 2 both."""
    rows, columns = least.shape
    for j in range(kinds.shape[0]):
        for i in range(kinds.shape[1]):
            x_low = min(min(across[j, i], across[j + 1, i]), min(across[j, i + 1], across[j + 1, i + 1]))
            x_high = max(max(across[j, i], across[j + 1, i]), max(across[j, i + 1], across[j + 1, i + 1]))
            y_low = min(min(down[j, i], down[j + 1, i]), min(down[j, i + 1], down[j + 1, i + 1]))
            y_high = max(max(down[j, i], down[j + 1, i]), max(down[j, i + 1], down[j + 1, i + 1]))
            low = i32(255)
            high = i32(0)
            for y in range(min(max(int(y_low) // CELL, 0), rows - 1), min(max(int(y_high) // CELL, 0), rows - 1) + 1):
                first = min(max(int(x_low) // CELL, 0), columns - 1)
                for x in range(first, min(max(int(x_high) // CELL, 0), columns - 1) + 1):
                    low = min(low, i32(least[y, x]))
                    high = max(high, i32(greatest[y, x]))
            kinds[j, i] = 0 if high == 0 else (1 if low == 255 else 2)


@device
def _byte(texel, shift):
    return f32(i32((texel >> u32(shift)) & u32(255)))


@device
def _four(texels, at, w0, w1, w2, w3):
    """Four neighbouring texels, weighted: red, green, blue, matte."""
    a = texels[at]
    b = texels[at + i32(1)]
    c = texels[at + i32(2)]
    d = texels[at + i32(3)]
    red = _byte(a, 0) * w0 + _byte(b, 0) * w1 + _byte(c, 0) * w2 + _byte(d, 0) * w3
    green = _byte(a, 8) * w0 + _byte(b, 8) * w1 + _byte(c, 8) * w2 + _byte(d, 8) * w3
    blue = _byte(a, 16) * w0 + _byte(b, 16) * w1 + _byte(c, 16) * w2 + _byte(d, 16) * w3
    matte = _byte(a, 24) * w0 + _byte(b, 24) * w1 + _byte(c, 24) * w2 + _byte(d, 24) * w3
    return red, green, blue, matte


@device
def _weights(t):
    """Catmull and Rom's cubic at a place t (0…1) between the second and the third of four points."""
    w0 = t * (f32(-0.5) + t * (f32(1.0) - f32(0.5) * t))
    w1 = f32(1.0) + t * t * (f32(1.5) * t - f32(2.5))
    w2 = t * (f32(0.5) + t * (f32(2.0) - f32(1.5) * t))
    w3 = t * t * (f32(0.5) * t - f32(0.5))
    return w0, w1, w2, w3


@device
def _sample(texels, columns, last_x, last_y, x, y):
    """The texture at texel (x, y), by a cubic filter of 4×4 texels: red, green, blue, matte, each about 0…255."""
    x = min(max(x, f32(1.0)), last_x)
    y = min(max(y, f32(1.0)), last_y)
    low_x = flr(x)
    low_y = flr(y)
    w0, w1, w2, w3 = _weights(x - low_x)
    v0, v1, v2, v3 = _weights(y - low_y)
    at = (i32(low_y) - i32(1)) * columns + i32(low_x) - i32(1)
    r0, g0, b0, a0 = _four(texels, at, w0, w1, w2, w3)
    r1, g1, b1, a1 = _four(texels, at + columns, w0, w1, w2, w3)
    r2, g2, b2, a2 = _four(texels, at + columns + columns, w0, w1, w2, w3)
    r3, g3, b3, a3 = _four(texels, at + columns + columns + columns, w0, w1, w2, w3)
    red = r0 * v0 + r1 * v1 + r2 * v2 + r3 * v3
    green = g0 * v0 + g1 * v1 + g2 * v2 + g3 * v3
    blue = b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
    matte = a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
    return red, green, blue, matte


@device
def _ripple(waves, wet, x, y):
    """How far water at texel (x, y) is displaced, in texels, and how it glints: waves on a plane that ends at the horizon."""
    unit = waves[1]
    below = max((y - waves[0]) / unit, f32(0.006))
    away = f32(0.12) / below
    aside = (x - waves[2]) / unit * away * f32(8.0)
    step = f32(8.0) * away / (below * unit)
    slope = f32(0.0)
    lean = f32(0.0)
    for n in range(4):
        across, along = waves[5 + 4 * n], waves[6 + 4 * n]
        phase = across * aside + along * away * f32(8.0) + waves[7 + 4 * n] * waves[4] + waves[8 + 4 * n]
        # Waves finer than the pixels would only be noise.
        seen = sat(f32(1.7) - abs(along) * step * f32(0.9))
        slope += seen * vsin(phase)
        lean += seen * vsin(phase * f32(1.31) + f32(1.1))
    size = wet * waves[3] * unit * (f32(0.0016) + f32(0.0085) * below)
    glint = f32(1.0) + wet * waves[3] * f32(0.14) * max(slope - f32(0.6), f32(0.0)) - f32(0.03) * wet * waves[3] * slope
    return lean * size * f32(0.5), slope * size, glint


@kernel
def compose(
    background,
    subject,
    columns,
    across_b,
    down_b,
    near_b,
    across_s,
    down_s,
    near_s,
    across_o,
    down_o,
    share_o,
    water,
    waves,
    kinds,
    rgb,
    nearness,
    rows,
):
    """Draw both layers into `rgb` and `nearness`. Textures are flat and have `columns` texels a row.

    Where `kinds` says sky, the background is read at the nodes `across_o`, `down_o` as well, which weigh `share_o`; where it
    says water, it is displaced by `waves` (`Motion.water_numbers`).
    """
    height, width = nearness.shape
    last_x = f32(columns) - f32(3.01)
    last_y = f32(len(background) // columns) - f32(3.01)
    nodes = across_b.shape[1]
    for y in range(height):
        j = y // CELL
        v = (f32(y % CELL) + f32(0.5)) * f32(1.0 / CELL)
        for i in range(nodes):
            rows[0, i] = mix(across_b[j, i], across_b[j + 1, i], v)
            rows[1, i] = mix(down_b[j, i], down_b[j + 1, i], v)
            rows[2, i] = mix(near_b[j, i], near_b[j + 1, i], v)
            rows[3, i] = mix(across_s[j, i], across_s[j + 1, i], v)
            rows[4, i] = mix(down_s[j, i], down_s[j + 1, i], v)
            rows[5, i] = mix(near_s[j, i], near_s[j + 1, i], v)
            rows[6, i] = mix(across_o[j, i], across_o[j + 1, i], v)
            rows[7, i] = mix(down_o[j, i], down_o[j + 1, i], v)
            rows[8, i] = mix(water[j, i], water[j + 1, i], v)
        start = 0
        while start < nodes - 1:
            # Neighbouring cells of one kind are drawn as one run, which is what makes the loops below fast.
            code = kinds[j, start]
            end = start + 1
            while end < nodes - 1 and kinds[j, end] == code:
                end += 1
            kind = code & 3
            first = start * CELL
            last = min(end * CELL, width)
            start = end
            if (kind != 1) & (code >= 8):
                for x in range(first, last):
                    i = x >> 3
                    u = (f32(x & 7) + f32(0.5)) * f32(0.125)
                    at_x = mix(rows[0, i], rows[0, i + 1], u)
                    at_y = mix(rows[1, i], rows[1, i + 1], u)
                    wet = mix(rows[8, i], rows[8, i + 1], u)
                    move_x, move_y, glint = _ripple(waves, wet, at_x, at_y)
                    red, green, blue, _ = _sample(background, columns, last_x, last_y, at_x + move_x, at_y + move_y)
                    rgb[0, y, x] = red * glint
                    rgb[1, y, x] = green * glint
                    rgb[2, y, x] = blue * glint
                    nearness[y, x] = mix(rows[2, i], rows[2, i + 1], u)
            if (kind != 1) & (code >= 4) & (code < 8):
                for x in range(first, last):
                    i = x >> 3
                    u = (f32(x & 7) + f32(0.5)) * f32(0.125)
                    at_x = mix(rows[0, i], rows[0, i + 1], u)
                    at_y = mix(rows[1, i], rows[1, i + 1], u)
                    red, green, blue, _ = _sample(background, columns, last_x, last_y, at_x, at_y)
                    at_x = mix(rows[6, i], rows[6, i + 1], u)
                    at_y = mix(rows[7, i], rows[7, i + 1], u)
                    red_o, green_o, blue_o, _ = _sample(background, columns, last_x, last_y, at_x, at_y)
                    rgb[0, y, x] = mix(red, red_o, share_o)
                    rgb[1, y, x] = mix(green, green_o, share_o)
                    rgb[2, y, x] = mix(blue, blue_o, share_o)
                    nearness[y, x] = mix(rows[2, i], rows[2, i + 1], u)
            if (kind != 1) & (code < 4):
                for x in range(first, last):
                    i = x >> 3
                    u = (f32(x & 7) + f32(0.5)) * f32(0.125)
                    at_x = mix(rows[0, i], rows[0, i + 1], u)
                    at_y = mix(rows[1, i], rows[1, i + 1], u)
                    red, green, blue, _ = _sample(background, columns, last_x, last_y, at_x, at_y)
                    rgb[0, y, x] = red
                    rgb[1, y, x] = green
                    rgb[2, y, x] = blue
                    nearness[y, x] = mix(rows[2, i], rows[2, i + 1], u)
            if kind == 1:
                for x in range(first, last):
                    i = x >> 3
                    u = (f32(x & 7) + f32(0.5)) * f32(0.125)
                    at_x = mix(rows[3, i], rows[3, i + 1], u)
                    at_y = mix(rows[4, i], rows[4, i + 1], u)
                    red, green, blue, _ = _sample(subject, columns, last_x, last_y, at_x, at_y)
                    rgb[0, y, x] = red
                    rgb[1, y, x] = green
                    rgb[2, y, x] = blue
                    nearness[y, x] = mix(rows[5, i], rows[5, i + 1], u)
            if kind == 2:
                for x in range(first, last):
                    i = x >> 3
                    u = (f32(x & 7) + f32(0.5)) * f32(0.125)
                    at_x = mix(rows[3, i], rows[3, i + 1], u)
                    at_y = mix(rows[4, i], rows[4, i + 1], u)
                    red, green, blue, matte = _sample(subject, columns, last_x, last_y, at_x, at_y)
                    share = sat(matte * f32(1.0 / 255.0))
                    rgb[0, y, x] = mix(rgb[0, y, x], red, share)
                    rgb[1, y, x] = mix(rgb[1, y, x], green, share)
                    rgb[2, y, x] = mix(rgb[2, y, x], blue, share)
                    nearness[y, x] = mix(nearness[y, x], mix(rows[5, i], rows[5, i + 1], u), share)
