"""What operators put onto the front page: sentences of theirs, and videos that everybody may see."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from promptreel import audit, queue, shares, showcase
from promptreel.runtime import Runtime, open_runtime
from promptreel.settings import Settings

from ..test_showcase import run_to_the_end, stages
from .conftest import Browser, MakeBrowser
from .films import Studio

HERE = "/admin/showcase"


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Five minutes after whatever the test makes: long enough after the last wish."""
    async with open_runtime(settings, clock=lambda: queue.utcnow() + timedelta(minutes=5)) as opened:
        yield opened


@pytest.fixture
async def operator(make_browser: MakeBrowser) -> Browser:
    return await make_browser(operator=True)


async def change(browser: Browser, place: str, **fields: str) -> int:
    return (await browser.post(HERE, {"place": place, **fields})).status_code


async def shown(stranger: Browser) -> list[str]:
    """The sentences on the front page."""
    return re.findall(r"<figcaption>“([^”]*)”", (await stranger.get("/")).text)


async def test_a_sentence_of_ones_own_is_rendered(
    operator: Browser, stranger: Browser, runtime: Runtime, studio: Studio
) -> None:
    await run_to_the_end(runtime, studio)
    built_in = [film.prompt for film in showcase.FILMS]
    assert await shown(stranger) == built_in
    assert await change(operator, "2", do="render", prompt="A kite\nover the sea", seed="12") == 303
    # What was there is shown until the new one is.
    assert await shown(stranger) == built_in
    assert [stage.wanted for stage in await stages(runtime)] == [False, True, False]
    page = (await operator.get(HERE)).text
    assert "A kite over the sea</textarea>" in page and "still to be made" in page
    await run_to_the_end(runtime, studio)
    assert await shown(stranger) == [built_in[0], "A kite over the sea", built_in[2]]
    film = (await stages(runtime))[1].newest
    assert film is not None and (film.spec.seed, film.price) == (12, 0)
    # The same once more is another film, and the way back leads to the built-in one.
    assert await change(operator, "2", do="render", prompt="A kite over the sea", seed="12") == 303
    await run_to_the_end(runtime, studio)
    again = (await stages(runtime))[1].newest
    assert again is not None and again.id != film.id
    assert await change(operator, "2", do="built-in") == 303
    await run_to_the_end(runtime, studio)
    assert await shown(stranger) == built_in
    async with runtime.pool.connection() as connection:
        log = await audit.entries(connection)
    assert [entry.detail["prompt"] for entry in log if entry.action == "showcase.rendered"] == [
        built_in[1], "A kite over the sea", "A kite over the sea"]  # fmt: skip
    assert "Had film 2 of the front page rendered" in (await operator.get("/admin/log")).text
    # Who the films belong to is nobody: no account of the list, and no link to one.
    assert showcase.NAME not in (await operator.get("/admin/accounts")).text.partition("<tbody>")[2]
    film = (await stages(runtime))[0].finished
    assert film is not None
    job = (await operator.get(f"/admin/jobs/{film.id}")).text
    assert f'href="/admin/accounts/{film.account_id}">{showcase.NAME}' not in job
    assert 'href="/admin/showcase">Front page' in job.partition("<dl")[2]


async def test_a_video_that_is_there_takes_a_place(
    operator: Browser, stranger: Browser, make_browser: MakeBrowser, runtime: Runtime, studio: Studio
) -> None:
    other = await make_browser()
    assert operator.account is not None and other.account is not None
    await run_to_the_end(runtime, studio)
    mine = await studio.make(operator.account, "Mine")
    theirs = await studio.make(other.account, "Theirs")
    secret = await studio.make(other.account, "Secret")
    linked = await studio.make(other.account, "Only by its link")
    from_picture = await studio.make(operator.account, "A picture of somebody", has_image=True)
    waiting = await studio.submit(operator.account, "Not there yet")
    async with runtime.transaction() as connection:
        await shares.share(connection, other.account.id, theirs, show_prompt=True, indexable=True)
        await shares.share(connection, other.account.id, linked, show_prompt=True, indexable=False)
    options = re.findall(r'<option value="(\d+)"', (await operator.get(HERE)).text)
    assert set(options) == {str(mine), str(theirs)}
    for number in (secret, linked, from_picture, waiting, 10**9, "x", ""):
        assert await change(operator, "1", do="show", video=str(number)) == 422
    assert await change(operator, "1", do="show", video=str(mine)) == 303
    assert await change(operator, "3", do="show", video=str(theirs)) == 303
    assert await shown(stranger) == ["Mine", showcase.FILMS[1].prompt, "Theirs"]
    for number, status in ((mine, 200), (theirs, 200), (secret, 404), (linked, 404)):
        assert (await stranger.get(f"/films/{number}/film.mp4")).status_code == status
    # Who takes it back takes it from here, too.
    async with runtime.transaction() as connection:
        await shares.unshare(connection, other.account.id, theirs)
    assert await shown(stranger) == ["Mine", showcase.FILMS[1].prompt, showcase.FILMS[2].prompt]
    assert (await stranger.get(f"/films/{theirs}/film.mp4")).status_code == 404
    assert (await operator.post("/videos/delete", {"id": str(mine), "sure": "yes"})).status_code in {200, 303}
    async with runtime.transaction() as connection:
        await connection.execute("DELETE FROM videos WHERE id = %s", [mine])
    assert await shown(stranger) == [film.prompt for film in showcase.FILMS]


async def test_what_cannot_be_done_is_told_beside_its_field(operator: Browser, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("forbidden",)})
    for fields, field in (
        ({"prompt": " ", "seed": "1"}, "prompt"),
        ({"prompt": "x" * 2001, "seed": "1"}, "prompt"),
        ({"prompt": "A forbidden thing", "seed": "1"}, "prompt"),
        ({"prompt": "Typed <before>", "seed": "-1"}, "seed"),
        ({"prompt": "Typed <before>", "seed": str(2**32)}, "seed"),
    ):
        response = await operator.post(HERE, {"place": "1", "do": "render", **fields})
        assert response.status_code == 422
        assert f'id="film-1-{field}-error"' in response.text
        if "Typed" in fields["prompt"]:
            assert "Typed &lt;before&gt;</textarea>" in response.text
    assert await change(operator, "9", do="render", prompt="x", seed="1") == 404
    async with runtime.pool.connection() as connection:
        assert not [entry for entry in await audit.entries(connection) if entry.action.startswith("showcase")]


async def test_nobody_else_may(make_browser: MakeBrowser, stranger: Browser) -> None:
    mine = await make_browser()
    assert (await mine.get(HERE)).status_code == 404
    assert (await mine.post(HERE, {"place": "1", "do": "built-in"})).status_code == 404
    assert (await stranger.get(HERE)).status_code == 303
