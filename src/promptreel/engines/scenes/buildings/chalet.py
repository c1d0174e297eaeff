"""What a mountain village is built of: chalets, a church and lamps. Metres, from the ground up."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import MeshBuilder, Wall, turn_about_y, vertex_normals

Floats = NDArray[np.float32]

SNOW = np.array([0.84, 0.88, 0.94])
STONE = np.array([0.16, 0.155, 0.15])
LAMPLIGHT = np.array([1.0, 0.50, 0.15])
DARK_PANE = np.array([0.004, 0.007, 0.012])


@dataclass
class Placed:
    """What was put into the world beside triangles: lamps (x, y, z, r, g, b), and mouths of chimneys (x, y, z)."""

    lamps: list[NDArray[np.floating]] = field(default_factory=list)
    chimneys: list[NDArray[np.floating]] = field(default_factory=list)


class _Local:
    """A builder in the frame of one building, which is then turned and moved to its place."""

    def __init__(self) -> None:
        self.mesh = MeshBuilder()
        self.lamps: list[tuple[ArrayLike, ArrayLike]] = []

    def place(self, target: MeshBuilder, placed: Placed, origin: ArrayLike, turn: float) -> None:
        rotation = turn_about_y(turn)
        mesh = self.mesh.build()
        target.add(
            mesh.vertices @ rotation.T + np.asarray(origin, np.float32),
            mesh.triangles,
            mesh.colour,
            mesh.emission,
            mesh.normals @ rotation.T,
        )
        for at, light in self.lamps:
            placed.lamps.append(np.concatenate([rotation @ np.asarray(at) + np.asarray(origin), np.asarray(light)]))


def _upright(corners: list[tuple[float, float, float]], up: float) -> list[tuple[float, float, float]]:
    return [(x, y + up, z) for x, y, z in corners]


class Chalet:
    """A wooden house on a stone base under a thick roof of snow. The ridge runs along local z, the front is at -z."""

    def __init__(
        self,
        rng: np.random.Generator,
        lit: float,
        *,
        snowy: bool = True,
        glow: float = 1.0,
        pane: ArrayLike = DARK_PANE,
    ) -> None:
        """`lit`: the share of windows with light in them; `glow`: how bright it is; `pane`: what dark glass shows."""
        self._rng = rng
        self._lit = lit
        self._snowy, self._glow, self._pane = snowy, glow, np.asarray(pane)
        self.half_width = rng.uniform(3.3, 4.5)
        self.half_depth = rng.uniform(3.8, 5.6)
        self._eaves = rng.uniform(3.7, 5.2)
        self._base = self._eaves * 0.32
        self._rise = self.half_width * rng.uniform(0.56, 0.76)
        self._wood = np.array([0.205, 0.115, 0.060]) * rng.uniform(0.55, 1.35) * np.array([1, rng.uniform(0.9, 1.1), 1])
        self._shutter = np.array([(0.16, 0.03, 0.02), (0.03, 0.08, 0.05), (0.04, 0.06, 0.11)][rng.integers(3)])
        w, d = self.half_width, self.half_depth
        self._walls = {
            "front": Wall((0, -d), (1, 0), (0, -1)),
            "back": Wall((0, d), (-1, 0), (0, 1)),
            "left": Wall((-w, 0), (0, -1), (-1, 0)),
            "right": Wall((w, 0), (0, 1), (1, 0)),
        }
        self._local = _Local()
        self._build()

    def place(self, target: MeshBuilder, placed: Placed, origin: ArrayLike, turn: float) -> None:
        """Put it at `origin`, turned by `turn` radians."""
        self._local.place(target, placed, origin, turn)
        mouth = (self.half_width * 0.45, self._eaves + self._rise + 0.9, self.half_depth * 0.3)
        placed.chimneys.append(turn_about_y(turn) @ np.array(mouth) + np.asarray(origin))

    def _build(self) -> None:
        for name, wall in self._walls.items():
            half = self.half_width if name in ("front", "back") else self.half_depth
            self._wall(wall, half)
        for name in ("front", "back"):
            self._gable(self._walls[name])
        self._roof()
        self._windows()
        self._balcony()
        self._door()
        self._chimney()
        self._drifts()

    def _wall(self, wall: Wall, half: float) -> None:
        mesh = self._local.mesh
        for low, high, colour in ((-1.5, self._base, STONE), (self._base, self._eaves, self._wood)):
            mesh.quads(wall.rectangles(-half, low, half, high, 0), colour, across=6, up=3, toward=wall.normal)
        # Logs: a dark joint and a lit upper edge every forearm's length.
        joints = np.arange(self._base + 0.12, self._eaves - 0.1, 0.30)
        dark = wall.rectangles(-half, joints, half, joints + 0.055, 0.02)
        light = wall.rectangles(-half, joints + 0.055, half, joints + 0.10, 0.03)
        mesh.quads(dark, self._wood * 0.35, across=4, toward=wall.normal)
        mesh.quads(light, self._wood * 1.35, across=4, toward=wall.normal)
        at = np.array([0.13 - half, half - 0.13])
        corner = wall.rectangles(at - 0.13, -1.0, at + 0.13, self._eaves, 0.05)
        mesh.quads(corner, self._wood * 0.7, up=5, toward=wall.normal)

    def _gable(self, wall: Wall) -> None:
        w, top = self.half_width, self._eaves + self._rise
        triangle = [wall.points(-w, self._eaves, 0), wall.points(w, self._eaves, 0), wall.points(0, top, 0)]
        self._local.mesh.add(triangle, [[0, 1, 2]], self._wood * 0.92, normals=wall.normal)
        boards = np.linspace(-w * 0.85, w * 0.85, 13)
        tops = self._eaves + self._rise * (1 - np.abs(boards) / w) - 0.05
        strips = wall.rectangles(boards - 0.03, self._eaves, boards + 0.03, tops, 0.02)
        self._local.mesh.quads(strips, self._wood * 0.45, toward=wall.normal)

    def _roof(self) -> None:
        mesh, wood = self._local.mesh, self._wood
        w, d, over = self.half_width, self.half_depth, 0.75
        ridge, drop = self._eaves + self._rise + 0.05, over * self._rise / self.half_width
        deep = self._rng.uniform(0.34, 0.52)
        for side in (-1, 1):
            top_front, top_back = (0.0, ridge, -d - over), (0.0, ridge, d + over)
            low_back = (side * (w + over), self._eaves - drop + 0.05, d + over)
            low_front = (side * (w + over), self._eaves - drop + 0.05, -d - over)
            slab = [top_front, top_back, low_back, low_front]
            slope = np.array([side * self._rise, self.half_width, 0.0])
            mesh.quad(slab, wood * 0.5, toward=-slope)
            mesh.quad(_upright(slab, 0.10), wood * 0.5, toward=slope)
            board = [top_front, low_front, _upright([low_front], 0.16)[0], _upright([top_front], 0.16)[0]]
            mesh.quads([board, [(x, y, -z) for x, y, z in board]], wood * 0.8, across=5, toward=[[0, 0, -1], [0, 0, 1]])
            if self._snowy:
                self._roof_snow(slab, side, slope, deep)
            else:
                self._roof_tiles(slab, slope)

    def _roof_snow(
        self, slab: list[tuple[float, float, float]], side: int, slope: NDArray[np.floating], deep: float
    ) -> None:
        """A pillow of snow: rounded toward the eaves and the gables, a little uneven."""
        along = np.linspace(-1, 1, 15)
        down = np.array([0, 0.15, 0.35, 0.55, 0.75, 0.90, 0.975, 1.0])
        front, back, low = np.array(slab[0]), np.array(slab[1]), np.array(slab[3])
        fall = low - front
        grid = (
            (front + back) / 2
            + (back - front)[None, None, :] / 2 * along[None, :, None] * 1.012
            + fall * down[:, None, None]
        )
        edge = (1 - np.abs(along) ** 10)[None, :] * (1 - down**9)[:, None]
        waves = 1 + 0.10 * np.sin(along * 7 + side)[None, :] * np.sin(down * 5 + 1)[:, None]
        points = grid + np.array([0, 1.0, 0]) * ((0.10 + deep * np.sqrt(edge)) * waves)[..., None]
        columns = len(along)
        index = np.arange(points.size // 3).reshape(len(down), columns)
        faces = np.concatenate(
            [
                np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:]], -1).reshape(-1, 3),
                np.stack([index[:-1, :-1], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 3),
            ]
        )
        if side > 0:
            faces = faces[:, ::-1]
        flat = points.reshape(-1, 3)
        self._local.mesh.add(flat, faces, SNOW, normals=_outward(flat, faces, slope))
        rims = [np.concatenate([points[:, 0], points[-1, 1:-1], points[::-1, -1]])]
        for rim in rims:
            lower = rim - np.array([0, 0.24, 0])
            quads = np.stack([rim[:-1], rim[1:], lower[1:], lower[:-1]], 1)
            middle = quads.mean(axis=1) - np.array([0, 3.0, 0])
            self._local.mesh.quads(quads, SNOW * 0.86, toward=middle * np.array([1, 0, 1]))

    def _roof_tiles(self, slab: list[tuple[float, float, float]], slope: NDArray[np.floating]) -> None:
        """Rows of shingles or tiles, each a little different, the lower edge of a row over the next."""
        rng = self._rng
        tones = np.array([(0.155, 0.115, 0.085), (0.20, 0.19, 0.175), (0.30, 0.12, 0.065), (0.12, 0.12, 0.135)])
        tone = tones[rng.integers(len(tones))] * rng.uniform(0.85, 1.2)
        ridge_front, ridge_back, low_back, low_front = (np.asarray(corner, float) for corner in slab)
        rows, columns = 16, 22
        row, column = (grid.ravel() for grid in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
        lift = slope / np.linalg.norm(slope)

        def at(down: NDArray[np.floating], along: NDArray[np.floating], up: float) -> NDArray[np.floating]:
            top = ridge_front + (ridge_back - ridge_front) * along[:, None]
            low = low_front + (low_back - low_front) * along[:, None]
            return np.asarray(top + (low - top) * down[:, None] + lift * up)

        a, b = column / columns, (column + 1) / columns
        upper, lower = row / rows, (row + 1.12) / rows
        quads = np.stack([at(upper, a, 0.115), at(upper, b, 0.115), at(lower, b, 0.165), at(lower, a, 0.165)], 1)
        shade = tone * rng.normal(1.0, 0.13, (len(row), 1)) * (1 + rng.normal(0, 0.03, (len(row), 3)))
        moss = (rng.random(len(row)) < 0.05)[:, None]
        shade = np.where(moss, np.array([0.10, 0.13, 0.05]), shade)
        # A row is darker where the one above throws its shadow on it.
        corner = np.array([0.72, 0.72, 1.05, 1.05])[None, :, None]
        self._local.mesh.quads(quads, np.clip(shade, 0.02, 0.6)[:, None, :] * corner, toward=slope)

    def _windows(self) -> None:
        w, d, rng = self.half_width, self.half_depth, self._rng
        count = max(2, round(w / 1.5))
        for name in ("front", "back"):
            for i in range(count):
                u = (i + 0.5) / count * 2 * w - w
                self._window(self._walls[name], u, self._eaves * 0.67, 0.50, 0.66, lit=rng.random() < self._lit)
                if name == "back" or i != count // 2:
                    lit = rng.random() < self._lit * 0.8
                    self._window(self._walls[name], u, self._eaves * 0.22 + 0.35, 0.46, 0.50, lit=lit)
            attic = rng.random() < self._lit * 0.7
            self._window(self._walls[name], 0, self._eaves + self._rise * 0.36, 0.42, 0.48, lit=attic)
        count = max(2, round(d / 1.7))
        for name in ("left", "right"):
            for i in range(count):
                u = (i + 0.5) / count * 2 * d - d
                self._window(self._walls[name], u, self._eaves * 0.62, 0.50, 0.62, lit=rng.random() < self._lit)

    def _window(self, wall: Wall, u: float, v: float, half_u: float, half_v: float, *, lit: bool) -> None:
        mesh, rng = self._local.mesh, self._rng
        shine = LAMPLIGHT * np.array([1, rng.uniform(0.88, 1.12), rng.uniform(0.7, 1.3)])
        shine = shine * 1.5 * rng.uniform(0.6, 1.35) * self._glow
        lit = lit and self._glow > 0
        glass = shine if lit else self._pane

        def bar(u0: float, v0: float, u1: float, v1: float, o: float) -> Floats:
            return wall.rectangles(u + u0, v + v0, u + u1, v + v1, o)[0]

        frame = np.array([0.30, 0.22, 0.15])
        rim_u, rim_v = half_u + 0.10, half_v + 0.10
        mesh.quad(bar(-rim_u, -rim_v, rim_u, rim_v, 0.05), frame, toward=wall.normal)
        # The room is brightest around its lamp, so the pane is cut into cells with light of their own.
        glow = np.array([[0.70, 0.85, 0.70], [0.85, 1.30, 0.90], [0.75, 0.95, 0.70]]) * rng.uniform(0.85, 1.15, (3, 3))
        edge = np.array([-1, -1 / 3, 1 / 3, 1])
        low_u, low_v = np.meshgrid(edge[:-1], edge[:-1])
        cells = wall.rectangles(
            u + low_u * half_u, v + low_v * half_v, u + (low_u + 2 / 3) * half_u, v + (low_v + 2 / 3) * half_v, 0.08
        )
        mesh.quads(cells, 0.02, glass * glow.reshape(-1, 1), toward=wall.normal)
        sides = np.array([-1.0, 1.0])
        if rng.random() < 0.7:
            curtain = shine * 0.42 if lit else self._pane * 0.5
            linen = 0.05 if lit or self._snowy else 0.45
            cloth = wall.rectangles(u + sides * half_u, v - half_v, u + sides * half_u * 0.66, v + half_v, 0.09)
            mesh.quads(cloth, linen, curtain, toward=wall.normal)
        bars = [bar(-0.035, -half_v, 0.035, half_v, 0.12), bar(-half_u, -0.03, half_u, 0.03, 0.12)]
        mesh.quads(bars, frame * 0.6, toward=wall.normal)
        mesh.quads(
            wall.rectangles(u - rim_u - 0.06, v - rim_v - 0.08, u + rim_u + 0.06, v - rim_v, 0.16),
            SNOW if self._snowy else frame * 0.8,
            toward=wall.normal,
        )
        sill = SNOW if self._snowy else frame
        mesh.quads(wall.ledges(u - rim_u - 0.06, u + rim_u + 0.06, v - rim_v, 0, 0.16), sill, toward=(0, 1, 0))
        if not self._snowy and rng.random() < 0.6:
            self._flowers(wall, u - rim_u, u + rim_u, v - rim_v, 0.2, 9)
        near, far = u + sides * (rim_u + 0.02), u + sides * (rim_u + 0.40)
        mesh.quads(wall.rectangles(near, v - rim_v, far, v + rim_v, 0.07), self._shutter, toward=wall.normal)
        if lit:
            self._local.lamps.append((wall.points(u, v, 1.5), shine * 1.25))

    def _flowers(self, wall: Wall, u0: float, u1: float, v: float, o: float, number: int) -> None:
        """A box of geraniums."""
        mesh, rng = self._local.mesh, self._rng
        mesh.quads(wall.rectangles(u0, v - 0.14, u1, v + 0.04, o + 0.12), self._wood * 0.9, toward=wall.normal)
        tones = np.array([(0.055, 0.11, 0.03), (0.075, 0.13, 0.04), (0.52, 0.035, 0.04), (0.55, 0.10, 0.16)])
        size = rng.uniform(0.07, 0.13, number)
        at, up = rng.uniform(u0, u1, number), v + rng.uniform(0.02, 0.20, number)
        out = o + rng.uniform(0.06, 0.26, number)
        quads = wall.rectangles(at - size, up - size, at + size, up + size * 0.8, out)
        mesh.quads(quads, tones[rng.integers(4, size=number)], toward=np.asarray(wall.normal) + [0, 0.5, 0])

    def _balcony(self) -> None:
        if self._rng.random() < 0.25:
            return
        mesh, wood, wall = self._local.mesh, self._wood, self._walls["front"]
        w, floor, rail = self.half_width * 0.92, self._eaves * 0.42, self._eaves * 0.42 + 0.85
        depth = 1.0
        deck = [
            wall.points(-w, floor, 0),
            wall.points(w, floor, 0),
            wall.points(w, floor, depth),
            wall.points(-w, floor, depth),
        ]
        mesh.quad(deck, wood * 0.5, across=6, toward=(0, -1, 0))
        mesh.quads(wall.rectangles(-w, floor - 0.12, w, floor + 0.06, depth), wood * 0.8, across=8, toward=wall.normal)
        pickets = np.linspace(-w + 0.08, w - 0.08, int(w * 2 / 0.24))
        mesh.quads(wall.rectangles(pickets - 0.07, floor, pickets + 0.07, rail, depth), wood, toward=wall.normal)
        mesh.quads(wall.rectangles(-w, rail, w, rail + 0.09, depth + 0.03), wood * 1.1, across=8, toward=wall.normal)
        if not self._snowy:
            self._flowers(wall, -w, w, rail + 0.05, depth, int(w * 16))
            return
        mesh.quads(wall.ledges(-w, w, rail + 0.10, depth + 0.10, depth - 0.12), SNOW, across=6, toward=(0, 1, 0))
        mesh.quads(wall.rectangles(-w, rail + 0.02, w, rail + 0.11, depth + 0.10), SNOW, across=6, toward=wall.normal)

    def _door(self) -> None:
        mesh, wall = self._local.mesh, self._walls["front"]
        mesh.quads(wall.rectangles(-0.62, -0.2, 0.62, 2.05, 0.05), np.array([0.30, 0.22, 0.15]), toward=wall.normal)
        mesh.quads(wall.rectangles(-0.50, -0.2, 0.50, 1.92, 0.08), self._shutter * 1.2, toward=wall.normal)
        light = LAMPLIGHT * self._glow
        hatch = light * 1.3 if self._glow > 0 else self._pane
        mesh.quads(wall.rectangles(-0.28, 1.1, 0.28, 1.7, 0.10), 0.02, hatch, toward=wall.normal)
        mesh.boxes([wall.points(0.85, 1.95, 0.22)], [0.09, 0.13, 0.09], 0.1, light * 4.5)
        if self._glow > 0:
            self._local.lamps.append((wall.points(0.85, 1.95, 0.7), light * 3.0))

    def _chimney(self) -> None:
        x, z, top = self.half_width * 0.45, self.half_depth * 0.3, self._eaves + self._rise + 0.3
        self._local.mesh.boxes([(x, top - 0.9, z)], [0.40, 1.2, 0.40], STONE * 1.2)
        self._local.mesh.boxes([(x, top + 0.32, z)], [0.50, 0.10, 0.50], STONE * 0.8)
        if self._snowy:
            self._local.mesh.boxes([(x, top + 0.50, z)], [0.46, 0.09, 0.46], SNOW)

    def _drifts(self) -> None:
        """Snow blown up against the walls."""
        if not self._snowy:
            return
        for name, wall in self._walls.items():
            half = self.half_width if name in ("front", "back") else self.half_depth
            u = np.linspace(-half - 0.1, half + 0.1, 14)
            high = 0.26 + 0.12 * np.sin(u * 1.7 + self._rise * 9) + 0.05 * np.sin(u * 4.1)
            high = high * np.clip((half + 0.1 - np.abs(u)) / 0.9, 0.0, 1)
            high = np.where((name == "front") & (np.abs(u) < 1.0), 0.05, high)
            inner = [wall.points(a, h, 0.02) for a, h in zip(u, high, strict=True)]
            outer = [wall.points(a, -0.14, 0.3 + 2.6 * h) for a, h in zip(u, high, strict=True)]
            quads = [[inner[i], inner[i + 1], outer[i + 1], outer[i]] for i in range(len(u) - 1)]
            self._local.mesh.quads(quads, SNOW, toward=(wall.outward[0], 1.0, wall.outward[1]))


def _outward(points: Floats, faces: NDArray[np.integer], direction: NDArray[np.floating]) -> Floats:
    """The normals of a sheet, turned to the side of `direction`."""
    normals = vertex_normals(np.asarray(points, np.float32), np.asarray(faces, np.int32))
    return normals if float((normals @ direction).sum()) >= 0 else -normals


def church(
    target: MeshBuilder,
    placed: Placed,
    rng: np.random.Generator,
    origin: ArrayLike,
    turn: float,
    *,
    snowy: bool = True,
    glow: float = 1.0,
    pane: ArrayLike = DARK_PANE,
) -> None:
    """A stone nave with a tower and a spire, floodlit from below at night (`glow` > 0)."""
    shine = LAMPLIGHT * glow
    dim = np.asarray(pane)
    roofing = SNOW if snowy else np.array([0.115, 0.105, 0.10])
    local = _Local()
    mesh = local.mesh
    stone = np.array([0.36, 0.345, 0.32]) * rng.uniform(0.85, 1.15)
    high = rng.uniform(11.5, 14.5)
    half = 2.2
    pair = np.array([-0.85, 0.85])
    mesh.boxes([(0, high / 2 - 1, 0)], [half, high / 2 + 1, half], stone)
    for level in (0.40, 0.72, 0.995):
        mesh.boxes([(0, high * level, 0)], [half + 0.14, 0.14, half + 0.14], stone * 1.15)
    for wall in (
        Wall((0, -half), (1, 0), (0, -1)),
        Wall((-half, 0), (0, -1), (-1, 0)),
        Wall((half, 0), (0, 1), (1, 0)),
    ):
        mesh.quads(
            wall.rectangles(pair - 0.38, high * 0.77, pair + 0.38, high * 0.93, 0.05),
            0.02,
            shine * 1.7 if glow > 0 else dim,
            toward=wall.normal,
        )
        slats = high * np.array([[0.80], [0.83], [0.86], [0.89]])
        bars = wall.rectangles(pair - 0.38, slats, pair + 0.38, slats + high * 0.008, 0.08)
        mesh.quads(bars, STONE, toward=wall.normal)
        mesh.quad(
            wall.rectangles(-0.42, high * 0.45, 0.42, high * 0.60, 0.05),
            0.02,
            shine * 1.2 if glow > 0 else dim,
            toward=wall.normal,
        )
        # A clock.
        angle = np.arange(16) * (2 * np.pi / 16)
        rim = [wall.points(0.75 * np.cos(a), high * 0.665 + 0.75 * np.sin(a), 0.10) for a in angle]
        middle = wall.points(0, high * 0.665, 0.10)
        fan = [[i, (i + 1) % 16, 16] for i in range(16)]
        mesh.add([*rim, middle], fan, 0.3, np.array([1.0, 0.86, 0.62]) * 0.55 * glow, normals=wall.normal)
        hands = wall.rectangles(
            [-0.05, -0.1],
            high * 0.665 - np.array([0.1, 0.05]),
            [0.05, 0.42],
            high * 0.665 + np.array([0.58, 0.05]),
            0.14,
        )
        mesh.quads(hands, 0.01, toward=wall.normal)
    tip = np.array([0, high * 1.95, 0])
    corners = np.array([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)]) * (half + 0.5) + np.array([0, high, 0])
    for i in range(4):
        a, b = corners[i], corners[(i + 1) % 4]
        out = (a + b) / 2 - np.array([0, high, 0])
        bands = np.linspace(0, 1, 9)
        for low, top in zip(bands[:-1], bands[1:], strict=True):
            edge = [a + (tip - a) * low, b + (tip - b) * low, b + (tip - b) * top, a + (tip - a) * top]
            mesh.quad(edge, roofing * (0.95 - 0.25 * (1 - low) * (i % 2)), toward=out + np.array([0, 0.6, 0]))
    mesh.boxes([tip + [0, 0.5, 0]], [0.05, 0.6, 0.05], 0.12)
    mesh.boxes([tip + [0, 0.65, 0]], [0.28, 0.05, 0.05], 0.12)
    # The nave behind.
    length, wide, eaves, ridge = 6.0, 3.4, 5.4, 9.0
    mesh.boxes([(0, eaves / 2 - 1, half + length)], [wide, eaves / 2 + 1, length], stone)
    for side in (-1, 1):
        wall = Wall((side * wide, half + length), (0, side), (side, 0))
        bays = np.array([-4, -1.4, 1.4, 4])
        slots = wall.rectangles(bays - 0.4, 1.6, bays + 0.4, 4.2, 0.06)
        mesh.quads(slots, 0.02, shine * 1.5 if glow > 0 else dim, toward=wall.normal)
        roof = [(0, ridge, half - 0.4), (0, ridge, half + 2 * length + 0.5)]
        low = [
            (side * (wide + 0.6), eaves - 0.5, half + 2 * length + 0.5),
            (side * (wide + 0.6), eaves - 0.5, half - 0.4),
        ]
        mesh.quad([*roof, *low], roofing, across=6, up=3, toward=(side, 1.2, 0))
        if glow > 0:
            local.lamps.append(((side * (wide + 1.5), 3.0, half + length), shine * 3))
    gable = [(-wide, eaves, half - 0.02), (wide, eaves, half - 0.02), (0, ridge, half - 0.02)]
    mesh.add(gable, [[0, 1, 2]], stone, normals=(0, 0, -1))
    if glow > 0:
        local.lamps.append(((0, 1.0, -half - 4.0), shine * 16))
        local.lamps.append(((-half - 3.5, 1.0, 0), shine * 9))
        local.lamps.append(((half + 3.5, 1.0, 0), shine * 9))
    local.place(target, placed, origin, turn)


def lamp_post(target: MeshBuilder, placed: Placed, at: ArrayLike, *, snowy: bool = True, glow: float = 1.0) -> None:
    """A lantern on a pole, in winter with a cap of snow."""
    x, y, z = np.asarray(at, float)
    target.boxes([(x, y + 1.6, z)], [0.055, 1.7, 0.055], 0.03)
    target.boxes([(x, y + 3.36, z)], [0.15, 0.20, 0.15], 0.1 if glow > 0 else 0.4, LAMPLIGHT * 5.5 * glow)
    target.boxes([(x, y + 3.60, z)], [0.21, 0.045, 0.21], 0.04)
    if snowy:
        target.boxes([(x, y + 3.69, z)], [0.18, 0.055, 0.18], SNOW)
    if glow > 0:
        placed.lamps.append(np.array([x, y + 3.2, z, *(LAMPLIGHT * 7.5 * glow)]))
