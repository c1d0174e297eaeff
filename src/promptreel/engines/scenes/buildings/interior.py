"""The kit of rooms: a shell of walls with windows, and the light within, for what is furnished with `furniture`.

As in `places.room`, all light is worked out here and stored as emission, for the light of a world knows no walls: the sky
through the windows as area lights, the sun as patches on the floor, lamps with their fall-off, the shade of corners.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.buildings.building import Plot, beam, courses, patch, sheet
from promptreel.engines.scenes.buildings.occlusion import luminance, openness, visible
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder, turn_about_y
from promptreel.engines.scenes.stage import Set

Point = tuple[float, float, float]
Colours = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.floating]]

FRONT = -5.5
"""Where the wall behind the camera is, m."""

DAYLIGHT = 2.6
"""How much brighter windows light a room than their size says: what a photographer's fill light does."""

WARM = np.array([1.0, 0.70, 0.40])
NEUTRAL = np.array([1.0, 0.93, 0.82])
COOL = np.array([0.88, 0.96, 1.0])


@dataclass(frozen=True, slots=True)
class Opening:
    """A window: on the `far`, `left` or `right` wall, from `a` to `b` along it (x, or z), from `low` to `top` in m."""

    wall: str
    a: float
    b: float
    low: float
    top: float
    panes: tuple[int, int] = (3, 2)
    frame: tuple[float, float, float] = (0.68, 0.66, 0.62)


@dataclass(frozen=True, slots=True)
class Shell:
    """The measures and surfaces of a room: half its width, where its far wall is, and its height, m."""

    half: float
    back: float
    high: float
    wall: ArrayLike | Colours
    floor: ArrayLike | Colours
    tile: tuple[float, float] = (0.5, 0.5)
    """Of the floor, m."""
    ceiling: ArrayLike = (0.70, 0.69, 0.66)
    brick: tuple[float, float] = (0.42, 0.36)
    """The stones of the walls, m: they show where `rough` is large."""
    rough: float = 0.012
    gloss: float = 0.97
    edge: float | None = None
    """Where the floor ends to the right (a platform), where it does not reach the wall."""
    openings: tuple[Opening, ...] = ()


