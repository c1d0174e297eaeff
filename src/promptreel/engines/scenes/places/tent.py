"""Tents: a ridge tent with guy ropes and an open flap, lit from inside at night; a round one in camps of colour."""

import math

import numpy as np

from promptreel.engines.scenes.buildings.building import OAK, PAINTS, Plot, beam, beams, paint_of, sheet
from promptreel.engines.scenes.buildings.masonry import islet
from promptreel.engines.scenes.stage import Place, Set


def build(stage: Set, x: float, z: float, turn: float) -> None:
    """The row's builder."""
    plot = Plot(stage, x, z, turn, "tent")
    rng, mesh = plot.rng, plot.mesh
    y = islet(plot, 7.0, 0.9, 4.2)
    tint = paint_of(stage)
    natural = [np.array(PAINTS[name]) for name in ("orange", "green", "teal", "red")] + [np.array((0.50, 0.44, 0.32))]
    cloth = np.asarray(tint if tint is not None else natural[int(rng.integers(5))])
    long, half, high = 1.75, 1.25, 1.75
    glow = (
        cloth / max(float(cloth.max()), 1e-6) * np.array([1.0, 0.72, 0.42]) * (0.55 * plot.unit if plot.dark else 0.0)
    )
    v, u = np.meshgrid(np.linspace(0, 1, 15), np.linspace(-1, 1, 23), indexing="ij")
    for side in (-1, 1):
        # The cloth hangs in a shallow curve between ridge and pegs, with creases that run to the corners.
        sag = 0.10 * np.sin(math.pi * v) * (1 - 0.3 * u * u)
        crease = 0.012 * np.sin(u * 19 + side) * np.sin(math.pi * v) + 0.01 * np.sin(v * 13 + u * 8)
        px = side * half * (1 - v) - side * sag * 0.8
        py = y + high * v - sag - 0.05 * (1 - u * u) * v + crease
        points = np.stack([px, py, u * long * (1 + 0.05 * (1 - v))], -1)
        seam = np.where(np.abs(np.abs(u) - 0.5) < 0.03, 0.75, 1.0)[..., None]
        shade = cloth * seam * (0.82 + 0.18 * v)[..., None] * rng.uniform(0.94, 1.05, (15, 23, 1))
        light = glow * (np.exp(-(((v - 0.25) / 0.5) ** 2)) * (1 - 0.45 * u * u))[..., None]
        for toward in ((side, 0.7, 0), (-side, -0.7, 0)):
            sheet(
                mesh, points, (shade * (1.0 if toward[0] == side else 0.6)).reshape(-1, 3), toward, light.reshape(-1, 3)
            )
    for front, opened in ((-long, True), (long, False)):
        for side in (-1, 1):
            fold = 0.62 if opened else 0.0
            corners = np.array(
                [
                    (side * half, y, front),
                    (side * half * fold, y, front - (0.35 if opened else 0.0)),
                    (0, y + high, front),
                ]
            )
            a, b = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9), indexing="ij")
            flap = (
                corners[0] * ((1 - a) * (1 - b))[..., None]
                + corners[1] * ((1 - a) * b)[..., None]
                + corners[2] * a[..., None]
            )
            flap[..., 2] += 0.03 * np.sin(b * 9) * (1 - a)
            light = glow * 0.6 * np.ones((81, 1))
            sheet(
                mesh,
                flap,
                (cloth * 0.92 * (0.85 + 0.15 * np.cos(b * 9))[..., None]).reshape(-1, 3),
                (0, 0, front),
                light,
            )
    floor = np.array(
        [(-half, y + 0.03, -long), (half, y + 0.03, -long), (half, y + 0.03, long), (-half, y + 0.03, long)]
    )
    mesh.quad(floor, (0.10, 0.10, 0.11), glow * 0.9, across=4, up=4, toward=(0, 1, 0))
    mesh.boxes(
        [(-0.45, y + 0.12, 0.2), (0.5, y + 0.12, 0.3)],
        [(0.3, 0.1, 0.9), (0.3, 0.1, 0.9)],
        np.array([(0.06, 0.10, 0.25), (0.28, 0.10, 0.05)]),
        turn=0.0,
    )
    for front in (-long, long):
        beam(mesh, (0, y, front), (0, y + high + 0.08, front), 0.05, OAK * 1.3)
    ropes = [((0.0, y + high + 0.05, s * long), (0.0, y, s * (long + 1.5))) for s in (-1, 1)]
    ropes += [
        ((side * half * 0.42, y + high * 0.55, u * long), (side * (half + 0.85), y, u * long * 1.1))
        for side in (-1, 1)
        for u in (-0.95, 0.0, 0.95)
    ]
    starts, stops = np.array([r[0] for r in ropes]), np.array([r[1] for r in ropes])
    if not plot.wet:
        stops[:, 1] = [float(plot.rise(px, pz)) for px, pz in stops[:, [0, 2]]]
    beams(mesh, starts, stops, 0.016, (0.55, 0.50, 0.40))
    beams(mesh, stops - [0, 0.1, 0], stops + [0, 0.14, 0], 0.045, OAK)
    mesh.boxes([(1.7, y + 0.22, -1.9)], [(0.24, 0.22, 0.16)], (0.30, 0.10, 0.04), turn=0.4)
    lantern = [(0.10, 0), (0.11, 0.04), (0.07, 0.06), (0.075, 0.22), (0.1, 0.25), (0.03, 0.31)]
    mesh.lathe((-1.55, y, -2.0), lantern, 12, (0.12, 0.13, 0.13), plot.glow(1.6) if plot.dark else 0.0)
    plot.lamp((0, y + 0.8, -long - 0.8), 0.9, (1.0, 0.7, 0.4))
    plot.lamp((-1.55, y + 0.35, -2.25), 0.7)
    plot.take((0, 0), 3.2)
    plot.finish()


ROWS = (Place("tent", build, size=6.0, height=1.9, distance=9.0),)
