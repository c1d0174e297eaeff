"""A street of a city: houses with shops by day and in the evening, neon over wet asphalt at night."""

from dataclasses import replace

import numpy as np

from promptreel.engines.scenes.buildings import facades
from promptreel.engines.scenes.buildings.facades import Fronts
from promptreel.engines.scenes.buildings.terraces import Row, house
from promptreel.engines.scenes.buildings.towers import Beacons, Town, tower
from promptreel.engines.scenes.buildings.towns import (
    WARM,
    add_seen,
    cast,
    darkness,
    snowy,
    straight,
    strollers,
    traffic,
)
from promptreel.engines.scenes.landscape.vegetation import grow, plant, season_of
from promptreel.engines.scenes.mesh import Mesh, MeshBuilder
from promptreel.engines.scenes.stage import Place, Set

LENGTH = 125.0
"""Metres of street that are built."""

LINE = 8.6
"""Metres from the middle of the road to the fronts."""

BACK = -46.0
"""Where it begins, behind the first camera: one that goes with a car may go that way."""

VIEWS = (-5.0, 0.3, BACK), (5.0, 22.0, 45.0)
"""Two corners of the box in which the camera may be."""

Rng = np.random.Generator


def is_neon(stage: Set) -> bool:
    """Whether it is the street of signs: at night, or where the film is neon through and through."""
    brief = stage.brief
    look = brief.params.get("look", "")
    return look == "neon" or "neon" in brief.spec.styles or (look != "plain" and darkness(brief) > 0.9)


def build(stage: Set, _x: float, _z: float, _turn: float) -> None:
    """The whole street; the camera stands in it, whatever place is given."""
    rng = stage.brief.rng("city street")
    if is_neon(stage):
        _neon(stage, rng)
    else:
        _terraces(stage, rng)
        _furniture(stage, rng)
    for side in (-1, 1):
        stage.taken += [(side * (LINE + 6.0), z, 6.0) for z in np.arange(BACK, LENGTH, 8.0)]
    without = stage.brief.spec.without
    if not {"person", "people"} & without:
        strollers(stage, stage.brief.rng("strollers"), straight, (6.5, 7.6), 6, 7.0, 52.0)
    if not {"car", "cars"} & without:
        traffic(stage, stage.brief.rng("traffic"), straight, (2.6, -2.6), 4, 14.0, 150.0)


def _terraces(stage: Set, rng: Rng) -> None:
    """Houses of three to seven floors on both sides, and the towers of the town at its end."""
    dark = darkness(stage.brief)
    shops, fronts = MeshBuilder(), Fronts()
    walls = MeshBuilder()
    row = Row(walls, shops, fronts, stage.light, dark, snowy(stage.brief))
    for side in (-1, 1):
        z = BACK
        while z < LENGTH:
            wide = rng.uniform(8.5, 15.0)
            floors = int(rng.integers(3, 6)) if rng.random() < 0.75 else int(rng.integers(6, 9))
            house(row, rng, side, LINE + rng.uniform(0, 0.7), z, wide, floors)
            z += wide + (0.02 if rng.random() < 0.86 else rng.uniform(2.5, 6.0))
    add_seen(stage, walls.build(), VIEWS)
    # By day the rooms of shops are dim caves, at dusk they shine out.
    inside = 0.13 + 0.87 * dark
    rooms = shops.build()
    add_seen(stage, replace(rooms, emission=rooms.emission * np.float32(inside)), VIEWS)
    if dark > 0:
        for lamp in fronts.lamps[:44]:
            x, y, z = lamp.at
            r, g, b = np.asarray(lamp.colour) * (0.9 * dark)
            stage.lamps.append((float(x), float(y), float(z), float(r), float(g), float(b)))
    _distance(stage, rng, dark)


