"""How far away the parts of a still picture are, estimated without model weights.

A picture becomes two layers: a *subject* with a soft matte, and the *background* with what the subject hides filled in.
Each layer has a smooth map of its *nearness*: inverse depth, 0 at infinity and 1 at the lens, the quantity that
parallax is linear in (for a ground plane it grows linearly from the horizon to the bottom of the picture).

The steps are classical: a saliency map (the minimum barrier distance to the picture's border, Zhang et al. 2015) starts
GrabCut on a small copy; the matte is refined with a guided filter (He, Sun, Tang 2010) and the subject's own colours at
its soft edge are found by blur fusion (Forte 2021). GrabCut is asked from bolder and more cautious starts:
only where two answers agree is there a thing to see. A matte that cannot be trusted is dropped: then the whole picture is
one layer, whose smooth depth cannot tear.

All arithmetic is on one thread and all seeds are set, so the same picture gives the same bytes.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from promptreel.engines import Picture
from promptreel.engines.scenes.kernels import kernel
from promptreel.engines.scenes.scene import Tick

cv2: Any = opencv
"""Its type stubs know neither the types of elements nor pictures without a rectangle."""

Map = NDArray[np.float32]
"""One number per pixel: shape (height, width)."""

ANALYSIS_SIDE = 208
"""The longer side, in pixels, of the copy on which the subject is sought."""

FLAT = 2.5
"""A picture whose colours spread less than this (standard deviation of CIELAB, 8 bit) has nothing to find."""

DOUBTFUL = 0.3
"""A subject that is trusted less than this is none: half a head cut out of a picture shows, and what it gains does not."""

TIPS = 9
"""How far, in pixels of the small copy, thin ends belong to the subject."""

SKY_NEARNESS = 0.02
WALL_NEARNESS = 0.14
"""What stands above the horizon without being sky."""

GROUND_NEARNESS = 0.8
"""The ground at the bottom of the picture."""

SQUEEZE = 0.35
"""How much nearer things to the left and right count than things above and below, when a hole is filled."""


@dataclass(frozen=True, slots=True)
class Layers:
    """A picture taken apart. Pictures and matte have its size; the nearness is smooth, so its maps are small."""

    background: Picture
    subject: Picture
    matte: Map
    """How much of each pixel is the subject, 0…1. All zero when none was found that can be trusted."""
    background_nearness: Map
    subject_nearness: Map
    focus: tuple[float, float]
    """Where to look, as fractions of width and height."""
    focus_nearness: float
    confidence: float
    """0…1: how much parallax the matte can bear."""
    sky: Map
    """1 where there is sky, of the small copy's size; all 0 where none was found."""
    saliency: Map
    """How much each part draws the eye, 0…1, of the small copy's size."""
    horizon: float
    """The row of the horizon as a fraction of the height; a guess where there is no sky."""


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was seen in the small copy. Maps have its size."""

    sky: Map
    saliency: Map
    subject: Map
    horizon: float
    """The row of the horizon as a fraction of the height."""
    confidence: float
    focus: tuple[float, float]
    sheet: bool = False
    """Whether it is a sheet: writing or a drawing, with no ground to stand on."""


@dataclass(frozen=True, slots=True)
class Context:
    """The larger picture that a picture was cut from, and where: left, top, width and height as fractions of it."""

    picture: Picture
    box: tuple[float, float, float, float]

    @property
    def telling(self) -> bool:
        """Whether the cut is so large a part that its things can be seen on a small copy of the whole."""
        least = min(self.box[2:])
        return 0.4 <= least < 0.999


def analyse(picture: Picture, tick: Tick, softness: float = 1.0, context: Context | None = None) -> Layers:
    """Take `picture` (height, width, 3) apart.

    `softness` is how many pixels wide its sharpest edges may be; `context` is the larger picture that it was cut from.
    """
    cv2.setNumThreads(1)
    cv2.setRNGSeed(7)
    tick("looking at the picture")
    small = _small_copy(picture)
    found = _look(small, context)
    tick("measuring the depth")
    nothing = np.zeros(picture.shape[:2], np.float32)
    matte = refined_matte(picture, small, found.subject, softness) if found.confidence > 0 else nothing
    background_nearness, subject_nearness = _nearness(found)
    tick("filling in the background")
    background, subject = separate(picture, matte)
    at_focus = subject_nearness if found.confidence > 0 else background_nearness
    rows, columns = at_focus.shape
    row, column = min(int(found.focus[1] * rows), rows - 1), min(int(found.focus[0] * columns), columns - 1)
    return Layers(
        background=background,
        subject=subject,
        matte=matte,
        background_nearness=background_nearness,
        subject_nearness=subject_nearness,
        focus=found.focus,
        focus_nearness=float(at_focus[row, column]),
        confidence=found.confidence,
        sky=found.sky,
        saliency=found.saliency,
        horizon=found.horizon,
    )


def attention(picture: Picture) -> Map:
    """How much each part of a small copy of `picture` draws the eye, 0…1; for choosing where to crop."""
    cv2.setNumThreads(1)
    cv2.setRNGSeed(7)
    small = _small_copy(picture)
    lab = _lab(small)
    if lab.std(axis=(0, 1)).max() < FLAT:
        return np.ones(small.shape[:2], np.float32)
    return _saliency(lab)


# -- seeing ------------------------------------------------------------------------------------------------------------


def _small_copy(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    scale = ANALYSIS_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return small


def _lab(picture: Picture) -> Map:
    lab: Map = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    return lab


def _look(small: Picture, context: Context | None) -> _Findings:
    """Sky, subject and horizon of the small copy."""
    height, width = small.shape[:2]
    nothing = np.zeros((height, width), np.float32)
    lab = _lab(small)
    if min(height, width) < 24 or lab.std(axis=(0, 1)).max() < FLAT:
        return _Findings(nothing, nothing, nothing, 0.45, 0.0, (0.5, 0.5))
    if context is not None and context.telling:
        # A head that the frame cuts off is known better where it is whole.
        *maps, confidence = _see(_small_copy(context.picture))
        sky, saliency, subject = (_cut(part, context.box, (height, width)) for part in maps)
        subject = (subject > 0.5).astype(np.float32)
        confidence = min(confidence, _confidence(subject, lab))
    else:
        sky, saliency, subject, confidence = _see(small)
    focus = _focus(subject if confidence > 0 else saliency**2)
    if _is_sheet(small):
        return _Findings(nothing, saliency, subject, _horizon(nothing), confidence, focus, sheet=True)
    return _Findings(sky, saliency, subject, _horizon(sky), confidence, focus)


def _see(small: Picture) -> tuple[Map, Map, Map, float]:
    """The sky, the saliency and the subject of a small copy, and how far the subject can be trusted."""
    lab = _lab(small)
    sky = _find_sky(small)
    saliency = _saliency(lab)
    return sky, saliency, *_find_subject(small, lab, saliency, sky)


def _is_sheet(small: Picture) -> bool:
    """Whether it is writing or a drawing: hardly more than a few colours (each to a 64th) that are perfectly even.

    Or one colour is half of the picture and nearly all of its border, as paper is: no photo's sky is.
    """
    parts = small.astype(np.int32) // 4
    colours = (parts[..., 0] << 12) | (parts[..., 1] << 6) | parts[..., 2]
    values, counts = np.unique(colours, return_counts=True)
    even = (np.diff(small.astype(np.int32), axis=1) == 0).all(axis=-1).mean()
    if even > 0.5 and np.sort(counts)[-6:].sum() > 0.62 * colours.size:
        return True
    paper = colours == values[counts.argmax()]
    border = np.concatenate([paper[0], paper[-1], paper[:, 0], paper[:, -1]])
    return bool(paper.mean() > 0.5 and border.mean() > 0.9)


def _cut(values: Map, box: tuple[float, float, float, float], shape: tuple[int, int]) -> Map:
    """The `box` of `values` (as fractions: left, top, width, height), resampled to `shape`."""
    rows, columns = values.shape
    step_x, step_y = box[2] * columns / shape[1], box[3] * rows / shape[0]
    matrix = np.array(
        [
            [step_x, 0, box[0] * columns + 0.5 * step_x - 0.5],
            [0, step_y, box[1] * rows + 0.5 * step_y - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut: Map = cv2.warpAffine(values, matrix, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cut


def _find_sky(small: Picture) -> Map:
    """1 where there is sky: smooth areas that begin at the top border and stay in the upper part."""
    height, width = small.shape[:2]
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    smooth = (cv2.GaussianBlur(slope, (0, 0), 2.0) < 0.12).astype(np.uint8)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(smooth)
    sky = np.zeros((height, width), np.float32)
    for label in np.unique(labels[0]):
        wide = (labels[0] == label).mean() > 0.3
        large = stats[label, cv2.CC_STAT_AREA] > 0.06 * height * width
        if label and wide and large and centres[label][1] < 0.5 * height:
            sky[labels == label] = 1
    # Small clouds are sky as well.
    reach = max(3, width // 20) | 1
    sky = cv2.morphologyEx(sky, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    # A patch of sky among other things would tear the depth (and any fog) along a line that nobody sees.
    return sky if sky[0].mean() > 0.75 else _find_clouds(small)


def _find_clouds(small: Picture) -> Map:
    """1 where there is a sky full of clouds: blue, or bright and grey, from the top border down to the first other thing."""
    height = small.shape[0]
    nothing = np.zeros(small.shape[:2], np.float32)
    calm = cv2.GaussianBlur(small, (0, 0), 1.2).astype(np.float32)
    red, green, blue = calm[..., 0], calm[..., 1], calm[..., 2]
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    bluish = (blue > red + 10) & (blue > 0.95 * green)
    grey = (calm.max(axis=-1) - calm.min(axis=-1) < 0.30 * luma) & (luma > max(110.0, float(np.percentile(luma, 45))))
    like = (bluish | grey).astype(np.uint8)
    like = cv2.morphologyEx(like, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    # Contiguous from the top in each column, with the columns beside it agreeing.
    depth_ = np.where(like.all(axis=0), height, np.argmin(like, axis=0)).astype(np.float32)
    depth_ = cv2.medianBlur(depth_[None], 5)[0]
    whole = float((depth_ > 0.12 * height).mean())
    end = float(np.median(depth_)) / height
    if whole < 0.8 or not 0.15 < end < 0.8 or float((depth_ >= height - 1).mean()) > 0.05:
        return nothing
    sky = (np.arange(height)[:, None] < depth_[None]).astype(np.float32)
    above, below = luma[sky > 0], luma[sky == 0]
    return sky if float(above.mean()) > 1.12 * float(below.mean()) else nothing


def _horizon(sky: Map) -> float:
    """Just below the sky, by the median of its columns; a good guess when there is none."""
    height = sky.shape[0]
    columns = sky.any(axis=0)
    if columns.mean() < 0.3:
        return 0.42
    lowest = height - np.argmax(sky[::-1, columns] > 0, axis=0)
    return float(np.clip(np.median(lowest) / height + 0.02, 0.25, 0.72))


def _saliency(lab: Map) -> Map:
    """What draws the eye, 0…1: what no way leads to from the border without crossing an edge, and a little the middle."""
    height, width = lab.shape[:2]
    # Specks (flakes, leaves, noise) are barriers too; the median takes them away and leaves the edges.
    barrier = barriers(cv2.medianBlur(lab.astype(np.uint8), 5).astype(np.float32))
    barrier /= float(np.percentile(barrier, 99)) + 1e-6
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = np.exp(-(((x / width - 0.5) / 0.42) ** 2 + ((y / height - 0.55) / 0.5) ** 2))
    saliency: Map = cv2.GaussianBlur(np.clip(barrier, 0, 1) * (0.35 + 0.65 * middle), (0, 0), 1.5)
    return (saliency / (float(saliency.max()) + 1e-6)).astype(np.float32)


def barriers(lab: Map) -> Map:
    """The minimum barrier distance of each pixel to the picture's border, colour counting for more than lightness."""
    above = _cut_off_above(lab)
    total = np.zeros(lab.shape[:2], np.float32)
    for channel, weight in ((0, 0.7), (1, 1.3), (2, 1.3)):
        values = np.ascontiguousarray(lab[..., channel])
        distance = np.full(total.shape, 1e6, np.float32)
        distance[:, 0] = distance[:, -1] = 0
        distance[0, ~above] = 0
        barrier_distance(values, distance, values.copy(), values.copy())
        total += np.float32(weight) * distance
    return total


