"""What there is, as tables: for the terminal, and for the page in the docs, where they stand between marks.

A mark is a comment, `<!-- rows: subjects -->` … `<!-- end -->`; `filled` renews what stands between them, and a test holds
the page to it.
"""

import re
from collections.abc import Callable

from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.samples import CLOUDS, NIGHT_SKY, WEATHERS, areas, groups
from promptreel.engines.scenes.scene_spec import COLOURS, MOODS, MOVES, SEASONS, TIMES
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.sounds import SOUNDS

MARKED = re.compile(r"(<!-- rows: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Its head and its lines."""


def _code(names: object) -> str:
    return " ".join(f"`{name}`" for name in names) if isinstance(names, (list, tuple, dict)) else f"`{names}`"


def _settings() -> Table:
    known = settings()
    lines: list[tuple[str, ...]] = []
    for area, names in areas().items():
        for name in names:
            row = known[name]
            brings = [*row.places, *row.effects, *(subject for subject in row.subjects if subject)]
            made = " + ".join(filter(None, (row.backdrop, row.ground)))
            outdoors = rows("backdrops")[row.backdrop].outdoors
            times = list(dict.fromkeys(row.times)) if outdoors else []
            lines.append((f"`{name}`", area, made, ", ".join(times).replace("_", " "), ", ".join(brings)))
    return ("setting", "kind", "backdrop + ground", "time of day if none is named", "brings with it"), lines


def _places() -> Table:
    stands = {
        "ground": "on the ground", "shore": "at the water's edge", "water": "in the water", "sky": "in the sky",
        "around": "around the camera",
    }  # fmt: skip
    lines: list[tuple[str, ...]] = [
        (f"`{row.name}`", stands[row.stands], f"{row.height:g} m") for row in rows("places").values()
    ]
    return ("place", "stands", "height"), lines


def _subjects() -> Table:
    known = rows("subjects")
    lines: list[tuple[str, ...]] = [
        (f"`{name}`", group, known[name].habitat, _code(known[name].actions), str(known[name].group))
        for group, names in groups().items()
        for name in names
    ]
    return ("subject", "kind", "lives", "does (the usual first)", "a plural is"), lines


def _sky() -> Table:
    return ("", ""), [
        ("times of day", _code(TIMES)),
        ("seasons", _code(SEASONS)),
        ("weather", _code((*WEATHERS, "lightning", "clear"))),
        ("clouds and colours", _code(CLOUDS)),
        ("at night", _code(NIGHT_SKY)),
    ]


def _look() -> Table:
    return ("", ""), [
        ("camera", _code(MOVES)),
        ("styles", _code(tuple(rows("styles")))),
        ("moods", _code(MOODS)),
        ("colours", _code(COLOURS)),
    ]


TABLES: dict[str, Callable[[], Table]] = {
    "settings": _settings,
    "places": _places,
    "subjects": _subjects,
    "sky": _sky,
    "effects": lambda: (("", ""), [("effects", _code(tuple(rows("effects"))))]),
    "look": _look,
    "sounds": lambda: (("", ""), [("sounds", _code(tuple(sorted(SOUNDS))))]),
}
"""The tables by their names."""


def markdown(name: str) -> str:
    """A table as Markdown."""
    head, lines = TABLES[name]()
    return "".join(
        f"| {' | '.join(cells)} |\n".replace("|  |", "| |") for cells in (head, ("---",) * len(head), *lines)
    )


def filled(page: str) -> str:
    """The page with what stands between its marks made anew. Errors: `KeyError` for the mark of an unknown table."""
    return MARKED.sub(lambda found: found[1] + markdown(found[2]) + found[3], page)


def text(name: str) -> str:
    """A table for a terminal: columns side by side."""
    head, lines = TABLES[name]()
    table = [line for line in (head, *lines) if any(line)]
    table = [tuple(cell.replace("`", "") for cell in line) for line in table]
    widths = [max(len(line[column]) for line in table) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in table
    )