@dataclass(slots=True)
class Interior:
    """A room in the making. Local coordinates are those of `plot`."""

    plot: Plot
    shell: Shell
    lit: bool
    """Whether lamps are on."""
    fill: float = 0.05
    """What walls throw back of the lamps on everything, in units of paper in the sun."""
    mesh: MeshBuilder = field(default_factory=MeshBuilder)
    """What is in the room and throws shade; the shell is in the plot's own."""
    lamps: list[tuple[Point, NDArray[np.floating]]] = field(default_factory=list)

    @classmethod
    def of(
        cls, stage: Set, name: str, shell: Callable[[np.random.Generator], Shell], **more: float | bool
    ) -> "Interior":
        """An empty room about the camera, `shell` being of its own chance; lamps burn by night and in bad weather."""
        plot = Plot(stage, 0.0, 0.0, 0.0, name)
        plot.ground = 0.0
        dull = bool(stage.brief.spec.weather & {"storm", "rain", "snow", "fog", "overcast"})
        lit = bool(more.pop("lit", plot.dark or dull))
        room = cls(plot, shell(plot.rng), lit, **more)  # type: ignore[arg-type]
        _walls(room)
        return room

    @property
    def rng(self) -> np.random.Generator:
        """The room's own chance."""
        return self.plot.rng

    def put(self, piece: Mesh, x: float, z: float, turn: float = 0.0, y: float = 0.0, tint: ArrayLike = 1.0) -> None:
        """Stand a piece of furniture there; its front looks to -z where `turn` (radians) is 0."""
        rotation = turn_about_y(turn)
        colour = np.clip(piece.colour * np.asarray(tint, np.float32), 0.0, 0.95)
        at = piece.vertices @ rotation.T + np.array([x, y, z], np.float32)
        self.mesh.add(at, piece.triangles, colour, piece.emission, piece.normals @ rotation.T)

    def lamp(self, at: Point, strength: float, colour: ArrayLike = WARM, *, always: bool = False) -> None:
        """A point light: `strength` 1 makes paper 1 m away about as bright as paper in the sun."""
        if self.lit or always:
            self.lamps.append((at, np.asarray(colour, float) * strength))

    def stand(self, *places: tuple[float, float], on: str = "ground", y: float = 0.0) -> None:
        """Where subjects may be; the first are the best."""
        spots = self.plot.stage.spots.setdefault(on, [])
        spots += [(float(at[0]), float(at[1]), float(at[2])) for at in (self.plot.world((x, y, z)) for x, z in places)]

    def aisle(self, far: tuple[float, float], near: tuple[float, float]) -> None:
        """A way on which people come nearer."""
        self.stand(near, far, on="walk")

    def finish(self, bodies: int = 4) -> None:
        """Light everything and put it into the set; `bodies` of the lamps light what moves, too."""
        plot = self.plot
        shell, inner = plot.mesh.build(), self.mesh.build()
        mesh = Mesh(
            np.concatenate([shell.vertices, inner.vertices]),
            np.concatenate([shell.triangles, inner.triangles + np.int32(len(shell.vertices))]),
            np.concatenate([shell.normals, inner.normals]),
            np.concatenate([shell.colour, inner.colour]),
            np.concatenate([shell.emission, inner.emission]) * np.float32(plot.unit),
        )
        blockers = mesh.triangles[len(shell.triangles) :]
        emitted = np.clip(mesh.colour, 0, 0.95) * _irradiance(self, mesh, blockers) + mesh.emission
        emitted = (emitted / np.float32(plot.unit)).astype(np.float32)
        plot.stage.mesh.add(
            plot.world(mesh.vertices), mesh.triangles, np.zeros_like(mesh.colour), emitted, mesh.normals @ plot._turn.T
        )
        step = max(1, len(self.lamps) // max(bodies, 1))
        for at, colour in self.lamps[::step][:bodies]:
            x, y, z = plot.world(at).tolist()
            r, g, b = (colour * 1.2).tolist()
            plot.stage.lamps.append((x, y, z, r, g, b))


# -- walls -------------------------------------------------------------------------------------------------------------


def _walls(room: Interior) -> None:
    """Floor, ceiling and four walls, cut around the windows, with skirting boards."""
    shell, mesh, rng = room.shell, room.plot.mesh, room.rng
    half, back, high = shell.half, shell.back, shell.high
    right = half if shell.edge is None else shell.edge
    floor = patch((-half, 0, FRONT), (right, 0, FRONT), (right, 0, back), (-half, 0, back), (0, 1, 0))
    courses(
        mesh, floor, shell.tile, shell.floor, rng, vary=0.05, round_off=0.03, shade=shell.gloss, bond=0.0, regular=True
    )
    top = patch((-half, high, FRONT), (half, high, FRONT), (half, high, back), (-half, high, back), (0, -1, 0))
    courses(mesh, top, (0.6, 0.6), shell.ceiling, rng, vary=0.015, round_off=0.0, shade=1.0, regular=True, bond=0.0)
    for wall in ("far", "left", "right", "near"):
        _wall(room, wall)
    for opening in shell.openings:
        _frame(room, opening)


def _at(shell: Shell, wall: str, u: float, y: float, out: float = 0.0) -> Point:
    """A place on a wall, `out` metres into the room."""
    if wall in ("far", "near"):
        return (u, y, shell.back - out if wall == "far" else FRONT + out)
    return (-shell.half + out if wall == "left" else shell.half - out, y, u)


INWARD = {"far": (0, 0, -1), "near": (0, 0, 1), "left": (1, 0, 0), "right": (-1, 0, 0)}


def _wall(room: Interior, wall: str) -> None:
    shell, mesh, rng = room.shell, room.plot.mesh, room.rng
    start, stop = (-shell.half, shell.half) if wall in ("far", "near") else (FRONT, shell.back)
    holes = sorted((o for o in shell.openings if o.wall == wall), key=lambda o: o.a)
    pieces, at = [], start
    for hole in holes:
        pieces += [
            (at, hole.a, 0.0, shell.high),
            (hole.a, hole.b, 0.0, hole.low),
            (hole.a, hole.b, hole.top, shell.high),
        ]
        at = hole.b
    pieces.append((at, stop, 0.0, shell.high))
    cell = shell.brick if wall != "near" else (0.8, 0.8)
    for a, b, low, top in pieces:
        if b - a > 0.01 and top - low > 0.01:
            corners = (_at(shell, wall, u, y) for u, y in ((a, low), (b, low), (b, top), (a, top)))
            part = patch(*corners, INWARD[wall])  # type: ignore[call-arg]
            courses(
                mesh,
                part,
                cell,
                shell.wall,
                rng,
                vary=shell.rough,
                round_off=3 * shell.rough,
                shade=1 - 2 * shell.rough,
            )
    trim = np.asarray(shell.ceiling) * 0.7
    edges = [(a, b) for a, b, low, _ in pieces if low == 0.0 and b > a]
    for a, b in edges:
        beam(mesh, _at(shell, wall, a, 0.06, 0.015), _at(shell, wall, b, 0.06, 0.015), (0.03, 0.12), trim)


def _frame(room: Interior, hole: Opening, deep: float = 0.2) -> None:
    """The reveal of a window, its frame and bars."""
    shell, mesh = room.shell, room.plot.mesh
    tint = np.asarray(hole.frame)

    def spot(u: float, y: float, out: float) -> Point:
        return _at(shell, hole.wall, u, y, out)

    middle = np.array(spot((hole.a + hole.b) / 2, (hole.low + hole.top) / 2, 0.0))
    for (ua, ya), (ub, yb) in (
        ((hole.a, hole.low), (hole.b, hole.low)), ((hole.b, hole.low), (hole.b, hole.top)),
        ((hole.b, hole.top), (hole.a, hole.top)), ((hole.a, hole.top), (hole.a, hole.low)),
    ):  # fmt: skip
        quad = np.array([spot(ua, ya, 0.0), spot(ub, yb, 0.0), spot(ub, yb, -deep), spot(ua, ya, -deep)])
        mesh.quad(quad, tint, across=8, up=2, toward=middle - quad.mean(axis=0))
    for k in range(hole.panes[0] + 1):
        u = hole.a + (hole.b - hole.a) * k / hole.panes[0]
        wide = 0.07 if k in (0, hole.panes[0]) else 0.04
        beam(mesh, spot(u, hole.low, -0.12), spot(u, hole.top, -0.12), (wide, 0.06), tint)
    for k in range(hole.panes[1] + 1):
        v = hole.low + (hole.top - hole.low) * k / hole.panes[1]
        wide = 0.07 if k in (0, hole.panes[1]) else 0.04
        beam(mesh, spot(hole.a, v, -0.12), spot(hole.b, v, -0.12), (0.06, wide), tint)
    if hole.low > 0.3:
        beam(
            mesh,
            spot(hole.a - 0.08, hole.low - 0.02, 0.06),
            spot(hole.b + 0.08, hole.low - 0.02, 0.06),
            (0.16, 0.04),
            tint,
        )


# -- light -------------------------------------------------------------------------------------------------------------


def _dots(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """The product of each row of `a` with that of `b`; four times faster than a sum along the rows."""
    return np.asarray(np.einsum("ij,ij->i", a, b), np.float32)


def _irradiance(room: Interior, mesh: Mesh, blockers: NDArray[np.int32]) -> NDArray[np.float32]:
    """What falls on every corner, (n, 3): as the radiance that a white surface would have."""
    plot, shell = room.plot, room.shell
    at, normals, light = mesh.vertices, mesh.normals, plot.light
    shade = openness(at, normals, at, blockers) ** np.float32(1.2)
    planes = ((-shell.half, 0, 1), (shell.half, 0, -1), (shell.back, 2, -1), (0.0, 1, 1), (shell.high, 1, -1))
    for wall, axis, side in planes:
        away = np.abs(at[:, axis] - wall)
        facing = np.abs(normals[:, axis] * side)
        shade *= 1 - 0.40 * np.exp(-away / 0.30) * np.clip(1 - facing * 1.6, 0, 1)
    total = np.zeros(at.shape, np.float32)
    if shell.openings:
        for hole in shell.openings:
            total += _skylight(shell, hole, at, normals, light.horizon, light.below)
        toward = np.array([0.25, 0.45, -0.86], np.float32)
        total += light.above * (0.16 * np.maximum(normals @ toward, 0))[:, None]
        total *= (0.35 + 0.65 * shade)[:, None]
        white = luminance(light.above) + luminance(light.sunlight) * max(float(light.sun[1]), 0.0) * 0.5
        bounce = light.horizon / max(luminance(light.horizon), 1e-9) * 0.6 + 0.4
        total += (bounce * NEUTRAL * (0.13 * white)).astype(np.float32) * shade[:, None]
        total += _sunshine(room, at, normals, blockers)
    for place, colour in room.lamps:
        offset = np.asarray(place, np.float32) - at
        d2 = _dots(offset, offset)
        facing = np.maximum(_dots(normals, offset) / np.sqrt(d2 + 1e-6), 0) * 0.8 + 0.2
        total += (colour * plot.unit).astype(np.float32) * (facing / (0.35 + d2) * (0.4 + 0.6 * shade))[:, None]
    if room.lamps:
        mean = np.sum([colour for _, colour in room.lamps], axis=0)
        tint = mean / max(float(mean.max()), 1e-9)
        total += (tint * plot.unit * room.fill).astype(np.float32) * shade[:, None]
    return np.asarray(total, np.float32)


def _skylight(
    shell: Shell, hole: Opening, at: NDArray[np.float32], normals: NDArray[np.float32], sky: ArrayLike, below: ArrayLike
) -> NDArray[np.float32]:
    """The sky in a window as six small area lights."""
    inward = np.array(INWARD[hole.wall], np.float32)
    total = np.zeros(at.shape, np.float32)
    for cx in (1 / 6, 0.5, 5 / 6):
        for cy in (0.25, 0.75):
            spot = _at(shell, hole.wall, hole.a + (hole.b - hole.a) * cx, hole.low + (hole.top - hole.low) * cy, -0.1)
            offset = np.array(spot, np.float32) - at
            d2 = _dots(offset, offset) + np.float32(0.12)
            away = offset / np.sqrt(d2)[:, None]
            facing = np.maximum(_dots(normals, away), 0) * np.maximum(-(away @ inward), 0)
            up = np.clip(-away[:, 1:2] * 0.5 + 0.5, 0, 1)
            area = (hole.b - hole.a) * (hole.top - hole.low) / 6
            seen = np.asarray(sky) * up + np.asarray(below) * 2 * (1 - up)
            total += (seen * (facing * (area * DAYLIGHT / math.pi) / d2)[:, None]).astype(np.float32)
    return total


def _sunshine(
    room: Interior, at: NDArray[np.float32], normals: NDArray[np.float32], blockers: NDArray[np.int32]
) -> NDArray[np.float32]:
    """The sun through the panes of the windows, and through one behind the camera."""
    shell, light = room.shell, room.plot.light
    sun = np.asarray(light.sun, float)
    if luminance(light.sunlight) < 1e-6 or sun[1] < 0.03:
        return np.zeros(at.shape, np.float32)
    behind = Opening("near", -0.3 * shell.half, 0.5 * shell.half, 0.9, min(2.4, shell.high - 0.3))
    passed = np.zeros(len(at))
    for hole in (*shell.openings, behind):
        inward = np.array(INWARD[hole.wall], float)
        axis = int(np.argmax(np.abs(inward)))
        if -float(sun @ inward) < 0.05:
            continue
        wall = _at(shell, hole.wall, 0.0, 0.0)[axis]
        reach = (wall - at[:, axis]) / sun[axis]
        side = at[:, 2 - axis] + reach * sun[2 - axis]
        up = at[:, 1] + reach * sun[1]
        inside = np.clip((side - hole.a) / 0.07, 0, 1) * np.clip((hole.b - side) / 0.07, 0, 1)
        inside *= np.clip((up - hole.low) / 0.07, 0, 1) * np.clip((hole.top - up) / 0.07, 0, 1)
        for k in range(1, hole.panes[0]):
            u = hole.a + (hole.b - hole.a) * k / hole.panes[0]
            inside *= np.clip(np.abs(side - u) / 0.06 - 0.2, 0, 1)
        passed += inside * (reach > 0.02)
    if passed.max() <= 0:
        return np.zeros(at.shape, np.float32)
    facing = np.maximum(normals @ sun, 0)
    seen = visible(light.sun, at, normals, at, blockers, 320)
    return np.asarray(light.sunlight * (facing * np.clip(passed, 0, 1) * seen * 0.9)[:, None], np.float32)


# -- what is on the walls ----------------------------------------------------------------------------------------------


SMOOTH = 16
"""Cells from which on the colours of a board run into one another, as in a painting."""


def board(room: Interior, wall: str, a: float, b: float, low: float, top: float, colour: ArrayLike,
          frame: ArrayLike = (0.20, 0.125, 0.07), glow: ArrayLike = 0.0, cells: int = 6) -> None:  # fmt: skip
    """A framed board, screen or picture on a wall. `colour` may be per cell, (cells * cells, 3), rows from below."""
    shell = room.shell
    us, vs = np.linspace(a, b, cells + 1), np.linspace(low, top, cells + 1)
    if cells >= SMOOTH:
        across, up = np.linspace(a, b, cells), np.linspace(low, top, cells)
        grid = np.array([[_at(shell, wall, u, v, 0.035) for u in across] for v in up])
        sheet(room.plot.mesh, grid, np.reshape(colour, (cells, cells, 3)), INWARD[wall])
    else:
        quads = [
            [_at(shell, wall, us[i + p], vs[j + q], 0.035) for p, q in ((0, 0), (1, 0), (1, 1), (0, 1))]
            for j in range(cells)
            for i in range(cells)
        ]
        tone, shine = (np.broadcast_to(np.asarray(value, float), (cells * cells, 3)) for value in (colour, glow))
        room.plot.mesh.quads(quads, tone, shine, toward=INWARD[wall])
    ring = [(a, low), (b, low), (b, top), (a, top)]
    for (ua, va), (ub, vb) in zip(ring, [*ring[1:], ring[0]], strict=True):
        beam(room.plot.mesh, _at(shell, wall, ua, va, 0.03), _at(shell, wall, ub, vb, 0.03), 0.05, frame)


def strip_lights(room: Interior, places: Sequence[tuple[float, float]], size: tuple[float, float], strength: float,
                 colour: ArrayLike = COOL) -> None:  # fmt: skip
    """Panels of light in the ceiling, always on, at (x, z)."""
    y = room.shell.high - 0.012
    tone = np.asarray(colour, float)
    for x, z in places:
        a, b = size[0] / 2, size[1] / 2
        quad = [(x - a, y, z - b), (x + a, y, z - b), (x + a, y, z + b), (x - a, y, z + b)]
        room.plot.mesh.quad(quad, 0.3, 1.1 * tone, toward=(0, -1, 0))
        room.lamp((x, y - 0.15, z), strength, tone, always=True)
