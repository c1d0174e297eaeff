"""Pictures of nothing but colour and motion: flowing paint, ink in water, smoke, flames, waves, kaleidoscopes, swarms.

They lie on a plane `PLANE` metres before the first camera, so that its moves are seen, and give a soft light of their own
colours to whatever is put before them.
"""

import math

import numpy as np

from promptreel.engines.scenes.kernels import (
    device,
    f32,
    flr,
    i32,
    kernel,
    mix,
    sat,
    sstep,
    texs,
    tile_fbm,
    vatan2,
    vcos,
    vsin,
)
from promptreel.engines.scenes.mesh import Camera
from promptreel.engines.scenes.palettes import STEPS, ramp
from promptreel.engines.scenes.particles import draw_marks, see
from promptreel.engines.scenes.stage import LUMINANCE, BackdropRow, Brief, Canvas, Floats, Light, scale_of, view_ray

PLANE = 20.0
LOG2 = 8

# Where things are in the parameters of `marble`.
SPEED, SCALE, FOLDS, SPREAD, PAPER, SHINE, WARP, TWIST = range(8)


@device
def _read(table, channel, value):
    at = sat(value) * f32(STEPS - 1.001)
    low = i32(at)
    return mix(table[channel, low], table[channel, low + 1], at - f32(low))


@device
def _plane(camera, scale, width, height, x, y):
    """Where the ray of a pixel meets the plane, in shares of its distance."""
    dx, dy, dz = view_ray(camera, scale, width, height, x, y)
    far = (f32(PLANE) - camera[2]) / max(dz, f32(0.05))
    return (camera[0] + dx * far) * f32(1.0 / PLANE), (camera[1] + dy * far) * f32(1.0 / PLANE)


@device
def _flow(noise, x, y, t, warp, twist):
    """Noise that is carried by noise that is carried by noise: the value, and how far it was carried."""
    a = texs(noise, i32(LOG2), x * f32(44.0) + t * f32(5.0), y * f32(44.0) - t * f32(3.4)) - f32(0.5)
    b = texs(noise, i32(LOG2), x * f32(44.0) + f32(91.0) - t * f32(3.9), y * f32(44.0) + f32(37.0)) - f32(0.5)
    x1, y1 = x + warp * a, y + warp * b
    c = texs(noise, i32(LOG2), x1 * f32(84.0) - t * f32(5.0), y1 * f32(84.0) + f32(13.0) + t * f32(3.0)) - f32(0.5)
    d = texs(noise, i32(LOG2), x1 * f32(84.0) + f32(57.0), y1 * f32(84.0) - t * f32(3.5)) - f32(0.5)
    x2, y2 = x1 + twist * c, y1 + twist * d
    value = texs(noise, i32(LOG2), x2 * f32(62.0), y2 * f32(62.0)) * f32(0.72)
    value += texs(noise, i32(LOG2), x2 * f32(170.0) + f32(5.0), y2 * f32(170.0)) * f32(0.28)
    return value, c + d, a


