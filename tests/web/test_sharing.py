"""Sharing: off by default, by a link that can be taken back, and nothing else of the account with it."""

import re
from typing import Any

import httpx2
import pytest

from promptreel.runtime import Runtime

from .conftest import Browser, MakeBrowser
from .films import FILM, POSTER, Studio


async def share(browser: Browser, number: int, **options: str) -> str:
    """Share a video as the page's form does; the path of its link."""
    response = await browser.post(f"/videos/{number}/share", {"show_prompt": "1", **options})
    assert (response.status_code, response.headers["location"]) == (303, f"/videos/{number}#share")
    link = re.search(r'value="https://reel\.example(/v/[^"]+)"', (await browser.get(f"/videos/{number}")).text)
    assert link
    return link[1]


async def test_whoever_has_the_link_watches(make_browser: MakeBrowser, studio: Studio, stranger: Browser) -> None:
    browser = await make_browser()
    assert browser.account
    number = await studio.make(browser.account, 'A "quoted" <kite>')
    link = await share(browser, number)
    page = await stranger.get(link)
    assert page.status_code == 200
    url = f"https://reel.example{link}"
    for name, content in (
        ("og:title", "A &#34;quoted&#34; &lt;kite&gt;"), ("og:type", "video.other"), ("og:url", url),
        ("og:video", f"{url}/video.mp4"), ("og:video:secure_url", f"{url}/video.mp4"), ("og:image", f"{url}/poster.jpg"),
        ("twitter:card", "player"), ("twitter:player", f"{url}/embed"), ("robots", "noindex, nofollow"),
    ):  # fmt: skip
        assert re.search(f'<meta (property|name)="{name}" content="{re.escape(content)}">', page.text), name
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    for leak in (browser.account.email, f"/videos/{number}", "signature=", f'"{browser.account.id}"'):
        assert leak not in page.text
    # Signed in or not, and the owner, too: the same.
    assert (await browser.get(link)).status_code == 200


async def test_its_files_lie_under_the_link(make_browser: MakeBrowser, studio: Studio, stranger: Browser) -> None:
    browser = await make_browser()
    assert browser.account
    link = await share(browser, await studio.make(browser.account, "A kite"))
    film = await stranger.get(f"{link}/video.mp4")
    assert (film.status_code, film.content, film.headers["content-type"]) == (200, FILM, "video/mp4")
    # Kept nowhere without asking again: taking the link back works at once.
    assert film.headers["cache-control"] == "no-cache"
    assert film.headers["x-robots-tag"] == "noindex, nofollow"
    part = await stranger.get(f"{link}/video.mp4", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, FILM[5:10])
    known = await stranger.get(f"{link}/video.mp4", headers={"If-None-Match": film.headers["etag"]})
    assert known.status_code == 304
    assert (await stranger.get(f"{link}/poster.jpg")).content == POSTER
    saved = await stranger.get(f"{link}/video.mp4?download")
    assert saved.headers["content-disposition"] == 'attachment; filename="A kite.mp4"'
    assert (await stranger.client.head(f"{link}/video.mp4")).headers["content-length"] == str(len(FILM))
    for name in ("spritesheet.jpg", "../x", "x"):
        assert (await stranger.get(f"{link}/{name}")).status_code == 404


async def test_embedding(make_browser: MakeBrowser, studio: Studio, stranger: Browser) -> None:
    browser = await make_browser()
    assert browser.account
    number = await studio.make(browser.account)
    link = await share(browser, number)
    own_page = (await browser.get(f"/videos/{number}")).text
    assert (
        f"&lt;iframe src=&#34;https://reel.example{link}/embed&#34; width=&#34;640&#34; height=&#34;360&#34;"
        in own_page
    )
    for reader in (stranger, browser):
        frame = await reader.get(f"{link}/embed")
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        assert "unsafe" not in frame.headers["content-security-policy"]
        assert browser.account.email not in frame.text
        assert "<script" not in frame.text
    assert "frame-ancestors 'none'" in (await stranger.get(link)).headers["content-security-policy"]


