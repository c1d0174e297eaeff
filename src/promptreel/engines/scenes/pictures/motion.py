"""What moves in a still picture by itself: clouds drift, water ripples, leaves and hair sway, lamps flicker.

Where such things are is told by colour, texture and place alone, so it is a guess, and motion is gentle where nobody asked
for it. A texture that drifts for long would tear itself apart, so over a long clip
clouds are read at two places half a period apart, each fading out before it starts anew (the two-phase flow of Max and
Becker 1996). Water is displaced by waves on a plane in perspective, pixel by pixel. Everything starts from rest, so that
the first frame is the picture.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.kernels import f32, kernel, mix
from promptreel.engines.scenes.pictures.intent import GENTLE, Intent

if TYPE_CHECKING:
    from promptreel.engines.scenes.pictures.photo import Canvas, Photo

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Floats = NDArray[np.float32]

PERIOD = 3.2
"""Seconds after which each of the two readings of the clouds starts anew."""

SPEED = 0.0085
"""How fast clouds drift overhead, widths a second."""

FARTHEST = 0.055
"""How far, in widths, one reading of the clouds may be stretched."""

ONSET = 0.7
"""Seconds until everything moves as far as it will."""

SKY, WATER = 4, 8
"""Flags of cells, beside the layers that they show; see `photo.compose`."""


@dataclass(frozen=True, slots=True)
class Maps:
    """Where what is, 0…1, all of the size of the picture's small copy."""

    sky: Floats
    water: Floats
    sway: Floats
    hair: Floats
    """What of the subject blows in the wind: hair, clothes, leaves."""
    lamps: Floats
    stars: Floats
    horizon: float


def find_maps(picture: Picture, photo: "Photo", meant: Intent) -> Maps:
    """What in `picture` (the photo's crop) may move as `meant`."""
    layers = photo.layers
    height, width = layers.sky.shape
    cv2.setNumThreads(1)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    matte = cv2.resize(layers.matte, (width, height), interpolation=cv2.INTER_AREA)
    nothing = np.zeros((height, width), np.float32)
    hair = nothing
    for strength, loose in ((meant.hair, _hair), (meant.clothes, _clothes)):
        hair = np.maximum(hair, loose(small, matte) * np.float32(strength)) if strength else hair
    if meant.wind:
        # The subject may be a tree; of what is brown it has rather hair or fur.
        hair = np.maximum(hair, _plants(small, (matte > 0.5) & _green(small)) * np.float32(1.2 * meant.wind))
    land = (layers.sky < 0.5) & (matte < 0.2)
    unbent = _off_poles(photo)
    sky = _soft(_shrunk(layers.sky, 0.03), 0.022) * unbent if meant.clouds or meant.lightning else nothing
    return Maps(
        sky=sky,
        water=_water(small, layers.sky, matte, layers.horizon, meant.water) if meant.water else nothing,
        sway=_plants(small, land) * unbent * np.float32(meant.wind) if meant.wind else nothing,
        hair=hair,
        lamps=_lamps(small) if meant.lights else nothing,
        stars=_stars(picture, (width, height)) if meant.stars else nothing,
        horizon=layers.horizon,
    )


def _soft(values: Floats, share: float) -> Floats:
    sigma = max(0.6, share * max(values.shape))
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(values, np.float32), (0, 0), sigma), np.float32)


def _shrunk(mask: Floats, share: float) -> Floats:
    side = 2 * max(1, round(share * max(mask.shape))) + 1
    return np.asarray(cv2.erode(mask, np.ones((side, side), np.uint8)), np.float32)