@kernel
def marble(hdr, noise, table, camera, scale, t, look):
    """Paint that flows (`look[FOLDS]` 0), ink that spreads on pale ground (`look[PAPER]` 1), or either in mirrors.

    `look`: speed, scale, folds of the mirror, how far ink has spread (s), how much ground shows, gloss, and the strength of
    the two bendings.
    """
    height, width = hdr.shape[1], hdr.shape[2]
    time = t * look[SPEED]
    sector = f32(2.0 * math.pi) / max(look[FOLDS], f32(1.0))
    for y in range(height):
        for x in range(width):
            u, v = _plane(camera, scale, width, height, x, y)
            radius = np.sqrt(u * u + v * v)
            angle = vatan2(v, u) + time * f32(0.06)
            turned = angle - sector * flr(angle / sector + f32(0.5))
            turned = abs(turned)
            folded = look[FOLDS] > f32(0.5)
            # The mirror looks at another place of the paint all the time.
            fu = radius * vcos(turned) + f32(0.25) * vsin(time * f32(0.11))
            fv = radius * vsin(turned) + time * f32(0.035)
            u2 = (fu if folded else u) * look[SCALE]
            v2 = (fv if folded else v) * look[SCALE]
            value, bent, slow = _flow(noise, u2, v2, time, look[WARP], look[TWIST])
            near, _, _ = _flow(noise, u2 + f32(0.008), v2 + f32(0.008), time, look[WARP], look[TWIST])
            slope = (near - value) * f32(7.0)
            tone = value * f32(1.15) - f32(0.08) + bent * f32(0.35)
            light = f32(1.0) + look[SHINE] * slope
            glint = sat(slope * f32(2.2) - f32(0.75)) * look[SHINE] * f32(0.7)
            front = look[SPREAD] * (f32(0.28) + f32(0.55) * (slow + f32(0.5)) + f32(0.25) * bent) - radius
            dense = sstep(f32(-0.02), f32(0.16), front) * (f32(0.35) + f32(0.65) * sstep(f32(0.3), f32(0.62), value))
            share = mix(f32(1.0), dense, look[PAPER])
            r = max(_read(table, 0, tone) * light + glint, f32(0.0))
            g = max(_read(table, 1, tone) * light + glint, f32(0.0))
            b = max(_read(table, 2, tone) * light + glint, f32(0.0))
            # Ink takes light from the paper; the thicker, the deeper its colour.
            r = mix(f32(0.90), r, share)
            g = mix(f32(0.89), g, share)
            b = mix(f32(0.86), b, share)
            hdr[0, y, x], hdr[1, y, x], hdr[2, y, x] = r, g, b


@kernel
def plume(hdr, noise, table, camera, scale, t, look):
    """What rises: flames (`look[PAPER]` 0) that lick upward from below, or smoke (1) in wisps lit from one side."""
    height, width = hdr.shape[1], hdr.shape[2]
    time = t * look[SPEED]
    for y in range(height):
        for x in range(width):
            u, v = _plane(camera, scale, width, height, x, y)
            u2, v2 = u * look[SCALE], v * look[SCALE]
            a = texs(noise, i32(LOG2), u2 * f32(75.0), v2 * f32(40.0) - time * f32(42.0)) - f32(0.5)
            b = texs(noise, i32(LOG2), u2 * f32(170.0) + f32(31.0), v2 * f32(85.0) - time * f32(80.0)) - f32(0.5)
            warp = look[WARP] * (a + f32(0.5) * b)
            c = texs(noise, i32(LOG2), (u2 + warp) * f32(120.0), v2 * f32(52.0) - time * f32(60.0))
            d = texs(noise, i32(LOG2), (u2 + warp) * f32(330.0), v2 * f32(130.0) - time * f32(125.0) + f32(3.0))
            body = c * f32(0.68) + d * f32(0.32)
            up = v + f32(0.42)
            flame = body * f32(1.9) - up * f32(1.25) - f32(0.12) + a * f32(0.5)
            heat = sat(flame)
            # Dense where it comes from, torn into wisps above.
            wisp = sstep(f32(0.40), f32(0.92), body + a * f32(0.75) + f32(0.26) - f32(0.50) * up) * (
                f32(0.75) + f32(0.25) * b
            )
            side = sat(f32(0.5) + (a - b) * f32(1.3))
            tone = mix(heat, wisp * (f32(0.35) + f32(0.65) * side), look[PAPER])
            gain = mix(heat * heat * f32(3.2), f32(1.1) * wisp, look[PAPER])
            floor = mix(f32(0.004), f32(0.010), look[PAPER])
            hdr[0, y, x] = floor + _read(table, 0, tone) * gain
            hdr[1, y, x] = floor + _read(table, 1, tone) * gain
            hdr[2, y, x] = floor + _read(table, 2, tone) * gain


LAYERS = 9


