"""The front page: for strangers, with films of this installation once there are all of them."""

import re

from promptreel import showcase, videos
from promptreel.runtime import Runtime

from .conftest import Browser, MakeBrowser
from .films import FILM, POSTER, Studio


async def begin(runtime: Runtime, film: showcase.Film) -> int:
    """A film of the front page in the queue; its number."""
    async with runtime.transaction() as connection:
        await showcase.submit(connection, runtime, film)
        found = next(stage.newest for stage in await showcase.stages(connection) if stage.film == film)
    assert found is not None
    return found.id


async def test_a_stranger_learns_what_this_is(stranger: Browser, runtime: Runtime) -> None:
    response = await stranger.get("/")
    assert response.status_code == 200
    assert len(response.content) < 60_000
    for text in (
        "Words in, moving pictures out.",
        'href="/signup"',
        'href="/docs"',
        "https://reel.example/api/v1/generate",
        "1080p",
    ):
        assert text in response.text
    assert "<video" not in response.text
    for link in re.findall(r'(?:src|href)="([^"]+)"', response.text):
        assert link.startswith(("/", "#")), link
        assert not link.startswith("//")
    runtime.settings = runtime.settings.model_copy(update={"public_url": ""})
    assert (
        "https://mine.example:8080/api/v1/generate"
        in (await stranger.get("/", headers={"Host": "mine.example:8080"})).text
    )
    for host in ("evil.example/<script>", '"><script>', "a b"):
        assert "<script>" not in (await stranger.get("/", headers={"Host": host})).text


async def test_who_is_signed_in_goes_to_work(make_browser: MakeBrowser) -> None:
    response = await (await make_browser()).get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/create")


async def test_films_appear_once_all_are_there(stranger: Browser, runtime: Runtime, studio: Studio) -> None:
    # Nobody reads letters for the account that they belong to.
    runtime.settings = runtime.settings.model_copy(update={"showcase": True, "mail_url": "smtp://localhost"})
    first, *rest = showcase.FILMS
    number = await begin(runtime, first)
    waiting = (await stranger.get("/")).text
    assert "<video" not in waiting
    assert 'hx-trigger="every 3s"' in waiting
    # Nobody sees a file of what is not finished.
    assert (await stranger.get(f"/films/{number}/film.mp4")).status_code == 404
    await studio.finish(number)
    for film in rest:
        await studio.finish(await begin(runtime, film))
    text = (await stranger.get("/")).text
    assert "every 3s" not in text
    films = re.findall(r"<video ([^>]+)>", text)
    assert len(films) == 3
    for film in films:
        for word in ("muted", "loop", "playsinline", 'preload="none"', "poster=", "controls"):
            assert word in film
        assert "autoplay" not in film
    for source in re.findall(r'<source src="([^"]+)"', text):
        response = await stranger.get(source, headers={"Range": "bytes=0-9"})
        assert (response.status_code, response.content) == (206, FILM[:10])
        assert response.headers["cache-control"] == "public, max-age=86400"
    assert (await stranger.get(re.findall(r'poster="([^"]+)"', text)[0])).content == POSTER


async def test_a_film_that_failed_holds_up_no_other(stranger: Browser, runtime: Runtime, studio: Studio) -> None:
    runtime.settings = runtime.settings.model_copy(update={"showcase": True})
    first, *rest = showcase.FILMS
    video = await studio.start(await begin(runtime, first))
    async with runtime.transaction() as connection:
        assert await videos.fail(connection, video, "Out of paint", "engine_failed")
    for film in rest:
        assert "<video" not in (await stranger.get("/")).text
        await studio.finish(await begin(runtime, film))
    text = (await stranger.get("/")).text
    assert text.count("<video ") == 2
    assert "every 3s" not in text


async def test_only_films_of_the_front_page_are_public(
    make_browser: MakeBrowser, stranger: Browser, studio: Studio, runtime: Runtime
) -> None:
    browser = await make_browser()
    assert browser.account
    private = await studio.make(browser.account)
    public = await begin(runtime, showcase.FILMS[0])
    await studio.finish(public)
    for path in (
        f"{private}/film.mp4",
        f"{public}/spritesheet.jpg",
        "x/film.mp4",
        "9" * 40 + "/film.mp4",
        "424242/poster.jpg",
    ):
        assert (await stranger.get(f"/films/{path}")).status_code == 404, path
    async with runtime.transaction() as connection:
        found = await videos.find_many(connection, [(browser.account.id, public)])
    assert found == {}
