"""The queue strip: what is under way, told truly, to its owner alone."""

import re

from promptreel import videos
from promptreel.runtime import Runtime
from promptreel.spec import Status, VideoSpec
from promptreel.videos import Submission, Video

from .conftest import Browser, MakeBrowser

JPEG = b"\xff\xd8\xff\xe0 as good as a picture"


async def submit(runtime: Runtime, browser: Browser, prompt: str = "A lighthouse", price: int = 1) -> Video:
    assert browser.account is not None
    spec = VideoSpec(prompt, 640, 360)
    async with runtime.transaction() as connection:
        accepted = await videos.submit(
            connection,
            runtime.queue,
            runtime.settings,
            browser.account,
            Submission("dashboard", spec, price),
            runtime.clock(),
        )
    return accepted.video


async def start(runtime: Runtime, video: Video) -> Video:
    async with runtime.transaction() as connection:
        started = await videos.start(connection, video.id, 3)
    assert started is not None
    return started


async def report(runtime: Runtime, video: Video, progress: float, preview: bytes | None = None) -> bool:
    async with runtime.transaction() as connection:
        return await videos.report_progress(connection, video, progress, "rendering", preview)


async def complete(runtime: Runtime, video: Video) -> None:
    key = f"{videos.files_prefix(video)}{video.attempt}/"
    result = videos.Result(f"{key}video.mp4", f"{key}thumbnail.jpg", f"{key}spritesheet.jpg", 1000, 8.0, 4.0, {})
    async with runtime.transaction() as connection:
        assert await videos.complete(connection, video, result)


async def fail(runtime: Runtime, video: Video, error: str) -> None:
    async with runtime.transaction() as connection:
        assert await videos.fail(connection, video, error, "engine_failed")


async def test_it_tells_what_waits_runs_and_has_ended(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=10)
    first = await submit(runtime, browser, "First <b>of all</b>")
    second = await submit(runtime, browser, "Second", price=3)
    page = (await browser.get("/queue")).text
    assert "First &lt;b&gt;of all&lt;/b&gt;" in page
    assert "Next in line" in page and "Number 2 in line" in page
    # The second waits for the first: at 1 s a second of video each.
    assert re.findall(r'data-left="(\d+)"', page) == ["8", "16"]

    first = await start(runtime, first)
    assert await report(runtime, first, 0.25)
    page = (await browser.get("/queue")).text
    assert 'value="250"' in page and "25 %" in page and 'data-left="6"' in page
    assert "preview.jpg" not in page

    await complete(runtime, first)
    await fail(runtime, await start(runtime, second), "The engine failed: out of paint")
    page = (await browser.get("/queue")).text
    assert f'href="/videos/{first.id}"' in page and "Ready" in page
    assert "The engine could not make it." in page and "3 credits came back" in page

    response = await browser.post("/queue/clear", {"next": "/tokens"})
    assert (response.status_code, response.headers["location"]) == (303, "/tokens")
    assert "Nothing is under way" in (await browser.get("/queue")).text
    third = await submit(runtime, browser, "Third")
    await complete(runtime, await start(runtime, third))
    assert f'href="/videos/{third.id}"' in (await browser.get("/queue")).text


async def test_long_prompts_do_not_make_every_page_long(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(tier="pro", credits=30)
    for _ in range(8):
        await submit(runtime, browser, "雪山" * 1000)
    page = await browser.get("/plan")
    assert page.text.count('class="row-item') == 8 and "雪山雪山" in page.text
    assert len(page.content) < 60_000


async def test_a_download_is_told_with_its_share_and_without_an_estimate(
    make_browser: MakeBrowser, runtime: Runtime
) -> None:
    browser = await make_browser()
    video = await start(runtime, await submit(runtime, browser))
    for step, said, bar in (
        ("downloading the model: 5.0 / 20.0 GB", "Downloading the model: 5 / 20 GB", 'value="250"'),
        ("loading the model", "Loading the model", ""),
    ):
        async with runtime.transaction() as connection:
            assert await videos.report_progress(connection, video, 0.0, step, None)
        for path in ("/queue", f"/videos/{video.id}"):
            main = (await browser.get(path)).text.partition("<main")[2]
            assert said in main and f'<progress max="1000"{bar and " " + bar} aria-label' in main, path
            assert " %" not in main and "data-left" not in main and "left</p>" not in main
        assert "Getting ready" in (await browser.get("/videos")).text


async def test_it_is_on_every_page(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    await submit(runtime, browser, "Somewhere else")
    for path in ("/tokens", "/usage", "/credits"):
        page = (await browser.get(path)).text
        assert "Somewhere else" in page and 'hx-sse:connect="/live"' in page


async def test_many_are_counted_and_not_listed(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=30)
    for number in range(11):
        await submit(runtime, browser, f"Number {number}")
    page = (await browser.get("/queue")).text
    assert page.count('class="row-item') == 8
    assert "3 more wait behind these" in page


async def test_cancelling_gives_the_credits_back(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=5)
    other = await make_browser()
    video = await submit(runtime, browser)
    for foreign in (other,):
        assert (await foreign.post(f"/videos/{video.id}/cancel")).status_code == 404
    for unknown in ("0", "x", str(2**63), "999999"):
        assert (await browser.post(f"/videos/{unknown}/cancel")).status_code == 404
    response = await browser.post(f"/videos/{video.id}/cancel", {"next": "/usage"})
    assert (response.status_code, response.headers["location"]) == (303, "/usage")
    assert "The credits came back" in (await browser.get("/usage")).text
    assert browser.account is not None
    assert (await runtime.video(browser.account.id, video.id)).status is Status.CANCELLED
    # Again, and from a live page, which needs no answer.
    response = await browser.post(f"/videos/{video.id}/cancel", headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")


async def test_a_preview_is_its_owners_and_goes_with_the_end(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, other = await make_browser(), await make_browser()
    video = await start(runtime, await submit(runtime, browser))
    path = f"/videos/{video.id}/preview.jpg"
    assert (await browser.get(path)).status_code == 404
    assert await report(runtime, video, 0.1, b"<html>no picture</html>")
    assert await report(runtime, video, 0.1, JPEG + bytes(100_000))
    assert (await browser.get(path)).status_code == 404
    assert await report(runtime, video, 0.2, JPEG)
    assert await report(runtime, video, 0.3)
    response = await browser.get(path)
    assert (response.content, response.headers["content-type"]) == (JPEG, "image/jpeg")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert path in (await browser.get("/queue")).text
    assert (await other.get(path)).status_code == 404
    await complete(runtime, video)
    assert (await browser.get(path)).status_code == 404
    # What comes too late, of this attempt or of an earlier one, leaves nothing behind.
    assert not await report(runtime, video, 0.9, JPEG)
    async with runtime.pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM previews")).fetchone()
    assert row == {"n": 0}


async def test_an_old_attempt_shows_nothing(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    early = await start(runtime, await submit(runtime, browser))
    late = await start(runtime, early)
    assert not await report(runtime, early, 0.5, JPEG)
    assert (await browser.get(f"/videos/{late.id}/preview.jpg")).status_code == 404


async def test_nobody_sees_it_signed_out(stranger: Browser) -> None:
    for path in ("/queue", "/videos/1/preview.jpg"):
        response = await stranger.get(path)
        assert response.status_code == 303 and response.headers["location"].startswith("/signin")
    for path in ("/queue/clear", "/videos/1/cancel"):
        assert (await stranger.post(path)).status_code == 303
