"""Blocking, as film people call it: where the subjects of a plan stand and go, in a world that is built."""

import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from promptreel.engines.scenes import arrangement, company, landing, staging
from promptreel.engines.scenes.camera import SAFE, Member, Operator, Point, Pose
from promptreel.engines.scenes.craft.trails import Trail
from promptreel.engines.scenes.director import ANYBODY, FURNITURE, HUMANS, PORTRAIT_HEIGHT, Cast, Plan
from promptreel.engines.scenes.explosion import Exploding, Fireball
from promptreel.engines.scenes.materials import COLOURS, material
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.spray import Hull, Splashes, Wake
from promptreel.engines.scenes.stage import Acting, Casting, Path, Set, Subject

ALOFT = frozenset({"fly", "float", "hover", "drift"})
"""What puts anything into the air."""

ENCLOSED = frozenset({"garden", "river", "waterfall", "lake", "harbour", "village", "ruins", "island", "studio"})
"""Settings with no room to run far, nor for a camera to go along, beside those indoors."""

WALLED = frozenset({"waterfall"})
"""Settings in which what flies wheels before the camera: there are cliffs to all sides."""

STROLL = 2.0
"""Metres a second: who is faster needs more room than a street is wide."""

ABREAST = 1.6
"""Metres to the side of the first one within which others run along a road."""

LANES = frozenset({"road", "rail"})
"""Habitats in which one goes where the road goes."""

WADED = frozenset({"lake", "river", "waterfall", "harbour", "beach", "island"})
"""Settings whose water is shallow near the camera."""

FACES = frozenset({"smile", "talk"})
"""What is done with the face."""

LYING = frozenset({"sleep", "jump"})
"""What is done stretched out."""

HALF_HEAD = 0.145
"""From the crown down to the eyes, hair included, m."""

HANDY = frozenset({"book", "cup", "guitar", "baby"})
"""What a person who is there too has in the hands."""

HELD = HANDY | {"flower", "candle", "lantern", "apple", "cake", "ball", "clock", "gift"}
"""What is in the hands of who is said to hold or to give it."""

BACKS = {"flower": 1.0, "chair": 0.49, "armchair": 0.53, "sofa": 0.53, "bench": 0.54, "stool": 1.0, "mushroom": 1.0,
         "branch": 0.0, "eagle": 0.2, "boat": 0.4, "sailing_boat": 0.085, "ship": 0.3}  # fmt: skip
"""At what share of its height one sits on something, where it is not 0.72 as on a horse."""

BOATS = frozenset({"boat", "sailing_boat", "ship"})

SPINNING = frozenset({"aeroplane", "helicopter", "drone"})
"""What lands with its engines running, as one body."""

FILLED = 0.42, 0.45
"""The shares of the frame's width and height that one alone is to take."""

FILLED_BY_SEVERAL = 0.72, 0.62

LENSES = 0.5, 1.45
"""The narrowest and the widest lens, as factors on the tangent of the setting's angle of view."""

SMALL_BIRD = 0.6
"""Metres: what flies and is smaller comes as near to things as they are told to be."""

SMALL_SWIMMER = 2.5
"""Metres: what is on the water and smaller is filmed with a long lens, for the camera stands on the shore."""

HOLDERS = frozenset({"person", "man", "woman", "child", "boy", "girl", "monkey", "robot"})


