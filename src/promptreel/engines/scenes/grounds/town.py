"""The ground of a town seen from above: an avenue between lawns and paved squares."""

from promptreel.engines.scenes.buildings.townground import GroundMap, Look, TownGround, ground_noise
from promptreel.engines.scenes.buildings.towns import rainy, snowy
from promptreel.engines.scenes.stage import Brief, Ground, GroundRow


def make(brief: Brief) -> Ground:
    """The row's ground."""
    assert brief.light is not None
    look = Look(
        road=9.0,
        pavement=24.0,
        wet=0.8 if rainy(brief) else float(brief.params.get("wet", 0.0)),
        rings=1.0 if rainy(brief) else 0.0,
        snow=0.8 if snowy(brief) else 0.0,
        field=(0.17, 0.17, 0.17),
        field2=(0.10, 0.13, 0.06),
        asphalt=(0.13, 0.13, 0.14),
        paint=0.9,
        wear=0.2,
    )
    noise = ground_noise(brief.seed)
    return TownGround(look, GroundMap(-60.0, -10.0, 2.0, 61, 200), brief.light, noise)


ROWS = (GroundRow("town", make),)
