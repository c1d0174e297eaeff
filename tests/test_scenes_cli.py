"""The commands for those who look after the built-in engine: what they print, and what they refuse."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from promptreel.cli import app
from promptreel.engines.scenes import catalogue, samples
from promptreel.engines.scenes.registry import rows
from promptreel.engines.scenes.settings import settings
from promptreel.engines.scenes.sounds import SOUNDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scenes.md"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(*words: object) -> str:
    done = run(*words)
    assert done.exit_code == 2, done.output
    return " ".join(done.output.replace("│", " ").split())


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_coverage_counts_the_words_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("# mine\n\na dog on the beach at sunset\na spreadsheet\n", encoding="utf-8")
    told = json.loads(run("scenes", "coverage", file, "--json").stdout)
    assert told["prompts"] == 2
    assert told["counts"] == {"shown": 3, "approximated": 0, "not_shown": 1}
    assert sum(told["shares"].values()) == pytest.approx(1)
    assert "not shown: spreadsheet" in run("scenes", "coverage", file, "-v").stdout


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is no prompt in"),
        (b"# only a comment\n\n", "there is no prompt in"),
        (b"\xff\xfe\x00\x01", "is not a text file"),
        (b"a dog\0", "is not a text file"),
        (None, "No such file"),
    ],
)
def test_coverage_refuses_what_holds_no_prompts(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "p.txt"
    if content is not None:
        file.write_bytes(content)
    assert reason in refusal("scenes", "coverage", file)


def test_coverage_refuses_a_folder(tmp_path: Path) -> None:
    assert "Is a directory" in refusal("scenes", "coverage", tmp_path)


# -- sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["14x16", "640x3842", "641x360", "0x0", "-2x2"])
def test_sizes_that_no_video_has_are_refused_with_the_range(size: str) -> None:
    for words in (("bench", "scenes"), ("scenes", "look", "a dog")):
        assert "16 to 3840" in refusal(*words, "--size", size)


@pytest.mark.parametrize("size", ["", "640", "axb", "640x360x2"])
def test_what_is_no_size_is_refused(size: str) -> None:
    assert "640x360" in refusal("bench", "scenes", "--size", size)


# -- gallery and look --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pengiun", "Penguin", "penguins"])
def test_an_unknown_row_is_refused_with_the_nearest(tmp_path: Path, name: str) -> None:
    assert "did you mean penguin" in refusal("scenes", "gallery", name, "-o", tmp_path)


def test_what_is_like_no_row_is_refused_with_what_there_is() -> None:
    with pytest.raises(samples.UnknownRow, match="lighthouse"):
        samples.sheets_of("xyzzy")


def test_every_row_has_a_tile_and_a_sheet_of_its_own() -> None:
    tiles = {sample.name for chosen in samples.overview().values() for sample in chosen}
    for name in [
        *settings(),
        *(name for folder in ("places", "subjects", "effects", "styles") for name in rows(folder)),
    ]:
        assert name in tiles
        assert all(len(chosen) >= 8 for chosen in samples.sheets_of(name).values())


def test_a_name_of_several_rows_gives_several_sheets() -> None:
    assert list(samples.sheets_of("village")) == ["place-village", "setting-village"]


def test_a_sheet_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"subject-dog": samples.sheets_of("dog")["subject-dog"][12:17]}
    monkeypatch.setattr("promptreel.engines.scenes.gallery.sheets", lambda _names: few)
    done = run("scenes", "gallery", "dog", "-o", tmp_path / "new", "--width", 64)
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "new" / "subject-dog.jpg") as sheet:
        assert sheet.size == (4 * 64, 2 * (36 + 18))


def test_a_gallery_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in refusal("scenes", "gallery", "dog", "-o", tmp_path / "file")


def test_a_look_is_a_strip_with_the_fate_of_the_words(tmp_path: Path) -> None:
    out = tmp_path / "strip.png"
    done = run("scenes", "look", "a dog on a spreadsheet", "-o", out, "--size", "32x18", "--times", "0,1")
    assert done.exit_code == 0, done.output
    assert "shown: dog" in done.stdout
    assert "not shown: spreadsheet" in done.stdout
    with Image.open(out) as strip:
        assert strip.size == (64, 18)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--times", "2"), "from 0 to 1"),
        (("--times", "a"), "from 0 to 1"),
        (("-o", "film.mp4"), ".png or a .jpg"),
        (("-o", "/nowhere/x.png"), "there is no folder"),
    ],
)
def test_a_look_says_what_it_cannot_do(words: tuple[str, ...], reason: str) -> None:
    assert reason in refusal("scenes", "look", "a dog", *words)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == catalogue.filled(page), "run `promptreel scenes rows --write docs/scenes.md`"


def test_every_row_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    every = [*settings(), *SOUNDS, *(n for folder in ("places", "subjects", "effects", "styles") for n in rows(folder))]
    assert [name for name in every if f"`{name}`" not in page] == []


def test_every_sheet_has_its_picture_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [title for title in samples.overview() if f"pictures/scenes/{title}.jpg" not in page] == []


def test_the_pictures_of_the_page_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (PAGE.parent / "pictures" / "scenes").glob("*.jpg")}
    assert all(size <= 300_000 for size in sizes.values()), sizes
    assert sum(sizes.values()) <= 3_000_000


def test_rows_are_listed_and_unknown_tables_refused(tmp_path: Path) -> None:
    assert "penguin" in run("scenes", "rows", "subjects").stdout
    assert "subjects" in refusal("scenes", "rows", "animals")
    page = tmp_path / "page.md"
    page.write_text("nothing")
    assert "has no mark" in refusal("scenes", "rows", "--write", page)