class Blocking:
    """Makes the `actors`, and knows what the camera should care for (`target`) and go along with (`follow`)."""

    def __init__(self, plan: Plan, stage: Set, base: Pose) -> None:
        """`base` is where the camera stands."""
        self.plan, self.setting = plan, plan.setting
        self.set, self.ground, self.seed = stage, stage.ground, stage.brief.seed
        self.tangent, self._tick = stage.brief.tangent, stage.brief.tick
        self._aspect = stage.brief.width / stage.brief.height
        self._base, self._pace = base, plan.spec.speed
        self._random = np.random.default_rng([abs(self.seed), zlib.crc32(b"blocking")])
        self.actors: list[Acting] = []
        self.target: Point | None = None
        self.follow: Callable[[float], Point] | None = None
        self._followed, self._lead_speed, self._heading_of_lead = False, 0.0, 0.0
        self._shift, self._circling = 0.0, False
        self._ring: Point | None = None
        self._rug: staging.Mark | None = None
        self.cast = arrangement.arranged(plan.cast)
        self._marks: dict[str, staging.Mark] = {}
        self._lead_mark = staging.Mark(0.0, 0.0, 0.0, 0.0)
        self._members: dict[str, list[Member]] = {}
        self._place_subjects()
        self._clear_the_way()
        if not self.actors:
            self._look_at_place()

    def _place_subjects(self) -> None:
        shots = tuple((start * self._pace, end * self._pace) for start, end in self.plan.shots)
        clock = staging.Clock(shots)
        aspect = self._aspect
        leads: dict[str, Acting] = {}
        side = 1.0 if self._random.random() < 0.5 else -1.0
        for order, cast in enumerate(self.cast):
            if order and (self._opposed(cast) or (self._rests and cast.row.habitat in {"ground", "table"})):
                cast = company.resting(cast)
            elif order and not company.said(self.plan.spec, company.CHASES):
                cast = company.keeping_up(self.plan.cast[0], cast)
            random = np.random.default_rng([abs(self.seed), zlib.crc32(cast.row.name.encode()), order])
            mark, distance = self._mark(cast, order, side, aspect, random)
            self._ring = self._fireside(cast) or self._picnic(cast, mark)
            mark = self._rug if cast.row.name == "picnic" and self._rug else mark
            pair = company.pair(self.plan.spec, cast) if not self._ring else ""
            chased = False
            if cast.row.name in FURNITURE - {"bench", "sofa"} and (sitters := self._sitters(leads)):
                cast = replace(cast, count=len(sitters))
            size = cast.wanted.size
            rider = cast.wanted.relation == "on" and cast.wanted.target in leads
            speed = self._speed(cast, distance, aspect)
            if order == 0:
                if self._enclosed and (0 < speed <= 2.0 or (speed > 0 and self._flies_indoors(cast))):
                    least = 0.0 if self._flies_indoors(cast) else 0.5 * speed
                    speed = min(speed, max(0.5 * self._across(distance) / self._longest, least))
                if any(self._opposed(other) for other in self.plan.cast[1:]):
                    mark, speed = self._opening(mark, distance), 0.0
                if pair == "hands":
                    toward = math.pi + 0.3 * side
                    mark, speed = replace(mark, heading=toward), min(speed, 0.7 * distance / self._longest)
                elif pair or self._accompanied_by_resting():
                    speed = 0.0
                mark = self._ashore(cast, mark, speed)
                self._lead_speed, self._heading_of_lead, self._lead_mark = speed, mark.heading, mark
                self._followed = self._leaves(cast, speed, distance, aspect)
                if self._passes(cast, speed, distance):
                    mark, speed = self._past(mark, speed, distance, side)
                    self._lead_speed, self._heading_of_lead, self._lead_mark = speed, mark.heading, mark
                elif not self._followed and not self._on_a_lane(cast):
                    # Who is neither followed nor passing by is not to run out of the picture.
                    speed = self._lead_speed = min(speed, 0.7 * self._across(distance) / self._longest)
                if len(self.plan.cast) > 1 and not self._followed and cast.row.habitat not in LANES:
                    speed = self._lead_speed = min(speed, 0.5 * self._across(distance) / self._longest)
            elif self._opposed(cast):
                mark, speed = company.facing(self.plan.spec, self.plan.cast[0], cast, self._lead_mark), 0.0
                self._look_at_both(mark, cast)
            elif speed > 0.05:
                mark, speed = self._beside(cast, mark, speed, distance, aspect)
                if self._lead_speed > 0.05 and company.said(self.plan.spec, company.CHASES):
                    mark = company.ahead(self.plan.cast[0], cast, self._lead_mark)
                    self._look_at_both(mark, cast)
                    chased = self._circling
            spread = cast.row.size * size * (1.5 if cast.count > 3 else 1.25)
            body_rng = np.random.default_rng([abs(self.seed), 77, order])
            seat = self._seat_of(cast)
            for number, offset in enumerate(self._formation(cast, spread, seat, random)):
                body = self._cast_body(cast, number, body_rng, self._role(cast, pair, number))
                lift = offset[1] * (1.8 if cast.row.habitat == "air" and cast.count > 3 else 1.0)
                lift = 0.0 if cast.row.habitat in {"ground", "road", "rail"} and not cast.aloft else lift
                # Who is nearer than the first one is must not stand before the lens.
                deep = max(0.8 * offset[2], -0.3 * distance)
                at = staging.Mark(mark.x + offset[0], mark.y + lift, mark.z + deep, mark.heading)
                if self._ring is not None:
                    at = self._seat(number, cast.count)
                elif number and not seat and not self._flanks(cast):
                    at = self._on_its_own_ground(cast, at, mark, size)
                if pair:
                    at = company.pair_mark(pair, mark, number, cast.row.height * size / 1.75)
                holder = self._holder(cast, leads)
                if holder is not None and cast.row.name == "guitar":
                    path = staging.slung(holder[0], holder[1], size)
                elif holder is not None:
                    before = 0.21 if cast.row.name == "baby" else 0.32 + 0.05 * (number // 3)
                    path = staging.carried(
                        holder[0], holder[1], before, 0.07 * ((number + 1) % 3 - 1) if number else 0.0
                    )
                elif rider and cast.action == "land" and self.setting.ground:
                    top = replace(self._perch(cast, leads), heading=mark.heading)
                    path = self._landing(cast, top, body, size, speed, shots, perched=True)
                elif rider:
                    under = leads[cast.wanted.target]
                    mount = self.plan.cast[[c.row.name for c in self.plan.cast].index(cast.wanted.target)]
                    high = mount.row.height * mount.wanted.size * BACKS.get(mount.row.name, 0.72)
                    long = mount.row.size * mount.wanted.size
                    aside, ahead = 0.24 * long * offset[0] / spread if number else 0.0, 0.0
                    if mount.row.name in HUMANS:  # On a shoulder.
                        tall = mount.row.height * mount.wanted.size
                        high, aside, ahead = 0.80 * tall, 0.1 * tall, -0.07 * tall
                    if mount.row.name in BOATS:  # Behind the mast, and one behind the other.
                        aside, ahead = 0.03 * long * (-1) ** number, -0.24 * long + 0.1 * long * (number % 6)
                    path = staging.carried(under.path, high, ahead, aside)
                elif cast.row.name in FURNITURE and (sitters := self._sitters(leads)):
                    path = self._under(cast, sitters, number)
                elif chased:
                    lead = self._lead_mark
                    gap = math.hypot(mark.x - lead.x, mark.z - lead.z)
                    path = company.earlier(self.actors[0].path, gap / self._lead_speed)
                elif pair == "dance":
                    floor = float(self.ground.height(mark.x, mark.z)) if self.setting.ground and not mark.y else mark.y
                    path = company.turning(mark, number, cast.row.height * size / 1.75, floor)
                elif cast.action == "land" and self.setting.ground and cast.row.habitat in {"air", "space"}:
                    path = self._landing(cast, at, body, size, speed, shots)
                else:
                    path = self._path(cast, at, speed, clock, size, float(random.uniform(0, 6.28)))
                delay = 0.0 if number == 0 or pair or cast.action == "land" else float(random.uniform(0, 3))
                acting = Acting(body, path, size, f"{cast.row.name}#{number}", delay)
                self.actors.append(acting)
                self._care_for(cast, acting, number)
                if cast.action == "explode":
                    self._burst(acting, cast.row, body_rng)
                if number < 6:
                    self._leave_trails(acting, shots, body_rng)
                if number < 6 and self.setting.ground and self.setting.name != "underwater":
                    self._stir_water(cast, acting, at, speed)
                leads.setdefault(cast.row.name, acting)
            if self.target is None:
                self._aim(cast, leads[cast.row.name], size)
            self._ring = None
            self._marks.setdefault(cast.row.name, mark)
            if order and cast.wanted.relation in {"left", "right", "middle"} and not self._followed:
                self._look_at_both(mark, cast)
            self._keep_clear(cast, leads[cast.row.name], size)
            side = -side
            self._tick(cast.row.name)

    def _mark(
        self, cast: Cast, order: int, side: float, aspect: float, random: np.random.Generator
    ) -> tuple[staging.Mark, float]:
        """Where in the world a kind of subject is in the middle of the shot, and how far from the camera."""
        row, wanted, base = cast.row, cast.wanted, self._base
        size = wanted.size
        count = 1 if company.pair(self.plan.spec, cast) else cast.count
        distance = staging.framing_distance(row, size, count, self.tangent, aspect) * (
            1.15 if count < cast.count else 1
        )
        distance *= {"far": 2.2, "near": 0.75}.get(wanted.relation, 1.0) * self._nearness(cast)
        if order == 0 and any(other.wanted.relation in {"left", "right", "middle", "near"} for other in self.cast[1:]):
            distance *= 1.0 + 0.12 * min(len(self.cast), 4)
            for other in self.cast[1:]:
                there = staging.framing_distance(other.row, other.wanted.size, other.count, self.tangent, aspect)
                if other.wanted.relation in arrangement.CONVERSE or other.wanted.relation == "middle":
                    distance = max(distance, 0.9 * there)
        if order == 0 and row.name in FURNITURE and (least := self._smallest_on(row.name)) < 0.4 * row.size * size:
            distance *= max(0.45, 2.0 * least / (row.size * size))  # The kitten is what one wants to see, not the sofa.
        distance = max(distance, 0.55 * row.size * size + (0.8 if row.size * size > 0.6 else 0.45))
        if order == 0 and any(self._opposed(other) for other in self.plan.cast[1:]):
            other = company.partner(self.plan.cast)
            there = staging.framing_distance(other.row, other.wanted.size, 1, self.tangent, aspect)
            distance = max(1.3 * distance, min(1.15 * there, 2.2 * distance))
        if self.plan.portrait and order == 0:
            distance = self.plan.portrait / (2 * self.tangent)
        if order:
            lead = self.plan.cast[0]
            first = staging.framing_distance(lead.row, lead.wanted.size, lead.count, self.tangent, aspect)
            first = self.plan.portrait / (2 * self.tangent) if self.plan.portrait else first * self._nearness(lead)
            distance = max(distance, min(first, distance * 3)) if wanted.relation != "front" else 0.75 * first
            if wanted.relation == "behind":
                distance = 1.5 * max(first, distance)
            if row.habitat == "air" and lead.row.habitat != "air" and row.size * size > 3:
                distance *= 1.7  # A dragon over a cat has room above it only far away.
        half = distance * self.tangent * min(aspect, 2.2)
        aside = {"left": -0.4, "right": 0.4, "middle": 0.0}.get(
            wanted.relation, side * (0.10 if order == 0 else 0.36 + 0.10 * (order > 2))
        )
        x, z = base.x + aside * half, base.z + distance
        heading = self._heading(cast, aside, random)
        if (found := self._arranged_mark(cast, order, side, heading)) is not None:
            return found, distance
        if order and wanted.relation == "above" and row.habitat == "air" and wanted.target in self.set.sights:
            x, z = self.set.sights[wanted.target]
            roof = next(place.height for place in self.plan.places if place.name == wanted.target)
            y = max(float(self.ground.height(x, z)), 0.0) + roof + 0.3 * row.height * size + 0.5
            return staging.Mark(x, y, z, heading), math.hypot(x - base.x, z - base.z)
        if order and row.habitat == "air" and not wanted.target and self._walled_off(aside, distance):
            x = base.x - aside * half  # Not behind the house.
        habitat = "air" if cast.action in ALOFT and cast.action not in row.actions else cast.habitat
        spots = self.set.spots.get(habitat) or (
            self.set.spots.get("ground") if habitat in {"table", "ground"} else None
        )
        way = self.set.spots.get("walk")
        if self.plan.portrait and order == 0:
            way = spots = None
        if way and row.habitat == "ground" and cast.speed > 0.05 and row.size < 3 and self._strolls(order, distance):
            (x0, y0, z0), (x1, _, z1) = way[0], way[-1]
            far = 1.25 if cast.speed > 2 else 1.1
            back = min(far * distance, math.hypot(x1 - base.x, z1 - base.z))
            at = min(max((back - z0) / max(z1 - z0, 0.1), 0.35), 0.8)
            x, z = x0 + (x1 - x0) * at, z0 + (z1 - z0) * at
            strolling = sum(one.row.habitat == "ground" for one in self.plan.cast[:order])
            x += 0.0 if len(self.plan.cast) == 1 else (-0.45 if strolling % 2 == 0 else 0.45)
            return staging.Mark(x, y0, z, math.atan2(x0 - x1, z0 - z1)), max(z - base.z, 0.8)
        if spots and (habitat in {"table", "sill", "water"} or order or distance > 2.0):
            if habitat == "sill":
                heading = 0.25 * heading / math.pi
            place = spots[order % len(spots)]
            return staging.Mark(*place, heading), max(math.dist(place, (base.x, base.y, base.z)), 0.8)
        high = 2 * distance * self.tangent
        y = 0.0
        if habitat in {"air", "space"} or not self.setting.ground:
            over = order > 0 and habitat == "air" and self.plan.cast[0].row.habitat != "air"
            share = {"above": 0.30, "below": 0.66}.get(wanted.relation, 0.40 if over else 0.44 + 0.06 * order)
            y = base.y + math.tan(base.pitch) * distance + (0.5 - share) * high - 0.5 * row.height * size
            if self.setting.ground:
                y = max(y, float(self.ground.height(x, z)) + 0.35 * row.size * size + 0.3)
        elif habitat == "underwater" and self.setting.name == "underwater":
            share = 0.45 + 0.08 * (order % 2)
            y = base.y + math.tan(base.pitch) * distance + (0.5 - share) * high
            # Between the bed and the surface, which is farther up for what is large: else reefs would hide it.
            y = min(
                max(y, float(self.ground.height(x, z)) + 0.4 * min(row.size * size, 8.0)), 0.25 * row.size * size - 0.5
            )
        elif habitat in {"ground", "table", "road", "rail"}:
            # Where all is sea out there, nearer to the camera: who watches a rocket rise from it stands on the beach.
            shares = (1.0, 0.5, 0.25, 0.12) if self.setting.ground and bool(self.ground.wet(x, z)) else (1.0,)
            tries = [(base.x + share * (x - base.x), base.z + share * (z - base.z)) for share in shares]
            if order and len(shares) > 1:
                tries = self._near_the_lead(row, size, side)
            dry = (staging.dry_spot(self.set, a, b, 0.4 * row.size * size, wet=False) for a, b in tries)
            places = [spot for spot in dry if spot]
            if order and len(shares) > 1:  # As near to the middle of the picture as may be.
                ahead = math.atan2(self._lead_mark.x, self._lead_mark.z)
                places.sort(key=lambda at: abs(math.atan2(at[0], at[1]) - ahead))
            x, z = places[0] if places else (x, z)
            distance = math.hypot(x - base.x, z - base.z) if order and len(shares) > 1 else distance
        elif habitat in {"water", "underwater"}:
            # Where boats are moored before the camera, behind them rather than out of the picture.
            for share in (1.0, 1.4, 1.9, 2.5):
                spot = staging.dry_spot(self.set, share * x, share * z, 0.5 * row.size * size, wet=True)
                if spot and abs(math.atan2(*spot) - math.atan2(x, z)) < 0.3:
                    x, z = spot
                    break
        return staging.Mark(x, y, z, heading), distance

    def _smallest_on(self, name: str) -> float:
        """The size of the smallest that is on one of a kind, m; infinite where nobody is."""
        on = (one for one in self.plan.cast if one.wanted.relation == "on" and one.wanted.target == name)
        return min((one.row.size * one.wanted.size for one in on), default=math.inf)

    def _near_the_lead(self, row: Subject, size: float, side: float) -> list[tuple[float, float]]:
        """Where who stays with the first kind looks for a place: at its sides, and behind it."""
        lead, first = self._lead_mark, self.plan.cast[0]
        gap = 0.6 * (row.size * size + first.row.size * first.wanted.size)
        return [(lead.x + gap * a, lead.z + gap * b) for a, b in ((side, 0.0), (-side, 0.0), (0.5 * side, 0.9))]

    def _walled_off(self, aside: float, distance: float) -> bool:
        """Whether a place that is built stands on that side of the picture, nearer than `distance`."""
        return any(x * aside > 0 and z < distance for x, z in self.set.sights.values())

    def _heading(self, cast: Cast, aside: float, random: np.random.Generator) -> float:
        """Which way a subject looks: at the viewer when it poses, across the picture and a little nearer when it goes."""
        if self.plan.portrait and cast is self.plan.cast[0]:
            return math.pi - 0.5 * aside + float(random.uniform(0.12, 0.38)) * (1 if random.random() < 0.5 else -1)
        if cast.row.habitat == "road" and self.plan.camera == "follow" and self.plan.spec.camera:
            return 0.0  # Whom a camera follows on a road it sees from behind.
        if cast.action in staging.TOWARD_CAMERA or not cast.speed:
            turn = float(random.uniform(-0.45, 0.45))
            if self._is_long(cast):
                # What is longer than tall is seen from the side, the more the flatter it is.
                turn = math.copysign(0.55 + 0.9 * abs(turn) + (0.35 if cast.action in LYING else 0.0), turn)
            return math.pi - 0.5 * aside + turn
        if cast.row.habitat == "rail" or self._keeps_to_the_way(cast):
            return math.pi  # A train is seen from its front.
        across = -1.0 if aside > 0.05 else 1.0 if aside < -0.05 else (1.0 if random.random() < 0.5 else -1.0)
        return across * (math.pi / 2 + float(random.uniform(0.12, 0.55)))

    @staticmethod
    def _is_long(cast: Cast) -> bool:
        """Whether it is an animal on four legs that stays where it is, but for sitting up."""
        row = cast.row
        return (
            row.habitat == "ground" and row.height < 0.95 * row.size and "walk" in row.actions and cast.action != "sit"
        )

    def _speed(self, cast: Cast, distance: float, aspect: float) -> float:
        """How fast it goes, m/s; not so fast that a shot leaves the part of the world that is there."""
        if self.setting.name == "studio" and not cast.wanted.action:
            return 0.0
        speed = cast.speed * min(max(self._pace, 0.3), 2.0) ** 0.0
        longest = max(end - start for start, end in self.plan.shots)
        return min(speed, max(70.0, 2.2 * distance) / max(longest * self._pace, 1.0))

    def _on_its_own_ground(self, cast: Cast, at: staging.Mark, first: staging.Mark, size: float) -> staging.Mark:
        """One of a group beside the first: not in a hedge or a house, in water only who belongs there."""
        if not self.setting.ground or first.y or cast.habitat not in {"ground", "road", "water"}:
            return at
        wet = cast.habitat == "water" and bool(self.ground.wet(first.x, first.z))
        spot = staging.dry_spot(self.set, at.x, at.z, 0.3 * cast.row.size * size, wet=wet)
        return replace(at, x=spot[0], z=spot[1]) if spot else at

    def _path(
        self, cast: Cast, mark: staging.Mark, speed: float, clock: staging.Clock, size: float, phase: float
    ) -> Path:
        """The way that fits what it does and where it lives."""
        row, action = cast.row, cast.action
        length = row.size * size
        ground = self.ground
        inside = cast.habitat in self.set.spots or (row.habitat in {"ground", "table"} and "ground" in self.set.spots)
        if inside and mark.y:
            return Path(lambda _t: (mark.x, mark.y, mark.z, mark.heading, 0.0, 0.0, 0.0))
        if self._ring is not None:
            floor = float(ground.height(mark.x, mark.z))
            return Path(lambda t: (mark.x, floor, mark.z, mark.heading, 0.0, 0.0, 0.8 * t))
        if action == "explode":
            speed = 0.0
        elif action not in row.actions and action in ANYBODY:
            return self._unlike_itself(cast, mark, speed, clock, phase)
        if action == "launch":
            floor = float(ground.height(mark.x, mark.z)) if self.setting.ground else mark.y
            start = staging.Mark(mark.x, floor, mark.z, mark.heading)
            return staging.lifting_off(start, clock.shots, max(6.0, 0.25 * length))
        if (
            row.habitat in {"air", "space"}
            or not self.setting.ground
            or (row.habitat == "underwater" and not bool(ground.wet(mark.x, mark.z)))
        ):
            if row.habitat == "air" and self.setting.ground and action in {"stand", "sit", "sleep", "walk"}:
                feet = staging.on_ground(ground, 0.0, tilts=False, heading=mark.heading)
                return staging.straight(mark, speed, clock, feet)
            if row.name == "branch":
                return staging.hovering(mark, clock, 0.0, 0.006 * length, 0.0, phase)
            if speed < 0.05 or action in {"hover", "rise", "float", "drift", "fall", "spin"}:
                rise = speed if action == "rise" else -speed if action == "fall" else 0.0
                spin = 1.2 if action == "spin" else 0.05 if row.habitat == "space" else 0.0
                return staging.hovering(mark, clock, rise, 0.08 * length + 0.1, spin, phase)
            curve = (0.06 if row.size < 5 else 0.02) * (1 if phase > 3.14 else -1)
            if self.setting.name in WALLED:
                away = math.hypot(mark.x - self._base.x, mark.z - self._base.z)
                radius = max(0.2 * self._across(away), 2.0)
                curve = -math.copysign(speed / radius, math.sin(mark.heading))  # Away from the camera, not into it.
            wander = 0.05 * length + min(0.15, length)
            return staging.flying(mark, speed, clock, wander=wander, phase=phase, curve=curve)
        if row.habitat == "underwater" and self.setting.name == "underwater":
            # What is long does not dive and rise steeply: it goes slowly for its length.
            wander = min(0.06 * length, 0.12 * max(speed, 1.5))
            return staging.flying(mark, speed, clock, wander=wander, phase=phase, curve=0.03)
        wet = bool(ground.wet(mark.x, mark.z))
        if row.habitat == "underwater" or (row.habitat == "water" and action in {"jump", "dive"}):
            if action in {"jump", "dive"}:
                # All near their highest in the middle of the shot, which is what its poster shows.
                return staging.leaping(mark, max(speed, 2.0), clock, length, 0.04 * phase)
            afloat = staging.on_water(ground, length, 0.62 * row.height * size, mark.heading)
            return staging.straight(mark, speed, clock, afloat)
        if row.habitat == "water" and wet:
            return staging.straight(mark, speed, clock, staging.on_water(ground, length, 0.0, mark.heading))
        if wet:  # a land animal in the sea swims, at the edge of a lake it wades
            wades = self.setting.name in WADED and action not in {"swim", "dive"}
            afloat = staging.on_water(ground, length, (0.26 if wades else 0.62) * row.height * size, mark.heading)
            return staging.straight(mark, min(speed, 1.0), clock, afloat)
        lane = getattr(ground, "lane", None) or self.set.lane
        if lane is not None and (row.habitat in LANES or self._keeps_to_the_way(cast)):
            return self._lane_path(lane, mark, speed, clock, wheeled=row.habitat in LANES)
        tilts = row.habitat in {"road", "rail", "water"} or "drive" in row.actions
        feet = staging.on_ground(ground, 0.0, tilts=tilts, heading=mark.heading)
        if self.set.spots.get("walk") and row.habitat == "ground" and math.cos(mark.heading) < -0.9:
            # Down the path, which keeps clear of beds and hedges, and no farther than to the camera.
            room = max(2 * (mark.z - self._base.z - 1.2), 1.0)
            return staging.straight(mark, min(speed, room / max(self._longest, 1.0)), clock, feet)
        if self._enclosed and speed > 2.0 and row.habitat == "ground":
            away = math.hypot(mark.x - self._base.x, mark.z - self._base.z)
            self._circling = True
            radius = min(max(0.22 * 2 * away * self.tangent * self._aspect, 0.6 * length), 0.22 * away)
            return staging.circling(self._clearing(mark, radius), radius, min(speed, math.sqrt(6 * radius)), feet)
        return staging.straight(mark, speed, clock, feet)

    def _ashore(self, cast: Cast, mark: staging.Mark, speed: float) -> staging.Mark:
        """The mark, turned as little as it takes for who goes on land not to go through water."""
        if cast.row.habitat not in {"ground", "road"} or cast.aloft or self._walks_little(speed):
            return mark
        if not self.setting.ground or bool(self.ground.wet(mark.x, mark.z)):
            return mark
        way = np.linspace(-0.5, 0.5, 17) * speed * self._longest

        def met(turn: float) -> int:
            a, b = mark.x + math.sin(mark.heading + turn) * way, mark.z + math.cos(mark.heading + turn) * way
            return int(np.asarray(self.ground.wet(a, b)).sum())

        turns = (sign * step * math.pi / 12 for step in range(10) for sign in (1, -1))
        return replace(mark, heading=mark.heading + min(turns, key=met))

    def _walks_little(self, speed: float) -> bool:
        """Whether the way of a shot is no longer than a few steps."""
        return speed * self._longest < 4.0

    def _on_a_lane(self, cast: Cast) -> bool:
        """Whether it drives where there is a road or a railway."""
        return cast.row.habitat in LANES and (getattr(self.ground, "lane", None) or self.set.lane) is not None

    def _keeps_to_the_way(self, cast: Cast) -> bool:
        """Whether who runs goes where the road goes: across it are walls and trees."""
        way = getattr(self.ground, "lane", None) or self.set.lane
        fast = max(cast.speed, self._lead_speed) > STROLL
        return way is not None and cast.row.habitat == "ground" and not cast.aloft and cast.speed > 0 and fast

    def _clearing(self, mark: staging.Mark, radius: float) -> staging.Mark:
        """The middle near `mark` of the circle that meets the fewest trees, walls and waters."""
        stage, ground = self.set, self.ground
        around = np.arange(24) * (2 * math.pi / 24)

        def met(x: float, z: float) -> int:
            a, b = x + radius * np.cos(around), z + radius * np.sin(around)
            wet = np.asarray(ground.wet(a, b))
            return int(wet.sum()) + sum(not stage.free(float(p), float(q), 0.25) for p, q in zip(a, b, strict=True))

        tries = [(mark.x, mark.z)]
        for reach in (0.6 * radius, 1.2 * radius, 2.0 * radius):
            tries += [(mark.x + reach * math.cos(a), mark.z + 0.7 * reach * math.sin(a)) for a in around[::3]]
        x, z = min(((x, z) for x, z in tries if z - radius > self._base.z + 0.8), key=lambda at: met(*at),
                   default=(mark.x, mark.z))  # fmt: skip
        return replace(mark, x=float(x), z=float(z))

    def _stir_water(self, cast: Cast, acting: Acting, mark: staging.Mark, speed: float) -> None:
        """The splashes of what leaps, the wake of what swims or sails."""
        if not bool(self.ground.wet(mark.x, mark.z)) or cast.action in ALOFT | {"explode"} or cast.row.habitat == "air":
            return
        length = cast.row.size * acting.scale
        random = np.random.default_rng([abs(self.seed), 93, len(self.actors)])
        end = self.plan.shots[-1][1] * self._pace
        if cast.action in {"jump", "dive"} and cast.row.habitat in {"water", "underwater"}:
            self.set.layers.append(Splashes(acting.path, length, end, self.ground, self.set.light, random))
        elif cast.row.habitat in {"water", "ground", "underwater"} and speed > 0.15 and cast.action != "drift":
            low = acting.body.vertices[acting.body.vertices[:, 1] < 0.25 * cast.row.height]
            breadth = float(np.ptp(low[:, 0])) * acting.scale if len(low) else 0.3 * length
            hull = Hull(length, min(breadth, 0.5 * length), min(speed, 9.0))
            self.set.layers.append(Wake(acting.path, hull, self.ground, self.set.light, random))

    def _leave_trails(
        self, acting: Acting, shots: tuple[tuple[float, float], ...], random: np.random.Generator
    ) -> None:
        """The smoke and steam of what gives off any."""
        ground = self.ground if self.setting.ground else None
        for plume in getattr(acting.body, "plumes", ()):
            trail = Trail(plume, acting.path, acting.scale, shots, ground, self.set.light, random)
            self.set.layers.append(trail)

    def _perch(self, cast: Cast, leads: dict[str, Acting]) -> staging.Mark:
        """The top of what one of a kind is to land on."""
        mount = next(other for other in self.cast if other.row.name == cast.wanted.target)
        x, y, z, heading, *_ = leads[mount.row.name].path.at(0.0)
        return staging.Mark(x, y + mount.row.height * mount.wanted.size * BACKS.get(mount.row.name, 0.72), z, heading)

    def _landing(
        self, cast: Cast, mark: staging.Mark, body: Any, size: float, speed: float, shots: landing.Shots,
        *, perched: bool = False,
    ) -> Path:  # fmt: skip
        """Down to a dry place, or to `mark` itself, from as high as the picture is."""
        reach = 0.5 * min(cast.row.size * size, 6.0)
        if not perched and not bool(self.ground.wet(mark.x, mark.z)):
            x, z = staging.dry_spot(self.set, mark.x, mark.z, reach, wet=False) or (mark.x, mark.z)
            mark = replace(mark, x=x, z=z)
        high = cast.row.height * size
        # Flames and beams reach below what stands.
        lowest = max(float(getattr(body, "standing", body.vertices)[:, 1].min()), 0.0) * size
        away = math.hypot(mark.x - self._base.x, mark.z - self._base.z)
        frame = 2 * away * self.tangent
        above = min(max(0.40 * frame - 0.5 * high, 0.13 * frame), 0.36 * frame)
        time = landing.TOUCH * self._longest
        wheels = cast.row.name == "aeroplane"
        living = hasattr(body, "skeleton")
        run = speed * time if wheels else min(speed * time, 0.5 * self._across(away) if living else 0.4 * above)
        approach = landing.Approach(
            above, run, wheels, flare=0.5 if living else 0.07, sway=0.0 if cast.row.habitat == "space" else 0.03
        )
        ground = max(float(self.ground.height(mark.x, mark.z)), 0.0 if self.ground.wet(mark.x, mark.z) else -1e9)
        return landing.touching_down(mark, (mark.y if perched else ground) - lowest, shots, approach)

    def _burst(self, acting: Acting, row: Subject, random: np.random.Generator) -> None:
        """The fire of what explodes, where its path has brought it."""
        x, y, z, *_ = acting.path.at(self._bang())
        high, length = row.height * acting.scale, row.size * acting.scale
        stands = self.setting.ground and y - float(self.ground.height(x, z)) < 0.5 * high
        place = np.array([x, y if stands else y + 0.5 * high, z])
        self.set.layers.append(Fireball(place, max(0.8 * length, high), self._bang(), self.set.light, random))

    def _bang(self) -> float:
        """When things explode, in seconds of the world: early enough to see what becomes of them."""
        start, end = self.plan.shots[0]
        return (start + 0.35 * (end - start)) * self._pace

    def _unlike_itself(self, cast: Cast, mark: staging.Mark, speed: float, clock: staging.Clock, phase: float) -> Path:
        """The way of what does something that its kind does not: a car that flies, a house that spins."""
        size = cast.wanted.size
        high, action = cast.row.height * size, cast.action
        floor = mark.y
        if self.setting.ground and cast.row.habitat not in {"air", "space"}:
            floor = max(float(self.ground.height(mark.x, mark.z)), 0.0 if self.ground.wet(mark.x, mark.z) else -1e9)
        away = math.hypot(mark.x - self._base.x, mark.z - self._base.z)
        frame = 2 * away * self.tangent
        shots = self.plan.shots

        def part(t: float) -> float:
            start, end = next(((a, b) for a, b in shots if t < b * self._pace), shots[-1])
            return (t / self._pace - start) / max(end - start, 1e-6)

        if action == "fly":
            up = staging.Mark(mark.x, floor + max(1.2 * high, 0.30 * frame), mark.z, mark.heading)
            return staging.flying(up, speed, clock, wander=0.06 * frame, phase=phase, curve=0.03)
        if action in {"float", "hover", "drift"}:
            up = staging.Mark(mark.x, floor + max(0.35 * high, 0.16 * frame), mark.z, mark.heading)
            return staging.hovering(up, clock, 0.0, 0.03 * frame, 0.25, phase)

        def at(t: float) -> staging.Moment:
            y, heading, pitch, bank = floor, mark.heading, 0.0, 0.0
            x, z = mark.x, mark.z
            if action == "spin":
                heading += 2.4 * t
            elif action == "rise":
                y += frame * 0.55 * max(part(t) - 0.08, 0.0)
            elif action == "fall":
                left = max(0.75 - part(t), 0.0)
                y += 0.9 * frame * left
                pitch, bank, heading = 3.0 * left, 2.2 * left, heading + 2 * left
            elif action in {"jump", "bounce"}:
                gone = speed * clock.local(t)
                x, z = x + math.sin(heading) * gone, z + math.cos(heading) * gone
                y += (0.45 * high + 0.1) * abs(math.sin(2.6 * t + phase))
                if self.setting.ground:
                    y += float(self.ground.height(x, z)) - floor if not self.ground.wet(x, z) else 0.0
            return x, y, z, heading, pitch, bank, 1000 + t

        return Path(at)

    def _lane_path(
        self, lane: Callable[..., tuple[float, float, float]], mark: staging.Mark, speed: float, clock: staging.Clock,
        *, wheeled: bool,
    ) -> Path:  # fmt: skip
        """Along the road, away from the camera or toward it."""
        sign = 1.0 if math.cos(mark.heading) > 0 else -1.0
        ground, rise = self.ground, self.set.lane_rise
        half = 0.5 * speed * max(end - start for start, end in clock.shots)
        # The road begins where the camera stands: who goes along with the car must not start behind that.
        shift = half + 2.0 if self._followed else max(half - (0.2 if sign > 0 else 0.4) * mark.z, 0.0)
        self._shift = self._shift or shift
        # Wheels keep to their lane; others run beside each other as they were placed.
        beside = 0.0 if wheeled else min(max(mark.x - self._lead_mark.x, -ABREAST), ABREAST)

        def at(t: float) -> staging.Moment:
            gone = speed * clock.local(t)
            x, z, heading = lane(mark.z + shift + sign * gone, sign)
            x, z = x + beside * math.cos(heading), z - beside * math.sin(heading)
            y = float(ground.height(x, z))
            ahead = float(ground.height(x + math.sin(heading), z + math.cos(heading)))
            pitch = sign * math.atan(ahead - y)
            return x, y + rise, z, heading + (math.pi if sign < 0 else 0.0), pitch, 0.0, gone + 1000

        return Path(at)

    def _cast_body(self, cast: Cast, number: int, random: np.random.Generator, role: str = "") -> Any:
        wanted = cast.wanted
        colour = np.array(COLOURS[wanted.colour], np.float32) if wanted.colour in COLOURS else None
        # Of a herd one sees each, of a flock none.
        detail = 2 if cast.count <= 2 else 1 if cast.count <= (14 if cast.row.size > 1.2 else 8) else 0
        if self.plan.portrait and cast is self.plan.cast[0] and cast.row.name in HUMANS:
            detail = 3
        if cast.action == "explode":
            detail = min(detail, 1)
        dark = self.plan.time in {"night", "dusk"}
        # Of many that look alike a few are built, and those are seen again and again.
        if number >= 6:
            return self.actors[len(self.actors) - number + number % 6].body
        season = self.plan.spec.season
        casting = Casting(cast.pose, random, colour, wanted.qualities, detail, dark, season, role)
        if cast.action == "land" and {"fly", "stand"} <= cast.row.actions.keys() and cast.row.name not in SPINNING:
            return self._alighting(cast, casting)
        body = material(cast.row.build(casting), wanted.qualities)
        return Exploding(body, self._bang(), random) if cast.action == "explode" else body

    def _alighting(self, cast: Cast, casting: Casting) -> landing.Alighting:
        """A bird that folds its wings when it has landed, a rocket whose engines go out: built twice by the same chance."""
        seed = int(casting.rng.integers(1 << 30))
        flying, resting = (
            material(
                cast.row.build(replace(casting, action=action, rng=np.random.default_rng(seed))), cast.wanted.qualities
            )
            for action in ("fly", "stand")
        )
        shots = tuple((start * self._pace, end * self._pace) for start, end in self.plan.shots)
        return landing.Alighting(flying, resting, shots)

    # -- who is with whom -----------------------------------------------------------------------------------------------

    def _role(self, cast: Cast, pair: str, number: int) -> str:
        """What one of a cast does with others, one of `company.ROLES` or nothing."""
        if pair:
            return company.role(pair, number)
        names = {other.row.name for other in self.plan.cast}
        if cast.row.name == "baby":
            return ""
        if self._carries_baby(cast):
            return "cradle"
        if cast.wanted.relation == "on" and cast.wanted.target in names - FURNITURE:
            return "ride"
        if self._seat_of(cast) and self._ring is None:
            return "chair"
        if company.said(self.plan.spec, company.FIGHTS):
            return "box" if cast.count <= 2 else ""
        return ""

    def _carries_baby(self, cast: Cast) -> bool:
        """Whether one of the cast has the baby of the film in the arms."""
        babies = [other for other in self.plan.cast if other.row.name == "baby" and other.count == 1]
        return any(one.wanted.relation == "on" and one.wanted.target == cast.row.name for one in babies)

    def _seat_of(self, cast: Cast) -> str:
        """The furniture on which a kind sits; empty where it sits on none."""
        if cast.action != "sit" or cast.row.name not in HUMANS:
            return ""
        return next((other.row.name for other in self.plan.cast if other.row.name in FURNITURE), "")

    def _formation(
        self, cast: Cast, spread: float, seat: str, random: np.random.Generator
    ) -> list[tuple[float, float, float]]:
        """Where the members of a kind are about its mark: side by side on furniture and tables, in a row where somebody is
        between two of them, else loosely."""
        if seat:
            return arrangement.flanking(cast.count, 0.56 if seat in {"bench", "sofa"} else 1.1)
        if self._flanks(cast):
            return arrangement.flanking(cast.count, 1.9 * arrangement.breadth(cast) + 0.3)
        if self.setting.params.get("indoors") and cast.habitat == "ground" and 1 < cast.count <= 5:
            # Between walls nobody is to stand in a fireplace.
            return arrangement.flanking(cast.count, 1.3 * arrangement.breadth(cast) + 0.25)
        if cast.habitat in {"table", "sill"} and self.set.spots.get("table") and cast.count > 1 and not seat:
            gap = min(1.15 * cast.row.size * cast.wanted.size, 0.75 / (cast.count - 1))
            return arrangement.flanking(cast.count, gap)
        return staging.formation(cast.count, spread, random)

    def _accompanied_by_resting(self) -> bool:
        """Whether who stays in one place is told to be beside the first kind, which must stay then too."""
        return any(
            other.wanted.relation in {"left", "right", "middle"} and other.speed < 0.05 and other.habitat == "ground"
            for other in self.cast[1:]
        )

    def _flanks(self, cast: Cast) -> bool:
        """Whether something is between the members of a kind."""
        wishes = (other.wanted for other in self.cast if other.row.name != cast.row.name)
        return any(wanted.relation == "middle" and wanted.target == cast.row.name for wanted in wishes)

    def _sitters(self, leads: dict[str, Acting]) -> list[Acting]:
        """Who sits on the furniture of the film."""
        names = [c.row.name for c in self.plan.cast if self._seat_of(c) and c.row.name in leads]
        return [acting for acting in self.actors if acting.name.split("#")[0] in names]

    def _under(self, cast: Cast, sitters: list[Acting], number: int) -> Path:
        """Where furniture is put: a chair under each sitter, a bench under the middle of all."""
        if cast.row.name not in {"bench", "sofa"}:
            return sitters[min(number, len(sitters) - 1)].path
        first, last = sitters[0].path.at(0.0), sitters[-1].path.at(0.0)
        x, y, z = (0.5 * (a + b) for a, b in zip(first[:3], last[:3], strict=True))
        return Path(lambda _t: (x, y, z, first[3], 0.0, 0.0, 0.0))

    def _picnic(self, cast: Cast, mark: staging.Mark) -> Point | None:
        """The middle of the blanket, around which people sit; the first kind says where it lies."""
        if not any(other.row.name == "picnic" for other in self.plan.cast) or not self.setting.ground:
            return None
        if cast.row.name not in HUMANS | {"picnic"} or (cast.row.name in HUMANS and cast.action != "sit"):
            return None
        self._rug = self._rug or mark
        at = self._rug
        return (at.x, float(self.ground.height(at.x, at.z)), at.z) if cast.row.name in HUMANS else None

    def _arranged_mark(self, cast: Cast, order: int, side: float, heading: float) -> staging.Mark | None:
        """Left or right of what it is related to, next to it or between two; None where nothing is said."""
        relation, target = cast.wanted.relation, cast.wanted.target
        at = self._marks.get(target)
        if not order or at is None or relation not in {"left", "right", "near", "middle"}:
            return None
        first = next(other for other in self.cast if other.row.name == target)
        if (
            cast.row.habitat == "air"
            and self.setting.ground
            and first.habitat == "ground"
            and cast.row.size < SMALL_BIRD
        ):
            # Who hovers beside a flower is at its bloom.
            there = arrangement.beside(cast, first, at, arrangement.SIDES.get(relation, side), heading)
            high = 0.75 * first.row.height * first.wanted.size
            return replace(there, y=max(float(self.ground.height(there.x, there.z)), 0.0) + high)
        if cast.habitat not in {"ground", "table"}:
            return None
        if relation == "middle":
            second = next((self._marks[o.row.name] for o in self.cast
                           if o.row.name not in {target, cast.row.name} and o.row.name in self._marks), at)  # fmt: skip
            return arrangement.between(at, second, heading)
        return arrangement.beside(cast, first, at, arrangement.SIDES.get(relation, side), heading)

    def _flies_indoors(self, cast: Cast) -> bool:
        """Whether it is in the air between walls, where it has no room for its usual speed."""
        return bool(self.setting.params.get("indoors")) and (cast.row.habitat == "air" or cast.aloft)

    @property
    def _rests(self) -> bool:
        """Whether the first kind stays where it is."""
        lead = self.plan.cast[0]
        return lead.row.habitat in {"ground", "table"} and lead.speed < 0.05 and not lead.aloft

    def _strolls(self, order: int, distance: float) -> bool:
        """Whether one of a kind goes along the path of the place: who accompanies one that rests stays with it."""
        return not self._rests if order else distance > 3.0

    def _opposed(self, cast: Cast) -> bool:
        """Whether a kind stands against the first one, or turns to it."""
        lead = self.plan.cast[0]
        return cast.index == company.partner(self.plan.cast).index and company.opposed(self.plan.spec, lead, cast)

    def _look_at_both(self, mark: staging.Mark, cast: Cast) -> None:
        """The camera cares for the middle of the first kind and of another one at `mark`."""
        if self.target is not None and not self.plan.portrait:
            x, y, z = self.target
            lead = self._lead_mark
            up = 0.5 * (
                cast.row.height * cast.wanted.size - self.plan.cast[0].row.height * self.plan.cast[0].wanted.size
            )
            lift = 0.35 * max(up, 0.0) if self._opposed(cast) else 0.0
            self.target = x + 0.5 * (mark.x - lead.x), y + lift, z + 0.5 * (mark.z - lead.z)

    def _opening(self, mark: staging.Mark, distance: float) -> staging.Mark:
        """Where the first of two who face each other stands: left of the middle, looking to the right."""
        away = 0.22 * self._across(distance)
        return staging.Mark(self._base.x - min(away, 0.6 * distance), mark.y, mark.z, math.pi / 2 + 0.25)

    @property
    def _enclosed(self) -> bool:
        """Whether there is no room to run far."""
        return self.setting.name in ENCLOSED or bool(self.setting.params.get("indoors"))

    @property
    def _longest(self) -> float:
        """Seconds of the world in the longest shot."""
        return max(end - start for start, end in self.plan.shots) * self._pace

    def _across(self, distance: float) -> float:
        """How wide the picture is at a distance, m."""
        return 2 * distance * self.tangent * self._aspect

    def _nearness(self, cast: Cast) -> float:
        """A factor on the distance: a smile wants to be seen from near, and so does what a close-up is of."""
        if self._rug is not None or any(other.row.name == "picnic" for other in self.plan.cast):
            return 0.62 * self.plan.nearness
        seated = 0.8 if cast.action == "sit" and cast.row.name in HOLDERS and cast.count == 1 else 1.0
        upright = cast.row.height > 0.7 * cast.row.size and cast.count == 1 and cast.row.height > 0.5
        smiling = 0.55 if cast.action in FACES and upright else seated
        return min(smiling, self.plan.nearness) if self.plan.nearness < 1 else smiling * self.plan.nearness

    def _beside(
        self, cast: Cast, mark: staging.Mark, speed: float, distance: float, aspect: float
    ) -> tuple[staging.Mark, float]:
        """The others keep up with the first, so that they are seen together all the time."""
        lead = self.plan.cast[0]
        alike = (cast.row.habitat in {"ground", "table"}) == (lead.row.habitat == "ground")
        if self._lead_speed > 0.05 and (self._followed or alike):
            return staging.Mark(mark.x, mark.y, mark.z, self._heading_of_lead), self._lead_speed
        return mark, min(speed, 0.5 * self._across(distance) / self._longest)

    def _fireside(self, cast: Cast) -> Point | None:
        """The fire or table that a group is to sit or dance around."""
        place = self.set.sights.get("campfire") or self.set.sights.get("fountain")
        lead = self.plan.cast[0]
        if place is None or cast is not lead or cast.row.habitat != "ground" or cast.row.size > 2.5:
            return None
        if cast.action not in {"sit", "dance", "sleep", "stand", "talk", "smile", "eat", "play"}:
            return None
        return place[0], float(self.ground.height(*place)), place[1]

    def _seat(self, number: int, count: int) -> staging.Mark:
        """A place of the half circle behind the fire, looking at it; of one alone beside it."""
        assert self._ring is not None
        x, y, z = self._ring
        share = number / (count - 1) if count > 1 else 0.22
        angle = math.pi * (1.08 - 1.16 * share) if count > 1 else 0.8 * math.pi
        reach = 1.75 + 0.12 * max(count - 5, 0) if self._rug is None else 0.85 + 0.1 * max(count - 3, 0)
        a, b = x + reach * math.cos(angle), z + reach * math.sin(angle)
        return staging.Mark(a, y, b, math.atan2(x - a, z - 0.8 - b))

    def _holder(self, cast: Cast, leads: dict[str, Acting]) -> tuple[Path, float] | None:
        """Who has a thing in the hands, as a book is read and a cup is drunk from: the path and the height of hands."""
        held = (cast.wanted.relation == "on" and cast.wanted.target in HOLDERS) or (
            company.said(self.plan.spec, company.GIVES) and any(self._opposed(one) for one in self.plan.cast[1:])
        )
        if cast.row.name not in (HELD if held else HANDY) or cast is self.plan.cast[0]:
            return None
        if cast.count > 1 and cast.row.name != "flower":
            return None
        for other in self.plan.cast:
            if other.row.name in HOLDERS and other.row.name in leads and other.count == 1:
                on_floor = not any(seat.row.name in FURNITURE for seat in self.plan.cast)
                low = 0.26 if cast.row.name == "guitar" and on_floor else 0.44
                share = low if other.action == "sit" else 0.62
                if cast.row.name == "baby" and not self._carries_baby(other):
                    continue
                lower = 0.5 * cast.row.height * cast.wanted.size if cast.row.name == "flower" else 0.0
                return leads[other.row.name].path, share * other.row.height * other.wanted.size - lower
        return None

    def _keep_clear(self, cast: Cast, lead: Acting, size: float) -> None:
        """Nothing is to grow where a subject goes, nor between it and the camera."""
        lands = cast.action == "land"
        if not (lands or cast.row.habitat in {"ground", "table"}) or not self.setting.ground:
            return
        radius = min(0.5 * cast.row.size * size, 18.0 if lands else 4.0) + 0.25
        for start, end in self.plan.shots[:1]:
            for step in range(9):
                x, _, z, *_ = lead.path.at((start + (end - start) * step / 8) * self._pace)
                self.set.taken.append((x, z, radius))
                for share in (0.3, 0.5, 0.7, 0.85):
                    a = self._base.x + (x - self._base.x) * share
                    b = self._base.z + (z - self._base.z) * share
                    self.set.taken.append((a, b, 0.3 + radius * share * 0.7))

    def _passes(self, cast: Cast, speed: float, distance: float) -> bool:
        """Whether the first subject would be gone at once: it is fast, and the camera is to stand still."""
        if self._followed or self._enclosed or cast.row.habitat not in {"ground", "air"} or cast.count > 3:
            return False
        if self.set.spots or self.plan.portrait or cast.action == "launch":
            return False
        return speed * self._longest > 1.1 * self._across(distance)

    def _past(self, mark: staging.Mark, speed: float, distance: float, side: float) -> tuple[staging.Mark, float]:
        """The middle of a way from far off at one edge of the frame to near at the other one, no longer than the shot lasts,
        and the speed on it: much of its own may be spared, which nobody sees."""
        base, wide = self._base, self.tangent * min(self._aspect, 2.2)
        speed = min(speed, max(0.3 * speed, 2.5 * distance / self._longest))
        near = 0.9 * distance
        far = near + speed * self._longest
        for _ in range(6):
            across = wide * (0.30 * near + 0.34 * far)
            far = near + math.sqrt(max((speed * self._longest) ** 2 - across * across, 0.0))
        x0, x1 = base.x - side * 0.34 * wide * far, base.x + side * 0.30 * wide * near
        z0, z1 = base.z + far, base.z + near
        x, z = 0.5 * (x0 + x1), 0.5 * (z0 + z1)
        y = mark.y
        if y:  # As high in the picture when it is near as it would have been.
            y = base.y + (y - base.y) * (0.5 * (near + far) / distance) ** 0.3
        return staging.Mark(x, y, z, math.atan2(x1 - x0, z1 - z0)), speed

    def _clear_the_way(self) -> None:
        """Traffic and strollers that would go through a subject stay away."""
        known = rows("subjects")
        end = self.plan.shots[-1][1] * self._pace
        moments = [end * step / 40 for step in range(41)]
        ways = [(a, [a.path.at(t) for t in moments]) for a in self.actors if a.name.split("#")[0] in known]
        kept = []
        for body in self.set.bodies:
            row = known.get(body.name.split("~")[0]) if "~" in body.name else None
            if row is not None:
                own = [body.path.at(t) for t in moments]
                for acting, way in ways:
                    reach = 0.5 * (row.size + known[acting.name.split("#")[0]].size * acting.scale) + 0.2
                    if min(math.hypot(a[0] - b[0], a[2] - b[2]) for a, b in zip(own, way, strict=True)) < reach:
                        row = None
                        break
                if row is None:
                    continue
            kept.append(body)
        self.set.bodies[:] = kept

    # -- the camera's interest ------------------------------------------------------------------------------------------

    def _care_for(self, cast: Cast, acting: Acting, number: int) -> None:
        """Let the camera keep one of a kind in the frame; of many the first."""
        if number and cast.count > 3:
            return
        wide, high = 0.5 * arrangement.breadth(cast), 0.5 * max(cast.row.height, self._top(cast, acting)) * acting.scale
        wide *= acting.scale / max(cast.wanted.size, 1e-6)

        def at(t: float) -> tuple[float, float, float]:
            x, y, z, *_ = acting.path.at(t * self._pace)
            return x, max(y, acting.path.surface), z

        member = Member(at, wide, high)
        self._members.setdefault(cast.row.name, []).append(member)

    @staticmethod
    def _top(cast: Cast, acting: Acting) -> float:
        """How high it reaches in what it does, in its own metres: a bear that sits is taller than one that walks."""
        if cast.row.name == "branch" or cast.action == "explode":
            return 0.0
        vertices, normals = np.empty_like(acting.body.vertices), np.empty_like(acting.body.normals)
        tops = []
        for t in (0.0, 0.3, 0.7):
            acting.body.pose(t, 1000.0 + cast.speed * t, vertices, normals)
            tops.append(float(vertices[:, 1].max()))
        return max(tops)

    def operator(self) -> Operator | None:
        """Who keeps what the film is about in the frame: the first kind, and the others where they fit beside it."""
        lead = self.cast[0] if self.cast else None
        if lead is None or self.plan.portrait or self._on_a_lane(lead) or lead.action in {"launch", "explode"}:
            return None
        start, end = self.plan.shots[0]
        times = [start + (end - start) * share for share in (0.02, 0.25, 0.5, 0.75, 0.98)]
        kept: tuple[Member, ...] = ()
        for cast in sorted(self.cast, key=lambda one: one is not lead):
            if cast.row.name in FURNITURE and self._smallest_on(cast.row.name) < 0.4 * cast.row.size:
                continue  # The kitten is to be seen, not the sofa.
            more = Operator((*kept, *self._members.get(cast.row.name, ())), self._aspect)
            if not more.members or (kept and max(more.filled(self._base, times)) > LENSES[1] * SAFE):
                continue
            kept = more.members
        found = Operator(kept, self._aspect)
        return replace(found, zoom=self._zoom(lead, found, times)) if kept else None

    def _zoom(self, lead: Cast, operator: Operator, times: list[float]) -> float:
        """The lens that makes them as large as they should be, where the place keeps them far off or apart."""
        wide, high = operator.filled(self._base, times)
        if max(wide, high) > SAFE:
            return min(1.05 * max(wide, high) / SAFE, LENSES[1])
        others = [
            place for place in self.plan.places if place.name not in self.setting.places and place.stands != "around"
        ]
        small = lead.habitat in {"table", "sill"} or (lead.habitat == "water" and lead.row.size < SMALL_SWIMMER)
        if not (lead.habitat == "ground" or small) or lead.aloft or others:
            return 1.0
        if self.plan.nearness > 1 or lead.wanted.relation == "far":
            return 1.0
        wishes = FILLED if len(operator.members) == 1 else FILLED_BY_SEVERAL
        narrowest = LENSES[0] * (self.plan.nearness if small else 1.0)
        return min(max(wide / wishes[0], high / wishes[1], narrowest), 1.0)

    def _leaves(self, cast: Cast, speed: float, distance: float, aspect: float) -> bool:
        """Whether the camera goes along with the first subject."""
        fixed = {"static"} if speed * 2 > distance else {"static", "pan_left", "pan_right"}
        if self.plan.camera == "follow" or cast.action == "launch":
            return True
        if any((other.row.habitat in LANES) != (cast.row.habitat in LANES) for other in self.plan.cast):
            return False  # Who is on a road goes away from who is beside it.
        strolls = speed <= 2.0 and self.setting.name in {"garden", "village", "ruins"}
        if self._enclosed and not strolls and cast.row.habitat not in {"air", "space", "underwater"}:
            return False
        if cast.row.habitat == "air" and self.setting.name in WALLED:
            return False
        if self.setting.params.get("indoors"):
            return False  # There are walls.
        length = (self.plan.shots[0][1] - self.plan.shots[0][0]) * self._pace
        across = 2 * distance * self.tangent * aspect
        return speed * length > 0.45 * across and self.plan.spec.camera not in fixed

    def _aim(self, cast: Cast, lead: Acting, size: float) -> None:
        """What the camera cares for: the first subject; and whether it goes with it."""
        middle = (self.plan.shots[0][0] + self.plan.shots[0][1]) / 2
        x, y, z, *_ = lead.path.at(middle * self._pace)
        if cast.action == "launch":
            y = lead.path.at(0.0)[1]
        y = max(y, lead.path.surface)
        home = x, y, z - (self._shift if self._followed else 0.0)
        x, y, z = home
        if cast.row.habitat in {"road", "rail"} and cast.row.size > 6:
            # What is long is looked at where it begins.
            heading, reach = lead.path.at(middle * self._pace)[3], 0.36 * cast.row.size * size
            x, z = x + math.sin(heading) * reach, z + math.cos(heading) * reach
        share = 0.78 if self._nearness(cast) < 0.8 and cast.row.height > 0.4 else 0.5
        self.target = (x, y + share * cast.row.height * size, z)
        if self.plan.portrait:
            high = float(lead.body.vertices[:, 1].max())
            bones = getattr(lead.body, "skeleton", None)
            if bones is not None and cast.row.name in HUMANS:
                # By the skull: hats and buns do not move the eyes.
                high = float(bones.tails[bones.index["head"]][1]) + 0.035
            # Eyes on the upper third: the less of the head the picture is, the lower it is aimed.
            y -= 0.3 * max(self.plan.portrait - PORTRAIT_HEIGHT, 0.0) if cast.row.name in HUMANS else 0.0
            self.target = (
                x,
                y + (high - HALF_HEAD if cast.row.name in HUMANS else (0.84 if cast.upright else 0.68) * high) * size,
                z,
            )
        if self._followed:
            self.follow = self._going_along(lead.path, home, cast)

    def _going_along(self, path: Path, home: Point, cast: Cast) -> Callable[[float], Point]:
        """How far what is followed has come from `home`. Steps and jumps of feet are not followed, slopes are."""
        launched = cast.action == "launch"
        earth = cast.row.habitat in {"ground", "road", "rail"} and cast.action not in {"jump", "bounce"}

        def follow(t: float) -> Point:
            a, b, c, *_ = path.at(t * self._pace)
            lift = 0.0
            if launched:
                lift = (b - home[1]) * 0.88
            elif cast.action == "rise":
                lift = (b - home[1]) * 0.8
            elif earth:
                # Mean of where it is within a second, for the ground is rough.
                near = [path.at((t + ahead) * self._pace)[1] for ahead in (-0.5, -0.25, 0.25, 0.5)]
                lift = (b + sum(near)) / 5 - home[1]
            return a - home[0], lift, c - home[2]

        return follow

    def _look_at_place(self) -> None:
        """Without subjects a film is about what is built."""
        own = self.setting.places
        for place in sorted(self.plan.places, key=lambda place: place.name in own):
            if place.name in self.set.sights and place.stands != "sky" and place.size < 120:
                x, z = self.set.sights[place.name]
                floor = float(self.ground.height(x, z)) if self.setting.ground else self._base.y - 0.5 * place.height
                self.target = (x, floor + 0.5 * place.height, z)
                return
