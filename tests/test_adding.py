"""The page for newcomers tells the truth: its examples run, and what it cuts out of the sources stands there."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from promptreel.engines.scenes.director import Cast, Plan, direct
from promptreel.engines.scenes.post import Post
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.scene_spec import SceneSpec, Wanted
from promptreel.engines.scenes.settings import Setting
from promptreel.engines.scenes.world import World

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "promptreel" / "engines" / "scenes"
PAGE = (ROOT / "docs" / "adding-to-scenes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n# (from )?(\S+)\n(.*?)```", PAGE, re.DOTALL)
TABLES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize(("path", "code"), [(path, code) for cut, path, code in BLOCKS if cut])
def test_what_is_cut_out_stands_in_the_sources(path: str, code: str) -> None:
    source = (PACKAGE / path).read_text(encoding="utf-8").splitlines()
    assert [line for line in code.splitlines() if line and line not in source] == []


def test_the_words_of_the_example_stand_in_the_lexicon() -> None:
    entry = next(table["subject"][0] for table in TABLES if "subject" in table)
    assert (
        entry
        in tomllib.loads((PACKAGE / "language" / "lexicon" / "animals.toml").read_text(encoding="utf-8"))["subject"]
    )


def drawn(plan: Plan) -> np.ndarray:
    world = World(320, 180, 2.0, 3, plan)
    post = Post(320, 180, world.paints)
    return np.asarray(post.run(world.draw(world.new_state(), 1.0), t=1.0, **world.post)[0]).astype(int)


def row_of(path: str) -> Any:
    code = next(code for cut, name, code in BLOCKS if not cut and name == path)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, path, "exec"), names)
    return names["ROWS"][0]


@pytest.mark.parametrize("path", [path for cut, path, _ in BLOCKS if not cut])
def test_the_examples_are_seen(path: str) -> None:
    """A film with the example in it differs from the one without, and no example is there already."""
    plan = direct(SceneSpec("meadow", time="day"), 2.0, 3)
    row, folder = row_of(path), path.partition("/")[0]
    assert row.name not in rows(folder), "the page needs another example"
    with_it = {
        "subjects": lambda: replace(plan, cast=(Cast(Wanted(row.name), row, next(iter(row.actions)), 1, 0),)),
        "places": lambda: replace(plan, places=(row,)),
        "effects": lambda: replace(plan, effects=(row,)),
        "styles": lambda: replace(plan, styles=(row,)),
    }[folder]()
    assert (np.abs(drawn(with_it) - drawn(plan)) > 8).sum() > 20


def test_the_setting_of_the_example_can_be_filmed() -> None:
    table = next(table["setting"][0] for table in TABLES if "setting" in table)
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    plan = replace(direct(SceneSpec("meadow", time="day"), 2.0, 3), setting=Setting(**fields))
    assert drawn(plan).std() > 5
