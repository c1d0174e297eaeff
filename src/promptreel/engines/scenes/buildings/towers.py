"""High-rises: stacks of tiers whose faces are glass, ribs, bands or stone with windows, by day and lit by night."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from promptreel.engines.scenes.buildings.towns import ROOMS, glint, mirrored, sky_toward
from promptreel.engines.scenes.mesh import Camera, MeshBuilder, Wall, on_screen, splat_discs
from promptreel.engines.scenes.stage import Canvas, Floats, Light

Rng = np.random.Generator

GLASS_TINTS = np.array(
    [(0.80, 0.92, 1.0), (0.70, 0.95, 0.98), (0.92, 0.92, 0.95), (0.62, 0.76, 0.95), (1.0, 0.92, 0.80)]
)
STONES = np.array([(0.46, 0.41, 0.34), (0.40, 0.25, 0.18), (0.52, 0.50, 0.47), (0.34, 0.32, 0.31), (0.50, 0.44, 0.36)])


@dataclass(slots=True)
class Town:
    """What all towers of a city have in common."""

    mesh: MeshBuilder
    light: Light
    dark: float
    """How much of the light in the windows is on, 0…1."""
    eye: tuple[float, float, float]
    """From where the glass is seen, in the frame of `mesh`."""
    awake: float = 0.42
    """Share of windows with light in them at night."""
    beacons: list[tuple[float, float, float, float]] | None = None
    """Red lights on the tops: place and phase."""


@dataclass(frozen=True, slots=True)
class _Skin:
    """How a tower's faces look."""

    kind: str
    tint: NDArray[np.floating]
    trim: NDArray[np.floating]
    pitch: float
    storey: float
    room: NDArray[np.floating]
    share: float


def tower(
    town: Town, rng: Rng, x: float, z: float, half: float, high: float, coarse: float = 1.0, deep: float = 1.0
) -> None:
    """A high-rise with its middle at (x, z). `coarse`: how many times larger its parts may be for being far away."""
    kind = str(rng.choice(["glass", "glass", "ribs", "bands", "stone", "stone"]))
    if high < 45:
        kind = str(rng.choice(["bands", "stone", "stone", "stone"]))
    glassy = kind == "glass"
    tint = (
        GLASS_TINTS[rng.integers(len(GLASS_TINTS))]
        if glassy
        else STONES[rng.integers(len(STONES))] * rng.uniform(0.75, 1.15)
    )
    skin = _Skin(
        kind,
        tint,
        STONES[rng.integers(len(STONES))] * (0.5 if glassy else 1.15),
        max(rng.uniform(2.6, 3.6) * coarse, 2.4),
        3.8 * max(1.0, round(coarse)),
        ROOMS[rng.integers(len(ROOMS))],
        town.awake * rng.uniform(0.45, 1.5),
    )
    tiers = [(1.0, 0.0, 1.0)]
    roll = rng.random()
    if high > 60 and roll < 0.40:
        a, b = rng.uniform(0.45, 0.65), rng.uniform(0.74, 0.90)
        tiers = [(1.0, 0.0, a), (rng.uniform(0.74, 0.86), a, b), (rng.uniform(0.42, 0.62), b, 1.0)]
    elif high > 40 and roll < 0.65:
        a = rng.uniform(0.12, 0.25)
        tiers = [(rng.uniform(1.15, 1.35), 0.0, a), (1.0, a, 1.0)]
    for size, low, top in tiers:
        _tier(town, rng, skin, x, z, half * size, half * size * deep, low * high, top * high)
    _crown(town, rng, skin, x, z, half * tiers[-1][0], half * tiers[-1][0] * deep, high)


def _tier(
    town: Town, rng: Rng, skin: _Skin, x: float, z: float, half: float, deep: float, low: float, top: float
) -> None:
    """One stretch of equal plan: its faces toward the eye, and its flat top."""
    walls = [(Wall((x - half, z - deep), (1, 0), (0, -1)), 2 * half)]
    if x + half < town.eye[0] + 4000 and town.eye[0] > x + half * 0.5:
        walls.append((Wall((x + half, z - deep), (0, 1), (1, 0)), 2 * deep))
    if town.eye[0] < x - half * 0.5:
        walls.append((Wall((x - half, z + deep), (0, -1), (-1, 0)), 2 * deep))
    for wall, wide in walls:
        _face(town, rng, skin, wall, wide, low, top)
    mesh = town.mesh
    roof = [(x - half, top, z - deep), (x + half, top, z - deep), (x + half, top, z + deep), (x - half, top, z + deep)]
    mesh.quad(roof, skin.trim * 0.7, toward=(0, 1, 0))
    edge = Wall((x - half, z - deep), (1, 0), (0, -1))
    mesh.quads(edge.rectangles(0, top - 0.6, 2 * half, top + 1.2, 0.25), skin.trim, toward=edge.normal)