def _large(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """`mask` without parts smaller than the share `least` of the picture."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    keep = stats[:, cv2.CC_STAT_AREA] >= least * mask.size
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def _water(small: Picture, sky: Floats, matte: Floats, horizon: float, asked: float) -> Floats:
    """Water below the horizon. Unasked, only what is clearly blue."""
    height = small.shape[0]
    red, green, blue = (small[..., channel].astype(np.float32) for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    below = np.arange(height)[:, None] > (horizon + 0.01) * height
    open_ = below & (matte < 0.1) & (sky < 0.5)
    if asked > GENTLE:
        green_ = (green > red + 8) & (green > blue + 10)
        sand = (red > blue + 40) & (luma > 135)
        grass = (np.abs(red - green) < 32) & (green > blue + 28)
        mask = _large(open_ & ~green_ & ~sand & ~grass, 0.03)
    else:
        if sky.mean() < 0.05:
            return np.zeros(sky.shape, np.float32)
        mask = _large(open_ & (blue > red + 16) & (blue > green - 6) & (luma > 18), 0.08)
    closed = cv2.morphologyEx(mask.astype(np.float32), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    soft = _soft(_shrunk(closed, 0.006), 0.010) * np.float32(asked)
    return np.asarray(soft * below, np.float32)


def blue_water(picture: Picture, sky: Floats, matte: Floats, horizon: float) -> Floats:
    """Where clearly blue water is, 0 or 1, of the size of `sky`."""
    size = sky.shape[::-1]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    found = _water(small, sky, cv2.resize(matte, size, interpolation=cv2.INTER_AREA), horizon, GENTLE)
    return (found > 0.5 * GENTLE).astype(np.float32)


def _plants(small: Picture, there: NDArray[np.bool_]) -> Floats:
    """Leaves and grass among what is `there`, the more the farther above where they grow from."""
    height = small.shape[0]
    hue, saturation, value = (part.astype(np.float32) for part in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = np.sqrt(np.maximum(cv2.blur(grey * grey, (7, 7)) - cv2.blur(grey, (7, 7)) ** 2, 0))
    leafy = (hue > 8) & (hue < 85) & (saturation > 45) & (value > 25) & (rough > 4)
    mask = (leafy & there).astype(np.float32)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = _large(mask > 0.5, 0.004).astype(np.float32)
    grown = np.zeros_like(mask)
    above = np.zeros(mask.shape[1], np.float32)
    for row in range(height - 1, -1, -1):
        above = (above + 1) * mask[row]
        grown[row] = above
    return _soft(np.minimum(grown / (0.22 * height), 1) * mask, 0.014)


def _green(small: Picture) -> NDArray[np.bool_]:
    red, green, blue = (small[..., channel].astype(np.int32) for channel in range(3))
    return np.asarray((green > red + 6) & (green > blue + 10), np.bool_)


def _off_poles(photo: "Photo") -> Floats:
    """0 at the poles of flags, which neither wind nor drifting clouds may bend, 1 away from them."""
    rows, columns = photo.layers.sky.shape
    free = np.ones((rows, columns), np.float32)
    y, x = (np.arange(side, dtype=np.float32) + np.float32(0.5) for side in (rows, columns))
    for flag in photo.lifted.flags if photo.lifted else ():
        line = flag.hoist[0] + (flag.hoist[1] - flag.hoist[0]) * y[:, None] / rows
        free *= np.clip(np.abs(x / columns - line) / np.float32(0.03) - np.float32(0.5), 0, 1)
    return free


def _skin(small: Picture, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Skin of any shade, by its place among the colour differences (Chai and Ngan 1999)."""
    tones = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    red, blue = tones[..., 1], tones[..., 2]
    return np.asarray(inside & (red > 136) & (red < 178) & (blue > 80) & (blue < 128), np.bool_)


def _hair(small: Picture, matte: Floats) -> Floats:
    """The subject's hair, the more the farther from the face and from the crown; without a face, what is off its axis."""
    inside = matte > 0.4
    if inside.mean() < 0.01:
        return np.zeros(matte.shape, np.float32)
    face = _face(small, inside)
    rows = np.nonzero(inside.any(axis=1))[0]
    if face is None:
        columns = np.arange(matte.shape[1], dtype=np.float32)
        away = np.abs(columns - np.nonzero(inside)[1].mean()) / (0.10 * matte.shape[1])
        high = 1 - np.clip((np.arange(matte.shape[0]) - rows[0]) / max(0.75 * np.ptp(rows), 1), 0, 1)
        return _soft((np.clip(away, 0, 1) * high[:, None] * inside).astype(np.float32), 0.02)
    top, bottom = (int(edge) for edge in np.nonzero(face.any(axis=1))[0][[0, -1]])
    tall = bottom - top + 1
    # What borders on the upper half of the face has the hair's colour.
    lab = cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2LAB).astype(np.float32)
    reach = max(3, tall // 5)
    around = cv2.dilate(face.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    ring = around & ~face & inside
    ring[(top + bottom) // 2 :] = False
    if ring.sum() < 12:
        return np.zeros(matte.shape, np.float32)
    tone = np.median(lab[ring], axis=0)
    like = (np.linalg.norm((lab - tone) * (0.6, 1, 1), axis=-1) < 26) & inside & ~face
    like = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(like)
    hair = np.isin(labels, np.setdiff1d(np.unique(labels[ring]), [0]))
    rigid = face | (_skin(small, inside) & ~hair)
    away = cv2.distanceTransform((~rigid).astype(np.uint8), cv2.DIST_L2, 5) / max(0.35 * tall, 1)
    first = int(np.nonzero(hair.any(axis=1))[0][0]) if hair.any() else top
    down = np.clip((np.arange(matte.shape[0]) - first) / (1.2 * tall), 0, 1) ** 1.2
    # The face itself may not be pulled along.
    return _soft((np.clip(1.15 * away - 0.15, 0, 1) * down[:, None] * hair).astype(np.float32), 0.008)


def _face(small: Picture, inside: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The most compact piece of one skin-like colour in the upper part of the subject, with its eyes and mouth, or None.

    Brown and fair hair are skin-like as well, so the subject's colours are parted first; hair lies around a face, and is
    not compact.
    """
    lab = cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2LAB).astype(np.float32)
    rows = np.nonzero(inside.any(axis=1))[0]
    skin = _skin(small, inside)
    skin[int(rows[0] + 0.75 * np.ptp(rows)) :] = False
    if skin.sum() < 40:
        return None
    cv2.setRNGSeed(7)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, kinds, _ = cv2.kmeans(lab[skin], 3, None, rule, 1, cv2.KMEANS_PP_CENTERS)
    best, most = None, 0.0
    for kind in range(3):
        mask = np.zeros(skin.shape, np.uint8)
        mask[skin] = kinds[:, 0] == kind
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
        for label in range(1, count):
            contours, _ = cv2.findContours((labels == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            hull, area = cv2.convexHull(contours[0]), float(stats[label, cv2.CC_STAT_AREA])
            # A ring of hair about a face is no face: its hole counts against it.
            solid = area / max(cv2.contourArea(hull), 1.0)
            if 0.03 < area / inside.sum() < 0.6 and solid > 0.75 and area * solid**3 > most:
                most = area * solid**3
                best = cv2.drawContours(np.zeros(skin.shape, np.uint8), [hull], -1, 1, -1) > 0
    return best


def _clothes(small: Picture, matte: Floats) -> Floats:
    """What of the subject's lower part is no skin, the more the lower and the farther from its axis."""
    inside = matte > 0.4
    if inside.mean() < 0.01:
        return np.zeros(matte.shape, np.float32)
    rows, columns = np.nonzero(inside)
    loose = inside & ~_skin(small, inside)
    down = np.clip((np.arange(matte.shape[0]) - rows.min() - 0.4 * np.ptp(rows)) / max(0.6 * np.ptp(rows), 1), 0, 1)
    aside = np.abs(np.arange(matte.shape[1]) - columns.mean()) / max(float(np.ptp(columns)) / 2, 1)
    return _soft((down[:, None] * np.clip(aside, 0.15, 1) * loose).astype(np.float32), 0.02)


def _lamps(small: Picture) -> Floats:
    """Bright warm spots and the glow about them."""
    part = small.astype(np.float32)
    luma = part @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    wide = _soft(luma, 0.06)
    spot = (part[..., 0] > 185) & (luma > 120) & (luma > wide + 35) & (wide < 125) & (part[..., 0] >= part[..., 2])
    # What is bright over a large area is a wall, a cloud or the sky.
    core = (spot & ~_large(spot, 0.012)).astype(np.float32)
    glow = np.minimum(_soft(core, 0.03) * 5, 0.6)
    return np.asarray(np.maximum(_soft(core, 0.006), glow), np.float32)


def _stars(picture: Picture, size: tuple[int, int]) -> Floats:
    """Specks of light in the dark: the share of it that a star makes in each pixel of the small copy."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark = cv2.blur(grey, (9, 9))
    speck = ((grey > dark + 22) & (dark < 80)).astype(np.float32)
    speck[int(0.75 * len(speck)) :] = 0
    near = cv2.dilate(speck, np.ones((3, 3), np.uint8))
    shrunk = cv2.resize(near, size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.minimum(4 * shrunk, 1), np.float32)


class Motion:
    """The motion of one photo. Safe to use from many threads: nothing in it changes."""

    def __init__(self, photo: "Photo", meant: Intent, seed: int, duration: float, *, rests: bool) -> None:
        """`rests`: whether everything comes to rest again at the end of the clip, for a last picture."""
        self._meant, self._duration, self._rests = meant, duration, rests
        self._one_reading = SPEED * meant.clouds * duration < FARTHEST
        self.maps = find_maps(photo.picture, photo, meant)
        random = np.random.default_rng([abs(seed), 0x307104])
        self._wind = 1.0 if random.random() < 0.5 else -1.0
        self._twinkle = random.uniform(0, 2 * math.pi, (64, 64)).astype(np.float32)
        angles, lengths = random.uniform(-0.7, 0.7, 4), np.array([4.2, 7.1, 11.7, 19.0]) * random.uniform(0.9, 1.1, 4)
        self._waves = np.stack(
            [lengths * np.sin(angles), lengths * np.cos(angles), np.sqrt(lengths) * 1.15, random.uniform(0, 6.28, 4)], 1
        ).astype(np.float32)
        maps = self.maps
        self.drifts, self.ripples = bool((maps.sky > 0.01).any()) and meant.clouds > 0, bool((maps.water > 0.01).any())
        self._sways, self.blows = bool((maps.sway > 0.01).any()), bool((maps.hair > 0.01).any())
        self.lights = bool((maps.lamps > 0.01).any() or (maps.stars > 0.01).any() or meant.lightning)
        flashes = max(1, round(duration / 2.4))
        self._flashes = (np.arange(flashes) + random.uniform(0.25, 0.8, flashes)) * duration / flashes

    def strength(self, t: float) -> float:
        """0 at rest, 1 in full motion."""
        start = min(t / ONSET, 1.0)
        end = min((self._duration - t) / ONSET, 1.0) if self._rests else 1.0
        level = max(0.0, min(start, end))
        return level * level * (3 - 2 * level)

    def apply(self, canvas: "Canvas", texels: tuple[int, int], pad: int, t: float) -> float:
        """Move the nodes of `canvas` as at `t`; returns how much the second reading of the clouds weighs.

        `texels` are columns and rows of the photo without the `pad` about it.
        """
        strength = self.strength(t)
        across, down, _ = canvas.background
        columns, rows = texels
        u = (across + np.float32(0.5 - pad)) / np.float32(columns)
        v = (down + np.float32(0.5 - pad)) / np.float32(rows)
        canvas.other[0][:], canvas.other[1][:] = across, down
        share = 1.0
        if self.drifts:
            share = self._drift(canvas, u, v, columns, t)
        if self.ripples:
            canvas.water[:] = _at(self.maps.water, u, v)
            canvas.kinds[_cells(canvas.water > 0.01)] |= WATER
        if self._sways:
            gust = self._gust(u, v, t)
            moved = _at(self.maps.sway, u, v) * gust * np.float32(0.0085 * columns * strength)
            across += moved
            down += np.abs(moved) * np.float32(0.12)
        if self.lights:
            self._shine(canvas.light, u, v, t, strength)
        return share

    def blow(self, canvas: "Canvas", texels: tuple[int, int], pad: int, t: float) -> None:
        """Move the nodes of the subject as hair and cloth in the wind."""
        columns, rows = texels
        near_u = (canvas.subject[0] + np.float32(0.5 - pad)) / np.float32(columns)
        near_v = (canvas.subject[1] + np.float32(0.5 - pad)) / np.float32(rows)
        loose = _at(self.maps.hair, near_u, near_v) * np.float32(self.strength(t) * columns)
        # Waves that run down what hangs; strands beside one another move alike.
        swing = np.sin(np.float32(1.9 * t) - 7 * near_v + 2 * near_u) * np.float32(0.7)
        swing += np.sin(np.float32(4.3 * t) - 15 * near_v + 5 * near_u) * np.float32(0.3)
        canvas.subject[0][:] += loose * (swing + np.float32(0.4 * self._wind)) * np.float32(0.017)
        canvas.subject[1][:] += loose * np.abs(swing) * np.float32(0.004)

    def _drift(self, canvas: "Canvas", u: Floats, v: Floats, columns: int, t: float) -> float:
        """Put the two readings of the clouds where they are at `t`."""
        mask = _at(self.maps.sky, u, v)
        canvas.kinds[_cells(mask > 0.01)] |= SKY
        # Nothing may be read from beyond the picture's sides. Higher clouds are overhead, and pass faster.
        mask *= np.clip(np.minimum(u, 1 - u) / np.float32(0.10), 0, 1)
        mask *= 0.35 + 0.65 * np.clip(1 - v / max(self.maps.horizon, 0.05), 0, 1)
        moved = mask * np.float32(-SPEED * columns * self._meant.clouds * self._wind)
        if self._one_reading:
            # From rest to an even speed.
            gone = t - ONSET / 2 if t > ONSET else t * t / (2 * ONSET)
            canvas.background[0][:] += moved * np.float32(gone)
            return 0.0
        first, second = (t / PERIOD) % 1.0, (t / PERIOD + 0.5) % 1.0
        canvas.other[0][:] += moved * np.float32(PERIOD * (second - 0.5))
        canvas.background[0][:] += moved * np.float32(PERIOD * (first - 0.5))
        share = abs(2 * first - 1)
        return share * share * (3 - 2 * share)

    def _gust(self, x: Floats, y: Floats, t: float) -> Floats:
        """Wind that passes over the picture: slow swells with a flutter on them, about -1…1, 0 at first."""
        way = np.float32(self._wind)
        slow = np.sin(np.float32(1.7 * t) - way * 5.0 * x + 1.5 * y) * (
            0.6 + 0.4 * np.sin(np.float32(0.6 * t) - 2.1 * x)
        )
        flutter = 0.35 * np.sin(np.float32(5.3 * t) - way * 23.0 * x + 9.0 * y) + 0.2 * np.sin(
            np.float32(8.1 * t) + 41.0 * x - 17.0 * y
        )
        return np.asarray(0.35 * way + slow + flutter, np.float32)

    def water_numbers(self, t: float, texels: tuple[int, int], pad: int) -> Floats:
        """What `photo.compose` wants to know of the waves: horizon row, height, middle column, strength, time, waves."""
        columns, rows = texels
        head = [self.maps.horizon * rows + pad, rows, columns / 2 + pad, self.strength(t), t]
        return np.concatenate([head, self._waves.ravel()]).astype(np.float32)

    def _shine(self, light: Floats, u: Floats, v: Floats, t: float, strength: float) -> None:
        """How bright each node is beside itself."""
        light.fill(1)
        lamps = _at(self.maps.lamps, u, v)
        phase = 9.0 * u + 7.0 * v
        flicker = np.sin(np.float32(11 * t) + phase) + 0.7 * np.sin(np.float32(17.3 * t) + 1.7 * phase)
        flicker += 0.6 * np.sin(np.float32(4.1 * t) + 0.6 * phase)
        light += lamps * flicker * np.float32(0.11 * self._meant.lights * strength)
        if self._meant.stars:
            rows, columns = light.shape
            place = self._twinkle[np.arange(rows)[:, None] % 64, np.arange(columns)[None] % 64]
            light += _at(self.maps.stars, u, v) * np.float32(0.55 * strength) * np.sin(np.float32(5 * t) + place)
        if self._meant.lightning:
            light *= 1 + np.float32(self.flash(t)) * (0.35 + 0.9 * _at(self.maps.sky, u, v))

    def flash(self, t: float) -> float:
        """How strongly it lightens at `t`: a double stroke that fades."""
        if not self._meant.lightning:
            return 0.0
        since = t - self._flashes
        first = np.where(since >= 0, np.exp(-since / 0.06), 0)
        again = np.where(since >= 0.14, 0.8 * np.exp(-(since - 0.14) / 0.12), 0)
        return float(np.clip((first + again).max(), 0, 1))


def _at(values: Floats, u: Floats, v: Floats) -> Floats:
    """A small map at places (fractions), linear between its pixels."""
    rows, columns = values.shape
    x, y = u * np.float32(columns) - np.float32(0.5), v * np.float32(rows) - np.float32(0.5)
    return np.asarray(cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _cells(nodes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells of which a corner is marked."""
    return np.asarray(nodes[:-1, :-1] | nodes[1:, :-1] | nodes[:-1, 1:] | nodes[1:, 1:], np.bool_)


@kernel
def shine(rgb, light, cell):
    """Multiply `rgb` by `light`, given at nodes every `cell` pixels."""
    height, width = rgb.shape[1], rgb.shape[2]
    part = f32(1.0) / f32(cell)
    for y in range(height):
        j = y // cell
        v = (f32(y - j * cell) + f32(0.5)) * part
        for x in range(width):
            i = x // cell
            u = (f32(x - i * cell) + f32(0.5)) * part
            gain = mix(mix(light[j, i], light[j, i + 1], u), mix(light[j + 1, i], light[j + 1, i + 1], u), v)
            rgb[0, y, x] *= gain
            rgb[1, y, x] *= gain
            rgb[2, y, x] *= gain