def _distance(stage: Set, rng: Rng, dark: float) -> None:
    """What closes the street: houses across its end, and high-rises in the haze behind them."""
    beacons: list[tuple[float, float, float, float]] = []
    town = Town(stage.mesh, stage.light, dark, (0.0, 1.7, 0.0), 0.35, beacons)
    x = -44.0
    while x < 44:
        half = rng.uniform(6, 11)
        tower(town, rng, x + half, LENGTH + 36.0, half, rng.uniform(14, 26), 1.0)
        x += 2 * half
    for _ in range(8):
        tower(town, rng, rng.uniform(-85, 85), rng.uniform(230, 430), rng.uniform(9, 17), rng.uniform(45, 130), 1.4)
    if dark > 0 and beacons:
        stage.layers.append(Beacons(np.array(beacons), np.array([4.0, 0.2, 0.1]), stage.light, 0.8))


def _furniture(stage: Set, rng: Rng) -> None:
    """Trees, lamps, parked cars, benches and bins along the kerbs."""
    mesh, brief = stage.mesh, stage.brief
    dark = darkness(brief)
    without = brief.spec.without
    for side in (-1, 1):
        if "tree" not in without:
            _trees(stage, rng, side)
        for z in np.arange(-34.0 if side > 0 else -46.0, 110.0, 21.0):
            _lamp(stage, side, float(z + rng.uniform(-1, 1)), dark)
        row = np.arange(7.0, 60, 3.1)
        row = row[rng.random(len(row)) < 0.5]
        posts = np.stack([np.full(len(row), side * 5.95), np.full(len(row), 0.42), row], 1)
        mesh.boxes(posts, [0.05, 0.42, 0.05], 0.06)
        for _ in range(3):
            bin_at = np.array([side * rng.uniform(7.6, 7.9), 0.45, rng.uniform(9, 55)])
            mesh.boxes([bin_at], [0.24, 0.45, 0.24], np.array([0.05, 0.08, 0.06]))
            mesh.boxes([bin_at + [0, 0.48, 0]], [0.27, 0.04, 0.27], 0.05)
        for bench in rng.uniform(10, 60, 2):
            x = side * 6.9
            slats = [
                (x + side * d, h, bench)
                for d, h in ((-0.16, 0.45), (0.0, 0.45), (0.16, 0.45), (0.24, 0.66), (0.27, 0.84))
            ]
            mesh.boxes(slats, [0.065, 0.02, 0.8], np.array([0.26, 0.15, 0.08]))
            mesh.boxes([(x, 0.22, bench - 0.6), (x, 0.22, bench + 0.6)], [0.2, 0.22, 0.03], 0.05)
        if not {"car", "cars"} & without:
            _parked(stage, rng, side)


def _trees(stage: Set, rng: Rng, side: int) -> None:
    """Street trees in their beds of soil."""
    z = np.concatenate([np.arange(-40, -5, 11.5), np.arange(12.5, 110, 11.5)])
    z = (z + rng.uniform(-1.2, 1.2, len(z)))[rng.random(len(z)) < 0.82]
    feet = np.stack([side * rng.uniform(6.15, 6.4, len(z)), np.zeros(len(z)), z], 1)
    high, turn = rng.uniform(5.4, 7.8, len(z)), rng.uniform(0, 6.28, len(z))
    tint = np.clip(1 + 0.12 * rng.normal(size=(len(z), 3)), 0.6, 1.5)
    season = "winter" if snowy(stage.brief) else season_of(stage.brief.spec)
    for detail, near, far in ((1, -90.0, 0.0), (2, 0.0, 18.0), (1, 18.0, 55.0), (0, 55.0, 200.0)):
        these = (z >= near) & (z < far)
        if these.any():
            kind = grow("broadleaf", np.random.default_rng(int(rng.integers(1 << 31))), detail, season)
            plant(stage.mesh, kind, feet[these], high[these], turn[these], tint[these])
    stage.mesh.boxes(feet + [0, 0.02, 0], [0.55, 0.03, 0.55], np.array([0.10, 0.075, 0.05]))
    stage.taken.extend((float(x), float(at), 0.4) for x, _, at in feet)


