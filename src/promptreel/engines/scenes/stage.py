"""The parts that a film is made of and how they meet: the contract of everything in `backdrops`, `grounds`, `places`,
`subjects`, `effects` and `styles`. `world` puts them together and draws; `director` chooses them.

Coordinates are metres, left-handed: x right, y up, z away from the first camera, which stands near (0, eye, 0) and
looks along +z. Water lies at y = 0. Colour is linear light, BT.709 primaries.

A frame is drawn so: backdrop (every pixel) → ground → what is built, then the bodies (triangles, against the depth of
the ground) → the shadows of bodies → effects. Each part writes `canvas.hdr` and `canvas.near`; whoever draws a surface
draws only where it is nearer than `near`. So parts need not know one another.

Every part is made once per clip, from a `Brief` or a `Set`, and is drawn by many threads at any moment `t` in any order:
what changes while drawing lives in the state from its `new_state`. All chance comes from generators seeded by the job.
The same brief at another size of the frame shows the same world.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.kernels import device, f32
from promptreel.engines.scenes.mesh import Camera, MeshBuilder
from promptreel.engines.scenes.scene import Tick, no_tick
from promptreel.engines.scenes.scene_spec import SceneSpec

Floats = NDArray[np.float32]

# -- light -------------------------------------------------------------------------------------------------------------

# Where things are in `Light.vector`, for kernels.
SUN = 0  # unit direction toward the sun or the moon, 3
SUNLIGHT = 3  # 3
ABOVE = 6  # 3
HORIZON = 9  # 3
BELOW = 12  # 3
FOG = 15
LIGHT_LENGTH = 16

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True, slots=True)
class Light:
    """The one light of a world. The backdrop makes it; every surface is lit by it.

    Units are free (exposure is measured afterwards) but all of one world. A matte white surface that faces the sun has
    the radiance `sunlight` from it; one that faces up has `above` from the sky; one that faces down `below` from the
    ground. Air at a distance d (m) hides the share 1 - exp(-fog * d) of what is behind it, and shines `horizon` instead.
    """

    sun: Floats
    sunlight: Floats
    above: Floats
    horizon: Floats
    below: Floats
    fog: float = 0.0002
    key: float = 0.16
    """What grey the middle of the picture is exposed to: 0.16 a normal day, 0.05 a dark night, 0.25 high key."""
    exposure: float = 0.0
    """The exposure itself, where measuring would mislead: most of space is black. 0: measured by `key`."""
    wind: tuple[float, float] = (1.0, 0.3)
    """Toward where the air moves, x and z, m/s."""

    @property
    def white(self) -> float:
        """The luminance of paper that lies in this light."""
        return max(float(np.dot(self.sunlight + self.above, LUMINANCE)), 1e-6)

    @property
    def glow(self) -> float:
        """The radiance that shows as bright as paper in the sun, by day and by night alike: the unit of `emission` of all
        meshes and of all lamps. `world` multiplies by it; makers of meshes write 1 for a lit page, 4 for a lamp's globe.
        """
        return 0.9 / self.exposure if self.exposure else 0.22 * self.white / self.key

    @property
    def vector(self) -> Floats:
        """The same as one array of `LIGHT_LENGTH`, for kernels."""
        parts = [self.sun, self.sunlight, self.above, self.horizon, self.below, [self.fog]]
        return np.concatenate([np.asarray(part, np.float32).ravel() for part in parts])


# -- a picture in the making -------------------------------------------------------------------------------------------


class Canvas:
    """One thread's picture: `hdr` (3, height, width) and `near` (height, width), 1 / distance along the view's axis.

    `near` is 0 where only the backdrop is. `mirror` is a picture of half the size (or None) that shows the world upside
    down under y = 0, seen by the same camera: what calm water at that pixel would reflect.
    """

    def __init__(self, width: int, height: int, *, mirror: bool = False) -> None:
        self.width, self.height = width, height
        self.hdr: Floats = np.zeros((3, height, width), np.float32)
        self.near: Floats = np.zeros((height, width), np.float32)
        self.mirror = Canvas(max(8, width // 2), max(8, height // 2)) if mirror else None
        self.panorama: Floats | None = None
        """The sky all around at this moment (`Backdrop.panorama`), for grounds that mirror it."""


def scale_of(camera: Camera, height: int) -> float:
    """Pixels per unit of tangent: a thing of size s at distance d is s / d * scale pixels large."""
    return height / 2 / camera.tangent


@device
def view_ray(camera, scale, width, height, x, y):
    """The direction of pixel (x, y), whose part along the view's axis is 1: not a unit vector.

    `camera` is `Camera.frame`. So the point at `near` is position + direction / near. A kernel that makes its rays so
    also draws mirrored worlds, for which `Camera.mirrored` negates all heights.
    """
    across = (f32(x) + f32(0.5) - f32(width) * f32(0.5)) / scale
    up = (f32(height) * f32(0.5) - f32(y) - f32(0.5)) / scale
    return (
        camera[9] + camera[3] * across + camera[6] * up,
        camera[10] + camera[4] * across + camera[7] * up,
        camera[11] + camera[5] * across + camera[8] * up,
    )


# -- what the director gives to a part ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Brief:
    """What a backdrop, a ground or an effect is made for."""

    spec: SceneSpec
    width: int
    height: int
    duration: float
    seed: int
    time: str
    """The time of day as decided: never empty. For backdrops without one (space) it is `day`."""
    params: dict[str, Any] = field(default_factory=dict)
    """What the setting's row in `settings.toml` says to this part."""
    tick: Tick = no_tick
    tangent: float = 0.45
    """Of half the vertical angle of view."""
    light: Light | None = None
    """Of the backdrop; a backdrop itself finds None here."""

    def rng(self, name: str) -> np.random.Generator:
        """Chance of its own for each name, so that one part more changes nothing in the others."""
        return np.random.default_rng([abs(self.seed), zlib.crc32(name.encode())])


