"""What plants are made of: limbs (tubes between points) and leaves (small cards), many at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from promptreel.engines.scenes.mesh import MeshBuilder

Floats = NDArray[np.floating]

SNOW = np.array([0.82, 0.86, 0.93])


def unit(vectors: Floats) -> Floats:
    """The same directions, of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def directions(rng: np.random.Generator, number: int) -> Floats:
    """Directions spread evenly over the sphere, (n, 3)."""
    return unit(rng.normal(0, 1, (number, 3)))


def even_directions(number: int, rng: np.random.Generator) -> Floats:
    """Directions at even distances (a Fibonacci lattice) with a little chance, (n, 3)."""
    i = np.arange(number) + 0.5
    up = 1 - 2 * i / number
    turn = i * np.pi * (1 + 5**0.5) + rng.uniform(0, 6.3)
    flat = np.sqrt(1 - up * up)
    return unit(np.stack([flat * np.cos(turn), up, flat * np.sin(turn)], 1) + rng.normal(0, 0.16, (number, 3)))


def limbs(
    target: MeshBuilder,
    paths: Floats,
    radii: Floats,
    colour: ArrayLike,
    sides: int = 4,
    snowy: float = 0.0,
    furrows: Floats | None = None,
) -> None:
    """Tubes along paths: `paths` (n, k, 3), `radii` (n, k) in the same units, `colour` (3) or (n, k, 3).

    What faces up is covered with snow by `snowy`, 0…1. `furrows` (k, sides) are factors on the colour: the relief of bark.
    """
    number, knots, _ = paths.shape
    if not number:
        return
    along = np.gradient(paths, axis=1) if knots > 2 else np.repeat(paths[:, 1:] - paths[:, :1], 2, axis=1)
    along = unit(along)
    # Any vector that is not along the limb gives its two sides.
    other = np.where(np.abs(along[..., 1:2]) < 0.9, [0.0, 1.0, 0.0], [1.0, 0.0, 0.0])
    right = unit(np.cross(other, along))
    front = np.cross(along, right)
    angle = np.arange(sides) * (2 * np.pi / sides)
    ring = right[:, :, None] * np.cos(angle)[:, None] + front[:, :, None] * np.sin(angle)[:, None]
    points = paths[:, :, None] + ring * radii[:, :, None, None]
    index = np.arange(knots * sides).reshape(knots, sides)
    beside = np.roll(index, -1, axis=1)
    first = np.stack([index[:-1], beside[:-1], beside[1:]], -1).reshape(-1, 3)
    second = np.stack([index[:-1], beside[1:], index[1:]], -1).reshape(-1, 3)
    faces = np.concatenate([first, second])
    faces = faces[None] + (np.arange(number) * knots * sides)[:, None, None]
    base = np.asarray(colour, float)
    shade = np.broadcast_to(base if base.ndim == 1 else base[:, :, None], points.shape)
    if furrows is not None:
        shade = shade * furrows[None, :, :, None]
    if snowy:
        load = np.clip((ring[..., 1:2] - 0.15) * 2.5, 0, 1) * snowy
        shade = shade * (1 - load) + SNOW * load
    target.add(points.reshape(-1, 3), faces.reshape(-1, 3), shade.reshape(-1, 3), normals=ring.reshape(-1, 3))


def leaves(
    target: MeshBuilder,
    at: Floats,
    along: Floats,
    side: Floats,
    normals: Floats,
    colour: Floats,
    *,
    fine: bool = True,
    tip: float = 1.12,
) -> None:
    """Small cards: middles `at`, half lengths `along`, half widths `side`, all (n, 3), lit by `normals`.

    Fine ones are lozenges bent along their spine, others one triangle. `tip` brightens their ends, as light does that
    comes through.
    """
    number = len(at)
    if not number:
        return
    if fine:
        bend = np.cross(along, side)
        bend = unit(bend) * np.linalg.norm(side, axis=1, keepdims=True) * 0.35
        corners = np.stack([at - along, at + side - bend, at + along, at - side - bend], 1)
        faces = np.array([[0, 1, 2], [0, 2, 3]])
        gain = np.array([0.86, 1.0, tip, 1.0])
    else:
        corners = np.stack([at - along + side * 1.2, at + along * 1.1, at - along - side * 1.2], 1)
        faces = np.array([[0, 1, 2]])
        gain = np.array([0.93, tip, 0.93])
    per = corners.shape[1]
    index = np.arange(number)[:, None, None] * per + faces
    shade = colour[:, None] * gain[:, None]
    lit = np.repeat(normals[:, None], per, axis=1)
    target.add(corners.reshape(-1, 3), index.reshape(-1, 3), shade.reshape(-1, 3), normals=lit.reshape(-1, 3))


def foliage_cloud(
    target: MeshBuilder,
    rng: np.random.Generator,
    clumps: Floats,
    sizes: Floats,
    number: int,
    size: float,
    colours: Floats,
    *,
    fine: bool,
    flat: float = 0.72,
    hang: float = 0.0,
    slim: float = 0.5,
    snowy: float = 0.0,
    hollow: float = 0.55,
) -> None:
    """Leaves in the shells of clumps: `clumps` (k, 3) with radii `sizes` (k), squeezed along y by `flat`.

    `number` leaves of half length `size` in all; `colours` (c, 3) to choose from; `hang` turns them down; `slim` is the
    width per length. Leaves inside the crown and under the clumps are in the shade of the others.
    """
    weight = sizes**2 / (sizes**2).sum()
    owner = np.repeat(np.arange(len(clumps)), np.maximum(1, np.round(weight * number)).astype(int))
    count = len(owner)
    out = directions(rng, count)
    out[:, 1] = np.where((out[:, 1] < -0.3) & (rng.random(count) < 0.5), -out[:, 1], out[:, 1])
    reach = (hollow + (1.08 - hollow) * rng.random(count) ** 0.6)[:, None]
    place = clumps[owner] + out * reach * sizes[owner, None] * np.array([1, flat, 1])
    middle = clumps.mean(axis=0)
    extent = np.maximum(np.abs(place - middle).max(axis=0), 1e-3)
    crown = (place - middle) / extent
    depth = np.clip(np.linalg.norm(crown, axis=1), 0, 1)
    # Facing outward more or less; a crown is lit as soft bodies, each leaf a little by itself.
    face = unit(out + rng.normal(0, 0.55, (count, 3)) + [0, 0.25, 0])
    along = unit(np.cross(face, directions(rng, count)))
    along = unit(along - np.array([0, hang, 0]))
    side = unit(np.cross(face, along))
    length = size * rng.uniform(0.7, 1.3, count)[:, None]
    # Leaves let light through, so none is as dark as its back would be: turn them up.
    normals = unit(0.42 * out + 0.46 * unit(crown) + 0.18 * face + [0, 0.50, 0])
    tone = colours[rng.integers(len(colours), size=count)] * rng.uniform(0.82, 1.18, (count, 1))
    shade = (0.20 + 0.80 * depth**1.6) * (0.58 + 0.42 * np.clip(out[:, 1] + 0.45, 0, 1))
    tone = np.minimum(1.35 * tone * shade[:, None], 0.85)
    if snowy:
        load = np.clip(out[:, 1:2] * 1.6 - 0.1 + rng.normal(0, 0.2, (count, 1)), 0, 1) * snowy
        tone = tone * (1 - load) + SNOW * load
    leaves(target, place, along * length, side * length * slim, normals, tone, fine=fine)