async def test_the_prompt_is_the_owners_choice(make_browser: MakeBrowser, studio: Studio, stranger: Browser) -> None:
    browser = await make_browser()
    assert browser.account
    number = await studio.make(browser.account, "A surprise party")
    link = await share(browser, number)
    assert await share(browser, number, show_prompt="", indexable="1") == link
    for path in (link, f"{link}/embed", f"{link}/video.mp4?download"):
        response = await stranger.get(path)
        assert response.status_code == 200
        assert "surprise" not in response.headers.get("content-disposition", "") + (
            response.text if response.headers["content-type"].startswith("text/") else ""
        )
        assert "x-robots-tag" not in response.headers
    assert "noindex" not in (await stranger.get(link)).text


async def gone(client: httpx2.AsyncClient, link: str) -> list[Any]:
    """What a link that leads nowhere answers, without what differs by its own text."""
    answers = []
    for path in ("", "/embed", "/video.mp4", "/poster.jpg"):
        response = await client.get(link + path)
        body = response.text.replace(link + path, "LINK")
        answers.append((response.status_code, body, response.headers.get("cache-control")))
    return answers


async def test_taking_it_back_works_at_once_and_for_good(
    make_browser: MakeBrowser, studio: Studio, stranger: Browser
) -> None:
    browser = await make_browser()
    assert browser.account
    number = await studio.make(browser.account)
    old = await share(browser, number)
    assert (await browser.post(f"/videos/{number}/unshare")).status_code == 303
    unknown = await gone(stranger.client, "/v/AAAAAAAAAAAAAAAA")
    assert {answer[0] for answer in unknown} == {404}
    for wrong in (old, "/v/x", "/v/" + "A" * 300, "/v/%00", "/v/'; DROP", "/v/ＡＡＡＡＡＡＡＡＡＡＡＡＡＡＡＡ"):
        assert [answer[0] for answer in await gone(stranger.client, wrong)] == [404] * 4, wrong
    assert await gone(stranger.client, old) == unknown
    new = await share(browser, number)
    assert new != old
    assert (await stranger.get(old)).status_code == 404
    assert (await stranger.get(new)).status_code == 200


async def test_what_ends_a_link(make_browser: MakeBrowser, studio: Studio, stranger: Browser, runtime: Runtime) -> None:
    browser = await make_browser()
    assert browser.account
    number, other = await studio.make(browser.account), await studio.make(browser.account)
    link, kept = await share(browser, number), await share(browser, other)
    await browser.post("/videos/delete", {"id": str(number), "confirmed": "1"})
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.get(f"{link}/video.mp4")).status_code == 404
    assert all(str(other) not in key or "1/" in key for key in await studio.files())
    assert len(await studio.files()) == 3
    assert (await stranger.get(kept)).status_code == 200
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", [browser.account.id])
    assert (await stranger.get(kept)).status_code == 404


@pytest.mark.parametrize("action", ["share", "unshare"])
async def test_only_ones_own_finished_videos(
    make_browser: MakeBrowser, studio: Studio, stranger: Browser, action: str
) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    foreign = await studio.make(other.account)
    waiting = await studio.submit(browser.account)
    for number in (foreign, 424242, "x"):
        assert (await browser.post(f"/videos/{number}/{action}")).status_code == 404
    if action == "share":
        assert (await browser.post(f"/videos/{waiting}/share")).status_code == 404
    response = await stranger.post(f"/videos/{foreign}/{action}")
    assert response.headers["location"].startswith("/signin")
    link = await share(other, foreign)
    assert (await browser.post(f"/videos/{foreign}/unshare")).status_code == 404
    assert (await stranger.get(link)).status_code == 200
    foreign_post = await other.client.post(f"/videos/{foreign}/{action}", headers=other.headers)
    assert foreign_post.status_code == 403