class Layer(Protocol):
    """Whatever draws itself over a canvas: effects, smoke, beams, water of a fountain."""

    def new_state(self, width: int, height: int) -> Any:
        """Buffers for one thread and one canvas of this size."""

    def draw(self, state: Any, canvas: Canvas, camera: Camera, t: float) -> None:
        """Draw over the canvas where nearer than `canvas.near`."""


class Backdrop(Layer, Protocol):
    """The farthest thing: it sets every pixel of `hdr` and `near` (to 0, or to its own depth)."""

    light: Light

    def panorama(self, state: Any, t: float) -> Floats | None:
        """The sky all around without the sun for things that mirror it, in `sky.panorama_place`'s layout turned to
        `light.sun`, (3, rows * columns); None where the backdrop has no such thing."""


class Ground(Layer, Protocol):
    """What one stands, drives or swims on."""

    mirrors: bool
    """Whether it wants `canvas.mirror` filled before it is drawn.

    Three more attributes are read where there are any: `mirrors_sky`, whether it wants `canvas.panorama`; `shadowed` (0…1),
    how strongly shadow maps fall on it; and `key`, a factor on the exposure (snow is to be white, not grey)."""

    def height(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """Height of the solid surface, or of water at rest, in m."""

    def lift(self, x: float, z: float, t: float) -> tuple[float, float, float]:
        """For what floats: height, and the slopes along x and z, of the surface at `t`."""

    def wet(self, x: ArrayLike, z: ArrayLike) -> NDArray[np.bool_]:
        """Whether it is water there."""

    def dress(self, stage: "Set") -> None:
        """Add what grows and lies on it (trees, rocks, reeds) to the set. Called before places are built."""


@dataclass(slots=True)
class Set:
    """What is built in a world, while it is being built."""

    brief: Brief
    ground: Ground
    light: Light
    mesh: MeshBuilder = field(default_factory=MeshBuilder)
    """Everything that stands still."""
    lamps: list[tuple[float, float, float, float, float, float]] = field(default_factory=list)
    """Point lights: x, y, z and colour: what a white surface 1 m away gets, in units of `Light.glow`. Emission of the
    mesh is in the same units."""
    spots: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    """Where subjects of a habitat may be, if not just anywhere: `table`, `ground` (of a room), `water` (of a pool)."""
    layers: list[Layer] = field(default_factory=list)
    """What moves in what is built and is no mesh: smoke, beams, fire. Drawn after all triangles, in this order."""
    bodies: list["Acting"] = field(default_factory=list)
    """What moves and is a mesh: sails of a windmill, flags, passing cars."""
    sights: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Where the places stand that are not all around: x, z."""
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    """Where nothing else should stand: x, z, radius."""
    lane: Callable[[float, float], tuple[float, float, float]] | None = None
    """Of a way that a place laid over a ground without one, as `TownGround.lane`."""
    lane_rise: float = 0.0
    """Metres from that ground to what wheels roll on there."""

    def free(self, x: float, z: float, radius: float) -> bool:
        """Whether nothing stands there yet."""
        return all((x - a) ** 2 + (z - b) ** 2 >= (radius + r) ** 2 for a, b, r in self.taken)


# -- bodies ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Casting:
    """What a subject's row is asked to build."""

    action: str
    """One of the row's `actions`."""
    rng: np.random.Generator
    colour: Floats | None = None
    """Linear RGB reflectance that the prompt names, or None for its natural colours."""
    qualities: frozenset[str] = frozenset()
    detail: int = 2
    """3 for who is portrayed, 2 for one or two near ones, 1 for a group, 0 for a crowd or a flock (≤ 300 vertices)."""
    night: bool = False
    """Whether it has its own lights on."""
    season: str = ""
    company: str = ""
    """What it does with who or what is beside it, one of `company.ROLES`; kinds that know none of it stay as they are."""


class Body(Protocol):
    """One subject, built: a mesh that takes a pose at every moment.

    Local coordinates: metres, y up, facing +z, its right at +x. The origin is at its feet (wheels, waterline, keel of
    what flies: the point that is moved along a path).
    """

    vertices: Floats
    """At rest, (n, 3)."""
    triangles: NDArray[np.int32]
    normals: Floats
    colour: Floats
    """Reflectance, (n, 3)."""
    emission: Floats
    """Own light, (n, 3), in units of `Light.glow`: 1 is as bright as paper in the sun, by day and by night alike (`world`
    scales it)."""
    finish: Floats
    """(n, 2): gloss 0…1 (mirrors the sky, shows highlights) and translucency 0…1 (leaves, wings, sails: lit from
    behind too)."""

    def pose(self, t: float, travelled: float, vertices: Floats, normals: Floats) -> None:
        """Write the pose at `t` seconds, after `travelled` metres on its path, into the two (n, 3) arrays.

        Gaits go by `travelled` so that feet do not slide; everything else goes by `t`. Many threads call it at once.
        """

    def lamps(self, t: float) -> Floats:
        """Point lights that it carries, (k, 6): local place, and colour in the units of `emission` at 1 m. May be empty."""


Habitat = Literal["ground", "road", "water", "underwater", "air", "space", "rail", "table"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of `subjects`: a kind of thing that a film can be about."""

    name: str
    build: Callable[[Casting], Body]
    habitat: Habitat
    size: float
    """The largest side of its usual self, in m: what framing goes by."""
    height: float
    """From its origin to its top, in m."""
    actions: dict[str, float]
    """What it can do, and how fast it travels doing so in m/s (0: in place). The first is the usual one. A name here is a
    promise that the frames show it."""
    altitude: float = 0.0
    """Of what flies or dives: metres above (below) the ground (the water)."""
    group: int = 1
    """How many come when the prompt uses the plural without a number."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a body is: `at(t)` gives x, y, z (m), heading (rad, 0 toward +z, to the right), pitch (up), bank, and the way
    travelled (m)."""

    at: Callable[[float], tuple[float, float, float, float, float, float, float]]
    surface: float = -math.inf
    """Of the water that it dives into, m: the camera waits there for it, and does not look down after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Acting:
    """A body in a world. Two are the same only if they are one: their meshes cannot be compared."""

    body: Body
    path: Path
    scale: float = 1.0
    name: str = ""
    """Which subject it is, for tests and reports: `dog#0`."""
    delay: float = 0.0
    """Seconds added to its time, so that many do not move as one."""


# -- places, effects, styles -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A row of `places`: something built that stands in a setting (lighthouse, castle), or is one (street, room)."""

    name: str
    build: Callable[[Set, float, float, float], None]
    """`build(stage, x, z, turn)`: add it to the set with its foot at (x, z), facing the camera where `turn` is 0 (its
    front looks to -z), turned by `turn` radians about y. It stands on `stage.ground` or brings its own soil."""
    size: float
    """Its largest side, m."""
    height: float
    distance: float
    """How far before the camera it looks best, m."""
    stands: Literal["ground", "shore", "water", "sky", "around"] = "ground"
    """`shore`: at the edge of water or on a rock in it; `around`: the camera is inside of it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A row of `effects`: weather and other things in the air."""

    name: str
    make: Callable[[Brief], Layer]
    """The layer for a brief with light; `spec.intensity` says how much of it."""


@dataclass(frozen=True, slots=True)
class BackdropRow:
    """A row of `backdrops`."""

    name: str
    make: Callable[[Brief], Backdrop]
    outdoors: bool = True
    """Whether it has times of day and weather."""


@dataclass(frozen=True, slots=True)
class GroundRow:
    """A row of `grounds`."""

    name: str
    make: Callable[[Brief], Ground]


@dataclass(frozen=True, slots=True)
class Style:
    """A row of `styles`: how the finished frame looks.

    `grade` are changes to the keywords of `post.Post.run`. `paint`, if there is one, is made once per thread for a size
    and changes a picture in place: `paint(width, height)(rgb, t)` with `rgb` (3, height, width) float32, display values
    0…1 before the planes are made. It must be calm: a still world gives still paint.
    """

    name: str
    grade: dict[str, Any] = field(default_factory=dict)
    paint: Callable[[int, int], Callable[[Floats, float], None]] | None = None