def _face(town: Town, rng: Rng, skin: _Skin, wall: Wall, wide: float, low: float, top: float) -> None:
    mesh, dark = town.mesh, town.dark
    columns = max(1, int(wide / skin.pitch))
    floors = max(1, int((top - low) / skin.storey))
    pitch, storey = wide / columns, (top - low) / floors
    row, column = (grid.ravel() for grid in np.meshgrid(np.arange(floors), np.arange(columns), indexing="ij"))
    u, v = column * pitch, low + row * storey
    if skin.kind == "glass":
        # Large panes whose planes differ by a hair, so that each mirrors another piece of the sky.
        up = np.linspace(low, top, max(2, int((top - low) / (storey * 4))) + 1)
        across = np.linspace(0, wide, max(2, columns // 4) + 1)
        a, b = np.meshgrid(across[:-1], up[:-1])
        c, d = np.meshgrid(across[1:], up[1:])
        quads = wall.rectangles(a.ravel(), b.ravel(), c.ravel(), d.ravel())
        mesh.quads(
            quads, np.array([0.035, 0.04, 0.045]), _shine(town, rng, skin, wall, quads, 0.72), toward=wall.normal
        )
        lines = low + np.arange(1, floors) * storey
        mesh.quads(wall.rectangles(0, lines - 0.5, wide, lines, 0.05), skin.tint * 0.16, toward=wall.normal)
        posts = np.arange(0, columns + 1) * pitch
        mesh.quads(wall.rectangles(posts - 0.12, low, posts + 0.12, top, 0.1), skin.tint * 0.22, toward=wall.normal)
        inset_u, low_v, high_v = 0.10, 0.02, 0.82
    else:
        shade = skin.tint
        rows_up = max(2, int((top - low) / 14))
        quads = wall.rectangles(
            0, np.linspace(low, top, rows_up + 1)[:-1], wide, np.linspace(low, top, rows_up + 1)[1:]
        )
        mesh.quads(quads, shade * rng.uniform(0.93, 1.05, (rows_up, 1)), toward=wall.normal)
        inset_u, low_v, high_v = {"ribs": (0.20, 0.0, 1.0), "bands": (0.0, 0.35, 0.88)}.get(
            skin.kind, (0.24, 0.28, 0.80)
        )
        if skin.kind == "ribs":
            panes = wall.rectangles(
                np.arange(columns) * pitch + pitch * 0.22, low, np.arange(columns) * pitch + pitch * 0.78, top, 0.06
            )
        elif skin.kind == "bands":
            level = low + np.arange(floors) * storey
            panes = wall.rectangles(0.3, level + storey * 0.35, wide - 0.3, level + storey * 0.88, 0.06)
        else:
            panes = wall.rectangles(
                u + pitch * inset_u, v + storey * low_v, u + pitch * (1 - inset_u), v + storey * high_v, 0.06
            )
        mesh.quads(panes, 0.035, _shine(town, rng, skin, wall, panes, 0.42), toward=wall.normal)
    if dark <= 0:
        return
    # People sit together: some storeys are awake, others sleep.
    awake = np.clip(rng.normal(skin.share, skin.share * 0.55, floors), 0.02, 0.95)[row]
    chosen = rng.random(len(row)) < awake * min(1.0, dark * 1.1)
    if not chosen.any():
        return
    strength = rng.uniform(0.10, 1.0, chosen.sum())[:, None] ** 1.3 * (0.6 + 0.9 * dark)
    tone = np.where(rng.random((chosen.sum(), 1)) < 0.7, skin.room, ROOMS[rng.integers(len(ROOMS), size=chosen.sum())])
    u0, u1 = u[chosen] + pitch * max(inset_u, 0.08), u[chosen] + pitch * (1 - max(inset_u, 0.08))
    v0, v1 = v[chosen] + storey * max(low_v, 0.10), v[chosen] + storey * min(high_v, 0.86)
    mesh.quads(wall.rectangles(u0, v0, u1, v1, 0.16), 0.02, tone * strength, toward=wall.normal)


def _shine(town: Town, rng: Rng, skin: _Skin, wall: Wall, quads: Floats, clear: float) -> Floats:
    """What the panes mirror at their corners, (n, 4, 3)."""
    tilt = rng.normal(size=(len(quads), 1, 3)).astype(np.float32) * np.float32(0.03)
    way = mirrored(wall, quads.reshape(-1, 3), town.eye).reshape(-1, 4, 3) + tilt
    way /= np.linalg.norm(way, axis=2, keepdims=True)
    facing = np.abs(way @ np.asarray(wall.normal, np.float32))[..., None]
    share = clear * (0.35 + 0.65 * (1 - facing) ** 3) * rng.uniform(0.75, 1.1, (len(quads), 1, 1))
    tint = skin.tint if skin.kind == "glass" else np.ones(3)
    sky = sky_toward(town.light, way[..., 1] * 0.8 + 0.12)
    return np.asarray(sky * share * tint + glint(town.light, way, 0.16) * share, np.float32)


def _crown(town: Town, rng: Rng, skin: _Skin, x: float, z: float, half: float, deep: float, high: float) -> None:
    """Lift heads, tanks, masts and spires; the tall ones carry red lights."""
    mesh = town.mesh
    size = half * rng.uniform(0.35, 0.7)
    rise = rng.uniform(2.0, 6.0)
    mesh.boxes([(x + rng.uniform(-0.2, 0.2) * half, high + rise, z)], [size, rise, deep * 0.5], skin.trim * 0.8)
    top = high + 2 * rise
    if high > 70 and rng.random() < 0.55:
        tall = high * rng.uniform(0.08, 0.22)
        mesh.lathe((x, 0, z), [(0.9, top), (0.55, top + tall * 0.6), (0.12, top + tall)], 6, np.full(3, 0.22))
        top += tall
    elif high > 90 and rng.random() < 0.5:
        tip = (x, high + half * rng.uniform(1.4, 2.6), z)
        for a, b in (((-1, -1), (1, -1)), ((1, -1), (1, 1)), ((-1, 1), (-1, -1))):
            foot = [(x + a[0] * half, high, z + a[1] * deep), (x + b[0] * half, high, z + b[1] * deep), tip]
            out = ((a[0] + b[0]) / 2, 0.5, (a[1] + b[1]) / 2)
            mesh.add(
                foot,
                [[0, 1, 2]],
                skin.trim * 1.1,
                np.array([0.5, 0.42, 0.3]) * 0.35 * town.dark,
                np.asarray(out) / np.linalg.norm(out),
            )
        top = tip[1]
    if town.beacons is not None and high > 70:
        town.beacons.append((x, top + 1.0, z, float(rng.random())))
        if rng.random() < 0.5:
            town.beacons.append((x - half, high + 1.5, z - deep, float(rng.random())))


class Beacons:
    """Red lights on towers that swell and fade. A `stage.Layer`."""

    def __init__(
        self, points: NDArray[np.floating], colour: NDArray[np.floating], light: Light, size: float = 1.4
    ) -> None:
        """`points` (n, 4): place and phase; `colour`: of the light at its brightest, in units of `Light.glow`."""
        self._points = np.asarray(points, np.float32).reshape(-1, 4)
        self._colour = np.asarray(colour, np.float32) * np.float32(light.glow)
        self._size = size

    def new_state(self, _width: int, _height: int) -> None:
        """Nothing to keep."""

    def draw(self, _state: None, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw the lights that nothing hides."""
        x, y, near = on_screen(self._points[:, :3], camera, canvas.width, canvas.height)
        pulse = np.clip(np.sin(2 * np.pi * (t / 1.9 + self._points[:, 3])) * 1.6 + 0.5, 0.06, 1.0)
        true = self._size * canvas.height / 2 / camera.tangent * near
        radius = np.maximum(true, canvas.height / 360 * 0.9)
        seen = (near > 0) & (x > 0) & (x < canvas.width) & (y > 0) & (y < canvas.height)
        discs = np.stack([x, y, near * 1.02, radius, pulse * 0.95], 1)[seen].astype(np.float32)
        if len(discs):
            splat_discs(canvas.hdr, canvas.near, discs, np.tile(self._colour, (len(discs), 1)))