def _parked(stage: Set, rng: Rng, side: int) -> None:
    """Cars along the kerb, their lights off."""
    near, far = cast(stage, "car", "drive", rng, 1), cast(stage, "car", "drive", rng, 0)
    if near is None or far is None:
        return
    z = rng.uniform(15, 22)
    while z < 75:
        if rng.random() < 0.55:
            body = near if z < 32 else far
            turned = np.array([side, 1, side], np.float32)
            at = np.array([side * 4.65, 0, z], np.float32)
            dull = np.zeros_like(body.colour)
            parked = Mesh(body.vertices * turned + at, body.triangles, body.normals * turned, body.colour, dull)
            add_seen(stage, parked, VIEWS)
            stage.taken.append((side * 4.65, float(z), 2.6))
        z += rng.uniform(5.4, 7.0)


def _lamp(stage: Set, side: int, z: float, dark: float) -> None:
    """A lamp at the kerb with an arm over the road."""
    x = side * 5.95
    iron = np.full(3, 0.045)
    stage.mesh.lathe((x, 0, z), [(0.13, 0), (0.10, 0.6), (0.06, 0.75), (0.045, 5.8)], 8, iron)
    stage.mesh.boxes([(x - side * 0.55, 5.80, z)], [0.60, 0.03, 0.035], iron)
    stage.mesh.boxes([(x - side * 1.05, 5.74, z)], [0.34, 0.05, 0.12], iron * 1.4)
    pane = [(x - side * 1.05 + a, 5.685, z + b) for a, b in ((-0.3, -0.1), (0.3, -0.1), (0.3, 0.1), (-0.3, 0.1))]
    stage.mesh.quad(pane, 0.6, WARM * 4.0 * dark, toward=(0, -1, 0))
    if dark > 0:
        r, g, b = WARM * 13.0 * dark
        stage.lamps.append((x - side * 1.05, 5.3, z, float(r), float(g), float(b)))


# -- neon --------------------------------------------------------------------------------------------------------------


def _neon(stage: Set, rng: Rng) -> None:
    """The street of signs, machines and wires. It is always dark enough there for its lights to be on."""
    fronts = Fronts()
    mesh = MeshBuilder()
    for side in (-1, 1):
        z = BACK + 12.0
        while z < LENGTH:
            wide = rng.uniform(7, 14)
            high = rng.uniform(11, 26) if rng.random() < 0.55 else rng.uniform(26, 60)
            facades.building(mesh, fronts, rng, side, 8.2 + rng.uniform(0, 1.5), z, wide, high)
            z += wide + (0.0 if rng.random() < 0.75 else rng.uniform(0.8, 2.2))
        for z in np.arange(10.0, 110.0, 18.0):
            fronts.lamps.append(facades.street_lamp(mesh, side, float(z + rng.uniform(-3, 3))))
        for z in rng.uniform(9, 60, 3):
            fronts.lamps.append(facades.vending_machine(mesh, rng, side, float(z), 8.2))
        row = np.arange(7.5, 70, 2.6)
        row = row[rng.random(len(row)) < 0.75]
        posts = np.stack([np.full(len(row), side * 5.95), np.full(len(row), 0.42), row], 1)
        mesh.boxes(posts, [0.055, 0.42, 0.055], 0.09)
        mesh.boxes(posts + [0, 0.30, 0], [0.06, 0.05, 0.06], 0.35)
        number = 9
        at = np.stack([side * rng.uniform(7.5, 8.0, number), np.full(number, 0.35), rng.uniform(7, 60, number)], 1)
        half = np.stack([rng.uniform(0.18, 0.35, number), np.full(number, 0.35), rng.uniform(0.2, 0.5, number)], 1)
        mesh.boxes(at, half, rng.uniform(0.03, 0.14, (number, 3)))
    facades.cables(mesh, rng, 11)
    add_seen(stage, mesh.build(), VIEWS)
    _distance(stage, rng, 1.0)
    for lamp in fronts.lamps:
        (x, y, z), (r, g, b) = lamp.at, lamp.colour
        stage.lamps.append((float(x), float(y), float(z), float(r), float(g), float(b)))


ROWS = (Place("city_street", build, 330.0, 30.0, 0.0, "around"),)