@kernel
def sheets(hdr, tones, camera, scale, t, waves):
    """Sheets of colour, one before the other, each with an edge that swings. `waves` (n, 8): height, two pairs of
    amplitude and frequency, two speeds. `tones` (n + 1, 3): what is behind all, then each sheet's colour."""
    height, width = hdr.shape[1], hdr.shape[2]
    for y in range(height):
        for x in range(width):
            u, v = _plane(camera, scale, width, height, x, y)
            dim = f32(1.0) - (v + f32(0.1)) * f32(0.25)
            r, g, b = tones[0, 0] * dim, tones[0, 1] * dim, tones[0, 2] * dim
            for n in range(waves.shape[0]):
                edge = waves[n, 0] + waves[n, 1] * vsin(u * waves[n, 2] + t * waves[n, 5])
                edge = edge + waves[n, 3] * vsin(u * waves[n, 4] - t * waves[n, 6] + f32(1.7) * f32(n))
                below = edge - v
                cover = sat(below * f32(260.0) + f32(0.5)) * f32(0.95)
                # Lit at the crest, and a shadow of the sheet before it on the one behind.
                gain = f32(0.78) + f32(0.75) / (f32(1.0) + abs(below) * f32(16.0)) - f32(0.5) * sat(below)
                shade = f32(1.0) - f32(0.45) * (f32(1.0) - cover) / (f32(1.0) + below * below * f32(2500.0))
                r = mix(r * shade, tones[n + 1, 0] * gain, cover)
                g = mix(g * shade, tones[n + 1, 1] * gain, cover)
                b = mix(b * shade, tones[n + 1, 2] * gain, cover)
            hdr[0, y, x], hdr[1, y, x], hdr[2, y, x] = r, g, b


LOOKS: dict[str, tuple[float, ...]] = {
    #              speed scale folds spread paper shine warp  twist
    "fluid":        (0.55, 1.0, 0.0, 0.0, 0.0, 0.55, 0.50, 0.22),
    "ink":          (0.40, 1.3, 0.0, 1.0, 1.0, 0.35, 0.60, 0.34),
    "kaleidoscope": (0.60, 1.7, 8.0, 0.0, 0.0, 0.9, 0.35, 0.22),
    "fire":         (0.75, 1.0, 0.0, 0.0, 0.0, 0.0, 0.10, 0.0),
    "smoke":        (0.16, 0.7, 0.0, 0.0, 1.0, 0.0, 0.34, 0.0),
}  # fmt: skip

KEYS = {"fire": 0.035, "particles": 0.030, "smoke": 0.055, "ink": 0.40}

FLAMES = np.array(((0.02, 0.002, 0.001), (0.55, 0.03, 0.004), (1.0, 0.22, 0.015), (1.0, 0.62, 0.10), (1.0, 0.92, 0.55)))
GREYS = np.array(((0.01, 0.011, 0.013), (0.08, 0.085, 0.10), (0.28, 0.30, 0.33), (0.60, 0.62, 0.66), (0.9, 0.9, 0.92)))