def _cut_off_above(lab: Map) -> NDArray[np.bool_]:
    """For each column: whether the upper border cuts a thing off there, such as a head.

    That is where, in the middle of the border, a colour is unlike all the colours of the rest of the border.
    """
    width = lab.shape[1]
    middle = np.zeros(width, np.bool_)
    middle[width // 5 : width - width // 5] = True
    rest = np.concatenate([lab[0, ~middle], lab[:, 0], lab[:, -1]])
    nearest = np.linalg.norm(lab[0][:, None] - rest[None], axis=-1).min(axis=1)
    cut = middle & (nearest > 14)
    # A border that is unlike the sides all along is sky or wall.
    return cut if cut.mean() < 0.4 else np.zeros(width, np.bool_)


@kernel
def barrier_distance(values, distance, lowest, highest):
    """The minimum barrier distance to the pixels where `distance` is 0, by raster scans there and back (FastMBD).

    The barrier of a way is the difference between the highest and the lowest value on it. `lowest` and `highest` start as
    copies of `values` and hold the extremes of the best way found so far. All arrays have the shape (height, width).
    """
    height, width = values.shape
    for scan in range(4):
        forward = scan % 2 == 0
        step = 1 if forward else -1
        for row in range(height):
            y = row if forward else height - 1 - row
            for column in range(width):
                x = column if forward else width - 1 - column
                value = values[y, x]
                for side in range(2):
                    from_y = y - step if side == 0 else y
                    from_x = x if side == 0 else x - step
                    if from_y < 0 or from_y >= height or from_x < 0 or from_x >= width:
                        continue
                    low = min(lowest[from_y, from_x], value)
                    high = max(highest[from_y, from_x], value)
                    if high - low < distance[y, x]:
                        distance[y, x] = high - low
                        lowest[y, x] = low
                        highest[y, x] = high


def _find_subject(small: Picture, lab: Map, saliency: Map, sky: Map) -> tuple[Map, float]:
    """The subject, 0 or 1, and how far it can be trusted, 0…1.

    GrabCut is started from three levels of the saliency. Where two neighbours agree (intersection over union), the answer
    came from the picture and not from the start.
    """
    level = _otsu(saliency)
    starts = ((1.15, 1.9), (0.7, 1.5), (0.45, 1.3))
    masks = [_tidy(_grab_cut(small, saliency, sky, maybe * level, sure * level)) for maybe, sure in starts]
    best, trust = masks[1], 0.0
    for cautious, bold in pairwise(masks):
        either = float(np.maximum(cautious, bold).sum())
        if either == 0:
            continue
        agreement = float((cautious * bold).sum()) / either
        confidence = _confidence(bold, lab) * float(_ramp(agreement, 0.6, 0.85))
        if confidence > trust + 0.05:
            best, trust = bold, confidence
    return (best, trust) if trust > DOUBTFUL else (np.zeros_like(best), 0.0)


def _otsu(saliency: Map) -> float:
    """The level that best parts the salient from the rest."""
    level, _ = cv2.threshold((saliency * 255).astype(np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(np.clip(level / 255, 0.1, 0.5))


def _grab_cut(small: Picture, saliency: Map, sky: Map, maybe: float, sure: float) -> NDArray[np.uint8]:
    """1 where GrabCut sees the subject, when it is told that what is more salient than `maybe` may belong to it."""
    mask = np.full(saliency.shape, cv2.GC_PR_BGD, np.uint8)
    mask[saliency > maybe] = cv2.GC_PR_FGD
    mask[saliency > min(sure, 0.9)] = cv2.GC_FGD
    mask[saliency < 0.3 * maybe] = cv2.GC_BGD
    mask[(sky > 0.5) & (saliency <= maybe)] = cv2.GC_BGD
    mask[:2][saliency[:2] < maybe] = cv2.GC_BGD
    subject = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    if subject.sum() < 20 or (~subject).sum() < 20:
        return np.zeros(saliency.shape, np.uint8)
    cv2.setRNGSeed(7)
    # Noise and specks make the cut slow and ragged, and have no part in what a thing is.
    calm = cv2.medianBlur(small, 3)
    try:
        cv2.grabCut(calm, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # too few colours for its mixture models
        return np.zeros(saliency.shape, np.uint8)
    found = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    # The border counts as background, so a thing that it cuts off ends just before it; it goes on to the border.
    found[:3] = found[3]
    found[:, :3] = found[:, 3:4]
    found[:, -3:] = found[:, -4:-3]
    return found


def _tidy(mask: NDArray[np.uint8]) -> Map:
    """`mask` without specks, with gaps closed and holes filled."""
    height, width = mask.shape
    reach = max(3, int(max(height, width) * 0.05)) | 1
    found, square = mask, np.ones((3, 3), np.uint8)
    mask = cv2.morphologyEx(found, cv2.MORPH_OPEN, square)
    for _ in range(TIPS):
        # What tapers off, such as a tree's top or an ear, grows back: left behind, it would show.
        mask = cv2.dilate(mask, square) & found
    # The padding repeats the border, so that a subject cut off by it is not rounded there.
    padded = np.pad(mask, reach, mode="edge")
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    mask = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc)[reach:-reach, reach:-reach]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count > 1:
        areas = stats[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        mask = ((areas >= max(areas.max() * 0.15, height * width * 0.004))[labels]).astype(np.uint8)
    _, holes = cv2.connectedComponents(1 - mask)
    outside = np.unique(np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]]))
    return np.where(np.isin(holes, outside) & (mask == 0), 0, 1).astype(np.float32)


def _confidence(subject: Map, lab: Map) -> float:
    """0…1: whether `subject` looks like one thing in front of another.

    Its size, whether it is compact, how much of the picture's border it touches, and above all whether the colours on
    both sides of its outline differ.
    """
    height, width = subject.shape
    area = float(subject.mean())
    contours, _ = cv2.findContours(subject.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours or area < 0.012:
        return 0.0
    hull = sum(cv2.contourArea(cv2.convexHull(contour)) for contour in contours)
    solid = area * height * width / max(hull, 1.0)
    touching = float(np.concatenate([subject[0], subject[:, 0], subject[:, -1]]).mean())
    # What goes through from side to side is ground, a wall or a close-up, and no thing before another.
    rim = max(1, width // 16)
    through = min(float(subject[:, side].max(axis=1).mean()) for side in (slice(rim), slice(-rim, None)))
    size = _ramp(area, 0.012, 0.04) * (1 - _ramp(area, 0.5, 0.68))
    whole = _ramp(solid, 0.35, 0.6) * (1 - _ramp(touching, 0.22, 0.45)) * (1 - _ramp(through, 0.15, 0.35))
    return float(size * whole * _ramp(contrast(subject, lab), 1.1, 1.6))


def contrast(subject: Map, lab: Map) -> float:
    """How clearly the outline of `subject` parts two colours: the weaker third's level of a signal-to-noise ratio.

    For each pixel on the outline, the difference between the mean colours within and without, against their spread.
    """
    window = (11, 11)
    inside = cv2.blur(subject, window)
    outline = (inside > 0.25) & (inside < 0.75)
    outline[:, [0, -1]] = outline[[0, -1]] = False
    if not outline.any():
        return 0.0

    def moments(weight: Map) -> tuple[Map, Map]:
        share = cv2.blur(weight, window)[..., None] + 1e-4
        mean = cv2.blur(lab * weight[..., None], window) / share
        variance = cv2.blur(lab * lab * weight[..., None], window) / share - mean * mean
        return mean, np.maximum(variance.sum(axis=-1), 0)

    within, spread_within = moments(subject)
    without, spread_without = moments(1 - subject)
    noise = np.sqrt(spread_within + spread_without + 9.0)
    return float(np.percentile((np.linalg.norm(within - without, axis=-1) / noise)[outline], 33))


def _focus(weight: Map) -> tuple[float, float]:
    """Where to look: between the middle of the picture and the upper part of what draws the eye, as fractions."""
    height, width = weight.shape
    total = float(weight.sum())
    if total <= 0:
        return 0.5, 0.5
    across = float((weight.sum(axis=0) @ np.arange(width)) / total / width)
    rows = np.cumsum(weight.sum(axis=1)) / total
    upper = float(np.searchsorted(rows, 0.3) / height)
    return 0.35 * 0.5 + 0.65 * across, 0.4 * 0.5 + 0.6 * upper


# -- depth -------------------------------------------------------------------------------------------------------------


def _nearness(found: _Findings) -> tuple[Map, Map]:
    """The nearness of the background and of the subject."""
    height, width = found.sky.shape
    row = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
    # On a sheet, a ground that comes nearer would bend the lines that are drawn on it.
    ground = np.clip((row - found.horizon) / (1 - found.horizon), 0, 1) * (not found.sheet)
    background = WALL_NEARNESS + (GROUND_NEARNESS - WALL_NEARNESS) * ground
    background = background * (1 - found.sky) + SKY_NEARNESS * found.sky
    subject = np.broadcast_to(background, found.sky.shape)
    if found.confidence > 0:
        background, subject = _stand(background, found)
    elif not found.sheet:
        # Without a matte, what draws the eye bulges a little toward the lens: a smooth swell cannot tear.
        swell = _soft(found.saliency, 0.05 * max(height, width)) * (1 - found.sky)
        background = np.minimum(background + 0.22 * swell, 0.9)
    blur = max(height, width) * 0.035
    return _soft(background, blur), _soft(subject, blur)


def _stand(background: Map, found: _Findings) -> tuple[Map, Map]:
    """Put the subject where its feet stand; one that the picture's lower border cuts off stands close to the lens."""
    height = background.shape[0]
    feet = (np.nonzero(found.subject.any(axis=1))[0][-1] + 1) / height
    if feet > 0.97:
        # No ground shows before such a subject, so the background may not come nearer than it.
        level = 0.72
        background = np.minimum(background, 0.6 * level)
    else:
        ground = max(0.0, (feet - found.horizon) / (1 - found.horizon))
        level = WALL_NEARNESS + (GROUND_NEARNESS - WALL_NEARNESS) * ground
        level = max(level, 0.3)
    behind = float((background * found.subject).sum() / found.subject.sum())
    level = behind + (level - behind) * found.confidence
    # A little roundness: the middle of the subject is nearer than its outline.
    dome = cv2.distanceTransform(found.subject.astype(np.uint8), cv2.DIST_L2, 5)
    dome = np.sqrt(dome / max(float(dome.max()), 1e-6))
    return background, (level + 0.06 * found.confidence * dome).astype(np.float32)


def _soft(values: Map, sigma: float) -> Map:
    soft: Map = cv2.GaussianBlur(np.ascontiguousarray(values, np.float32), (0, 0), max(sigma, 0.5))
    return soft


# -- matte -------------------------------------------------------------------------------------------------------------


def refined_matte(picture: Picture, small: Picture, subject: Map, softness: float) -> Map:
    """The hard mask of the small copy as a soft matte that follows the edges of `picture`.

    A guided filter whose guide is the picture in colour: its linear model is solved on a copy of middle size and applied
    to every pixel (the "fast guided filter"), which costs a fraction and follows edges as finely.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, 2.2 * max(small.shape[:2]) / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    mask = cv2.resize(_soft(subject, 0.8), size, interpolation=cv2.INTER_LINEAR)
    slope, offset = _linear_model(guide, mask, radius=max(2, round(max(size) * 0.011)), smoothness=3e-4)
    slope = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    offset = cv2.resize(offset, (width, height), interpolation=cv2.INTER_LINEAR)
    matte = (slope * (picture.astype(np.float32) / 255)).sum(axis=-1) + offset
    # Only near the outline may the matte differ from the mask: texture inside the subject is no hole in it.
    reach = max(3, round(max(subject.shape) * 0.03)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    most = cv2.resize(cv2.dilate(subject, disc), (width, height), interpolation=cv2.INTER_LINEAR)
    least = cv2.resize(cv2.erode(subject, disc), (width, height), interpolation=cv2.INTER_LINEAR)
    matte = np.clip(np.clip((matte - 0.12) / 0.72, least, most), 0, 1).astype(np.float32)
    # A rim of background that goes along with the subject is seen by nobody; a rim of the subject left behind is.
    rim = 2 * max(1, round(max(height, width) / 700), round(0.9 * min(softness, 8))) + 1
    wider = cv2.dilate(matte, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim)))
    return np.asarray(cv2.GaussianBlur(wider, (0, 0), 0.25 * rim), np.float32)


def _linear_model(guide: Map, target: Map, radius: int, smoothness: float) -> tuple[Map, Map]:
    """For each pixel the `slope` (height, width, 3) and `offset` with which `guide` explains `target` around it."""
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(values: NDArray[np.floating]) -> Map:
        blurred: Map = cv2.blur(np.ascontiguousarray(values), side)
        return blurred

    centre, level = mean(guide), mean(target)
    with_target = mean(guide * target[..., None]) - centre * level[..., None]
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    rr, rg, rb, gg, gb, bb = (
        mean(guide[..., i] * guide[..., j]) - centre[..., i] * centre[..., j] + (smoothness if i == j else 0)
        for i, j in pairs
    )
    # The inverse of the symmetric 3×3 covariance, by cofactors.
    crr, crg, crb = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    cgg, cgb, cbb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * crr + rg * crg + rb * crb
    red, green, blue = with_target[..., 0], with_target[..., 1], with_target[..., 2]
    slope = np.stack(
        [
            crr * red + crg * green + crb * blue,
            crg * red + cgg * green + cgb * blue,
            crb * red + cgb * green + cbb * blue,
        ],
        axis=-1,
    )
    slope /= determinant[..., None]
    offset = level - (slope * centre).sum(axis=-1)
    return mean(slope), mean(offset)


# -- layers ------------------------------------------------------------------------------------------------------------


def separate(picture: Picture, matte: Map) -> tuple[Picture, Picture]:
    """The background without the subject, and the subject without the background that shines through its edge.

    Composed again with `matte` they give `picture`; where the matte is 0 the background is the picture untouched.
    """
    if not (matte > 0.004).any():
        return picture, picture
    image = picture.astype(np.float32)
    background = _fill(image, matte)
    share = matte[..., None]
    reach = max(2, round(max(matte.shape) * 0.004))
    subject = _spread(image, matte**2, reach)
    # What is still missing from the composition goes to the subject, as the eye follows it.
    missing = image - share * subject - (1 - share) * background
    subject = np.clip(subject + missing * share / (share * share + 0.004), 0, 255)
    subject[matte >= 1] = image[matte >= 1]
    # Where the subject is thin, it cannot make up for a background that was guessed wrong: that would show as a line.
    missing = image - share * subject - (1 - share) * background
    thin = 1 - np.asarray(_ramp(matte, 0.5, 0.9))[..., None]
    background = background + missing * thin / np.maximum(1 - share, 0.1)
    return _bytes(background), _bytes(subject)


def _bytes(picture: NDArray[np.float32]) -> Picture:
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def _spread(image: Map, weight: Map, reach: int) -> Map:
    """The colours of `image` where `weight` is high, spread into where it is low: narrow means first, then wider ones."""
    open_share = np.ones_like(weight)
    result = np.zeros_like(image)
    for radius in (reach, 4 * reach, 16 * reach):
        side = (2 * radius + 1, 2 * radius + 1)
        total = cv2.blur(weight, side)
        colour = cv2.blur(image * weight[..., None], side) / (total + 1e-5)[..., None]
        trust = open_share * np.clip(total * 8, 0, 1)
        result += colour * trust[..., None]
        open_share = open_share - trust
    result += image * open_share[..., None]
    return result


def _fill(image: Map, matte: Map) -> Map:
    """`image` with the subject replaced by what may be behind it.

    Near the outline, which is all that parallax uncovers, the background goes on as its mirror image: that keeps its
    texture and continues lines. Farther in it fades to a smooth fill.
    """
    height, width = matte.shape
    margin = max(2, round(max(height, width) * 0.004))
    hidden = (matte > 0.004).astype(np.uint8)
    # The subject's rim (its blur, its shadow) must not be mirrored, so samples keep a distance from it.
    unusable = cv2.dilate(hidden, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    if unusable.mean() > 0.97:
        return image
    smooth = _push_pull(image, 1 - unusable.astype(np.float32))
    mirrored, trust = _mirrored(image, unusable, margin)
    filled = smooth + (mirrored - smooth) * trust[..., None]
    filled += _seam(image - filled, hidden)
    # A pixel that is hardly the subject shows the true background already.
    return image + (filled - image) * np.asarray(_ramp(matte, 0.0, 0.15))[..., None]


def _seam(missing: Map, hidden: NDArray[np.uint8]) -> Map:
    """What to add to a fill so that it joins what is around: `missing` just outside, fading out toward the inside.

    Else the outline would be left behind as a faint line where the subject moves away from it.
    """
    reach = 0.08 * max(hidden.shape)
    ring = cv2.dilate(hidden, np.ones((5, 5), np.uint8)) - hidden
    inward = cv2.distanceTransform(hidden, cv2.DIST_L2, 5)
    joined = _push_pull(missing, ring.astype(np.float32))
    return joined * (np.exp(-((inward / reach) ** 2)) * hidden)[..., None]


def _mirrored(image: Map, unusable: NDArray[np.uint8], margin: int) -> tuple[Map, Map]:
    """Each unusable pixel read from its mirror image across the outline, and how far that can be trusted (0…1).

    The nearest point of the outline is sought in a picture squeezed sideways, so it rather lies to the left or right:
    horizons, walls and shores go on behind the subject.
    """
    height, width = unusable.shape
    squeezed = max(1, round(width * SQUEEZE))
    mask = (cv2.resize(unusable.astype(np.float32), (squeezed, height), interpolation=cv2.INTER_AREA) > 0).astype(
        np.uint8
    )
    if mask.all():
        return image, np.zeros((height, width), np.float32)
    _, labels = cv2.distanceTransformWithLabels(mask, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(mask == 0)
    nearest_row = np.zeros(len(rows) + 1, np.float32)
    nearest_column = np.zeros(len(rows) + 1, np.float32)
    nearest_row[labels[rows, columns]] = rows
    nearest_column[labels[rows, columns]] = columns
    y, x = np.mgrid[0:height, 0:squeezed].astype(np.float32)
    # Smooth the way to the outline, or its jags would comb the mirror image.
    blur = 2.0 * margin
    away_y = cv2.GaussianBlur(nearest_row[labels] - y, (0, 0), blur * SQUEEZE, sigmaY=blur)
    away_x = cv2.GaussianBlur(nearest_column[labels] - x, (0, 0), blur * SQUEEZE, sigmaY=blur) / SQUEEZE
    away_y, away_x = (cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR) for part in (away_y, away_x))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    from_x = np.clip(x + 2 * away_x, 0, width - 1)
    from_y = np.clip(y + 2 * away_y, 0, height - 1)
    mirrored = cv2.remap(image, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    usable = cv2.remap(1 - unusable.astype(np.float32), from_x, from_y, cv2.INTER_LINEAR)
    reach = 0.045 * max(height, width)
    trust = np.clip(usable, 0, 1) ** 2 * (1 - _ramp(np.hypot(away_x, away_y), reach, 2.5 * reach))
    return mirrored, cv2.blur(trust.astype(np.float32), (2 * margin + 1, 2 * margin + 1))


def _push_pull(image: Map, known: Map) -> Map:
    """`image` with its unknown pixels filled smoothly from the known ones, through ever smaller copies."""
    height, width = known.shape
    if min(height, width) <= 2 or known.min() > 0:
        whole = known.sum()
        mean = (image * known[..., None]).sum(axis=(0, 1)) / max(whole, 1e-6)
        return np.where(known[..., None] > 0, image, mean).astype(np.float32)
    size = ((width + 1) // 2, (height + 1) // 2)
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(image * known[..., None], size, interpolation=cv2.INTER_AREA)
    colour = colour / np.maximum(weight, 1e-6)[..., None]
    coarse = _push_pull(colour, (weight > 0).astype(np.float32))
    below = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return image * known[..., None] + below * (1 - known[..., None])


def _ramp(value: NDArray[np.float32] | float, low: float, high: float) -> NDArray[np.float32] | float:
    """0 below `low`, 1 above `high`, smooth between."""
    part = np.clip((value - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)
