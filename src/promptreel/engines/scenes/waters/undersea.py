"""What hangs in water: shafts of light, drifting motes, bubbles that rise. See `stage.Layer`."""

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.kernels import f32, i32, kernel, mix, tex, vexp
from promptreel.engines.scenes.mesh import Camera, on_screen, splat_discs
from promptreel.engines.scenes.stage import FOG, SUN, SUNLIGHT, Canvas, Light, scale_of, view_ray
from promptreel.engines.scenes.waters.caustics import PER_METRE, SIDE_LOG2, Caustics, CausticsState

COARSE = 4
"""Pixels of the frame per pixel of the shafts, along a side."""

SAMPLES = 14


@kernel
def march_shafts(out, near, focus, focus_log2, light, camera, scale, width, height, total):
    """Sunlight scattered toward the eye, at a quarter of the size, into `out` (rows, columns). `total` is scratch.

    Along each ray, the web of light on the surface above is followed down the sun's direction.
    """
    rows, columns = out.shape[0], out.shape[1]
    step = f32(PER_METRE * 0.17)
    for row in range(rows):
        y = min((row * i32(COARSE)) + i32(COARSE // 2), height - i32(1))
        for column in range(columns):
            total[column] = f32(0.0)
        for k in range(SAMPLES):
            part = (f32(k) + f32(0.5)) / f32(SAMPLES)
            away = f32(0.9) + f32(27.0) * part * part
            length = f32(27.0) * f32(2.0) * part / f32(SAMPLES)
            for column in range(columns):
                x = min((column * i32(COARSE)) + i32(COARSE // 2), width - i32(1))
                dx, dy, dz = view_ray(camera, scale, width, height, x, y)
                px, py, pz = camera[0] + dx * away, camera[1] + dy * away, camera[2] + dz * away
                rise = max(-py, f32(0.0)) / light[SUN + 1]
                u = (px + light[SUN] * rise) * step
                v = (pz + light[SUN + 2] * rise) * step
                web = tex(focus, focus_log2, i32(0), u, v)
                web = max(web - f32(0.92), f32(0.0))
                seen = f32(1.0) if (near[y, x] * away < f32(1.0)) & (py < f32(0.0)) else f32(0.0)
                total[column] += (
                    min(web, f32(1.6))
                    * seen
                    * length
                    * vexp(min(py, f32(0.0)) * f32(0.10) - away * light[FOG] * f32(1.5))
                )
        for column in range(columns):
            out[row, column] = total[column]


@kernel
def add_shafts(hdr, shafts, light, strength):
    """Add the shafts, made as large as `hdr` (3, H, W) again."""
    height, width = hdr.shape[1], hdr.shape[2]
    rows, columns = shafts.shape[0], shafts.shape[1]
    for y in range(height):
        v = min(max((f32(y) - f32(COARSE / 2)) / f32(COARSE), f32(0.0)), f32(rows) - f32(1.01))
        j = i32(v)
        b = v - f32(j)
        for x in range(width):
            u = min(max((f32(x) - f32(COARSE / 2)) / f32(COARSE), f32(0.0)), f32(columns) - f32(1.01))
            i = i32(u)
            a = u - f32(i)
            more = mix(
                mix(shafts[j, i], shafts[j, i + i32(1)], a),
                mix(shafts[j + i32(1), i], shafts[j + i32(1), i + i32(1)], a),
                b,
            )
            more = more * strength
            hdr[0, y, x] += light[SUNLIGHT] * more * f32(0.55)
            hdr[1, y, x] += light[SUNLIGHT + 1] * more * f32(0.92)
            hdr[2, y, x] += light[SUNLIGHT + 2] * more


class ShaftsState:
    """Buffers of one thread."""

    def __init__(self, web: CausticsState, width: int, height: int) -> None:
        self.web = web
        rows, columns = max(2, -(-height // COARSE)), max(2, -(-width // COARSE))
        self.shafts = np.zeros((rows, columns), np.float32)
        self.total = np.zeros(columns, np.float32)


class Shafts:
    """Beams of sun that wander with the waves above."""

    def __init__(self, light: Light, random: np.random.Generator, strength: float = 1.0) -> None:
        self._light, self._web = light, Caustics(random, 1.15)
        self._strength = f32(0.022 * strength)

    def new_state(self, width: int, height: int) -> ShaftsState:
        """Buffers for one canvas."""
        return ShaftsState(self._web.new_state(), width, height)

    def draw(self, state: ShaftsState, canvas: Canvas, camera: Camera, t: float) -> None:
        """Add the beams between the eye and what is there."""
        focus = self._web.move(state.web, 0.28 * t)
        scale = f32(scale_of(camera, canvas.height))
        march_shafts(
            state.shafts, canvas.near, focus, np.int32(SIDE_LOG2), self._light.vector, camera.frame, scale,
            np.int32(canvas.width), np.int32(canvas.height), state.total,
        )  # fmt: skip
        add_shafts(canvas.hdr, state.shafts, self._light.vector, self._strength)


class Motes:
    """Specks that drift in the water around the camera, near ones soft and large."""

    BOX = np.array([14.0, 7.0, 14.0])

    def __init__(self, light: Light, random: np.random.Generator, number: int = 340) -> None:
        self._light = light
        self._place = random.random((number, 3)) * self.BOX
        self._drift = random.normal(0, 0.05, (number, 3)) + np.array([0.07, -0.012, 0.03])
        self._size = random.uniform(0.003, 0.010, number)
        self._phase = random.uniform(0, 6.28, number)

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw those before the camera."""
        eye = camera.position.astype(float)
        sway = 0.10 * np.sin(0.6 * t + self._phase)[:, None] * np.array([1.0, 0.4, 0.3])
        place = np.mod(self._place + self._drift * t + sway - eye + self.BOX / 2, self.BOX) + eye - self.BOX / 2
        x, y, near = on_screen(place, camera, canvas.width, canvas.height)
        away = 1 / np.maximum(near, 1e-3)
        scale = scale_of(camera, canvas.height)
        radius = np.maximum(
            self._size * scale * near * (1 + 2.5 * np.maximum(1.2 - away, 0)), 0.55 * canvas.height / 360
        )
        dense = self._size * scale * near / radius
        fade = (
            np.clip((away - 0.35) / 0.8, 0, 1) * np.exp(-away * self._light.fog * 2.2) * np.clip((7 - away) / 2, 0, 1)
        )
        strength = np.where(near > 0, 0.55 * fade * np.clip(dense, 0.25, 1) ** 0.7, 0.0)
        discs = np.stack([x, y, near, radius, strength], 1)[strength > 0.02].astype(np.float32)
        colour = np.broadcast_to(
            (self._light.above * 0.9 + self._light.sunlight * 0.25).astype(np.float32), (len(discs), 3)
        )
        splat_discs(canvas.hdr, canvas.near, np.ascontiguousarray(discs), np.ascontiguousarray(colour))


class Bubbles:
    """Chains of bubbles that rise from the bed."""

    def __init__(self, light: Light, random: np.random.Generator, vents: NDArray[np.floating], each: int = 16) -> None:
        """`vents` (n, 3): where they come out."""
        self._light = light
        self._vent = np.repeat(np.asarray(vents, float).reshape(-1, 3), each, axis=0)
        number = len(self._vent)
        self._start, self._size = random.random(number), random.uniform(0.010, 0.032, number)
        self._phase = random.uniform(0, 6.28, (number, 2))
        self._speed = 0.55 + 9.0 * self._size

    def new_state(self, width: int, height: int) -> None:
        """No buffers."""

    def draw(self, state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw each as a faint body with a bright spot toward the light."""
        rise = -self._vent[:, 1]
        gone = np.mod(t * self._speed / rise + self._start, 1.0)
        # They come in bursts: some never leave.
        high = gone * rise
        wobble = 0.05 + 0.05 * gone
        place = np.stack(
            [
                self._vent[:, 0] + wobble * np.sin(5.1 * t + self._phase[:, 0]) + 0.10 * high,
                self._vent[:, 1] + high,
                self._vent[:, 2] + wobble * np.cos(4.3 * t + self._phase[:, 1]),
            ],
            axis=1,
        )
        x, y, near = on_screen(place, camera, canvas.width, canvas.height)
        away = 1 / np.maximum(near, 1e-3)
        scale = scale_of(camera, canvas.height)
        radius = self._size * (1 + 0.35 * gone) * scale * near
        clear = np.exp(-away * self._light.fog * 1.3) * np.clip((1 - gone) * 8, 0, 1) * np.clip(away - 0.4, 0, 1)
        dense = np.clip(radius / (0.6 * canvas.height / 360), 0.15, 1.0)
        shown = (near > 0) & (clear > 0.03)
        body = np.stack([x, y, near, np.maximum(radius, 0.55), 0.30 * clear * dense], 1)[shown]
        spot = np.stack(
            [x - 0.28 * radius, y - 0.34 * radius, near * 1.0001, np.maximum(0.42 * radius, 0.5), 0.85 * clear * dense],
            1,
        )[shown]
        pale, bright = self._light.above * 0.9, self._light.above * 1.2 + self._light.sunlight * 0.8
        discs = np.concatenate([body, spot]).astype(np.float32)
        colour = np.concatenate(
            [np.broadcast_to(pale, (len(body), 3)), np.broadcast_to(bright, (len(spot), 3))]
        ).astype(np.float32)
        splat_discs(canvas.hdr, canvas.near, np.ascontiguousarray(discs), np.ascontiguousarray(colour))