class Abstract:
    """One such picture. See `stage.Backdrop`."""

    def __init__(self, brief: Brief, name: str) -> None:
        random = brief.rng(name)
        self._name = name
        self._table = ramp(brief)
        colourful = any(word in mention.text for mention in brief.spec.mentions for word in ("colo", "powder", "holi"))
        if not brief.spec.colours and name in {"fire", "smoke"} and not colourful:
            stops = FLAMES if name == "fire" else GREYS
            at = np.linspace(0, len(stops) - 1, STEPS)
            columns = [np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)]
            self._table = np.ascontiguousarray(np.array(columns, np.float32))
        self._noise = tile_fbm(1 << LOG2, brief.seed % (1 << 31), base=8, octaves=5, gain=0.5).ravel()
        self._offset = float(random.uniform(0, 40))
        self._look = np.array(LOOKS.get(name, LOOKS["fluid"]), np.float32)
        if name == "kaleidoscope":
            self._look[FOLDS] = float(random.choice([6, 8, 10, 12]))
        self._waves = self._sheets(random)
        steps = np.linspace(0.97, 0.12, LAYERS + 1) * (STEPS - 1)
        self._tones = np.ascontiguousarray(self._table[:, steps.astype(int)].T)
        self._swarm = _Swarm(random, self._table) if name == "particles" else None
        mean = self._table[:, STEPS // 3 :].mean(axis=1)
        self.light = Light(
            sun=np.array([0.45, 0.62, -0.64], np.float32),
            sunlight=(0.5 * mean + 0.35 * float(mean @ LUMINANCE)).astype(np.float32),
            above=(0.6 * mean).astype(np.float32),
            horizon=(0.5 * mean).astype(np.float32),
            below=(0.35 * mean).astype(np.float32),
            fog=0.0,
            key=KEYS.get(name, 0.20),
        )

    @staticmethod
    def _sheets(random: np.random.Generator) -> Floats:
        rows = []
        for number in range(LAYERS):
            part = number / (LAYERS - 1)
            rows.append(
                (
                    0.30 - 0.78 * part, random.uniform(0.04, 0.09), random.uniform(2.0, 4.5), random.uniform(0.015, 0.04),
                    random.uniform(5.0, 9.0), random.uniform(0.25, 0.6), random.uniform(0.3, 0.8), 0.0,
                )
            )  # fmt: skip
        return np.array(rows, np.float32)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def panorama(self, state: None, t: float) -> None:
        """There is nothing around."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.near.fill(0)
        scale = np.float32(scale_of(camera, canvas.height))
        if self._name == "waves":
            sheets(canvas.hdr, self._tones, camera.frame, scale, np.float32(t), self._waves)
        elif self._name in {"fire", "smoke"}:
            when = np.float32(t + self._offset)
            plume(canvas.hdr, self._noise, self._table, camera.frame, scale, when, self._look)
        elif self._swarm is not None:
            self._swarm.draw(canvas, camera, t)
        else:
            look = self._look.copy()
            look[SPREAD] *= 0.25 + 0.9 * (1 - math.exp(-0.35 * t))
            when = np.float32(t + self._offset)
            marble(canvas.hdr, self._noise, self._table, camera.frame, scale, when, look)


class _Swarm:
    """Thousands of lights on a ring that breathes and twists."""

    COUNT = 5200

    def __init__(self, random: np.random.Generator, table: Floats) -> None:
        count = self.COUNT
        self._angle = random.uniform(0, 2 * np.pi, count)
        self._around = random.uniform(0, 2 * np.pi, count)
        self._reach = random.normal(0, 1, count)
        self._turns = int(random.integers(2, 5))
        tone = random.uniform(0.35, 1.0, count)
        self._colour = np.ascontiguousarray(table[:, (tone * (STEPS - 1)).astype(int)].T * 1.6)
        self._size = 0.012 + 0.05 * random.random(count) ** 4
        self._ground = np.asarray(table[:, 4] * 0.5, np.float32)

    def draw(self, canvas: Canvas, camera: Camera, t: float) -> None:
        """Fill the canvas."""
        canvas.hdr[:] = self._ground[:, None, None]
        angle = self._angle + 0.22 * t * (1 + 0.15 * np.sin(self._around))
        around = self._around + self._turns * angle + 0.5 * t
        thick = 1.5 + 0.7 * np.sin(3 * angle + 0.6 * t) + 0.35 * self._reach
        radius = 5.2 + thick * np.cos(around) + 0.8 * np.sin(2 * angle - 0.5 * t)
        points = np.stack(
            [
                radius * np.cos(angle),
                0.62 * radius * np.sin(angle) + 0.4 * np.sin(t + angle),
                PLANE - 5 + thick * np.sin(around),
            ],
            1,
        )
        seen = see(points, camera, canvas, 0.5)
        which = seen.which
        twinkle = 0.6 + 0.4 * np.sin(2.3 * t + 9 * self._around[which])
        size = self._size[which]
        for grow, strength in ((3.6, 0.10), (1.0, 0.9)):
            draw_marks(
                canvas, seen, long=size * grow, short=size * grow, angle=0 * size, opacity=twinkle * strength,
                colour=self._colour[which], adds=1.0, least=0.75,
            )  # fmt: skip


NAMES = ("fluid", "ink", "kaleidoscope", "fire", "smoke", "waves", "particles")
ROWS = tuple(BackdropRow(name, lambda brief, name=name: Abstract(brief, name), outdoors=False) for name in NAMES)  # type: ignore[misc]
