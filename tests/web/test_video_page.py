"""The page of one video: everything that is known of it, in every state."""

import re

from promptreel.runtime import Runtime
from promptreel.web.gallery import shortened
from promptreel.web.prompt_words import Piece, by_fate, pieces

from .conftest import Browser, MakeBrowser
from .films import FILM, Studio

PROMPT = "A dragon over the sea & <b>mountains</b>"
REPORT = {
    "coverage": 0.67,
    "words": [
        {"text": "dragon", "start": 2, "end": 8, "status": "approximated", "by": "a large bird"},
        {"text": "sea", "start": 18, "end": 21, "status": "shown", "by": ""},
        {"text": "mountains", "start": 27, "end": 36, "status": "not_shown", "by": ""},
    ],
}


async def test_a_finished_video(make_browser: MakeBrowser, studio: Studio) -> None:
    browser = await make_browser()
    assert browser.account
    number = await studio.submit(browser.account, PROMPT, price=3, seed=123456, negative_prompt="rain")
    await studio.finish(number, REPORT)
    response = await browser.get(f"/videos/{number}")
    text = response.text
    assert response.status_code == 200
    assert '<mark class="approximated">dragon</mark>' in text
    assert '<mark class="shown">sea</mark>' in text
    assert '<mark class="not_shown">mountains</mark>' in text
    assert "(a large bird)" in text
    assert "<b>" not in text
    for fact in ("123456", "640 × 360", "10.2 kB", "3 credits", "Scenes", "360p", "rain"):
        assert fact in text, fact
    film = re.search(r'<source src="([^"]+)"', text)
    assert film
    assert (await browser.get(film[1].replace("&amp;", "&"))).content == FILM
    saved = re.search(r'href="([^"]+)" download>', text)
    assert saved
    assert "attachment" in (await browser.get(saved[1].replace("&amp;", "&"))).headers["content-disposition"]
    assert f'href="/create?from={number}"' in text
    assert f'data-frame="/create?picture_of={number}"' in text
    assert "every 2s" not in text
    assert "<noscript>" not in text


async def test_an_unfinished_video_shows_itself_anew(
    make_browser: MakeBrowser, studio: Studio, runtime: Runtime
) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    await studio.submit(other.account)
    number = await studio.submit(browser.account)
    waiting = (await browser.get(f"/videos/{number}")).text
    assert "No. 2" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert '<meta http-equiv="refresh"' in waiting
    assert f'action="/videos/{number}/cancel"' in waiting
    assert "/share" not in waiting
    await studio.start(number)
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE videos SET progress = 0.42 WHERE id = %s", [number])
    running = (await browser.get(f"/videos/{number}")).text
    assert "42 %" in running
    assert "preview.jpg" not in running
    async with runtime.pool.connection() as connection:
        await connection.execute("INSERT INTO previews (video_id, picture) VALUES (%s, '\\xffd8ff')", [number])
    assert f'src="/videos/{number}/preview.jpg?' in (await browser.get(f"/videos/{number}")).text


async def test_a_failed_and_a_cancelled_video_cost_nothing(
    make_browser: MakeBrowser, studio: Studio, runtime: Runtime
) -> None:
    browser = await make_browser()
    assert browser.account
    failed = (await browser.get(f"/videos/{await studio.fail(browser.account, error='The engine <died>')}")).text
    assert "The engine &lt;died&gt;" in failed
    assert "Nothing was charged" in failed
    assert "<video" not in failed
    assert 'action="/videos/delete"' in failed


async def test_newer_and_older(make_browser: MakeBrowser, studio: Studio) -> None:
    browser = await make_browser()
    assert browser.account
    first, second, third = [await studio.make(browser.account) for _ in range(3)]
    text = (await browser.get(f"/videos/{second}")).text
    assert f'rel="prev" href="/videos/{third}"' in text
    assert f'rel="next" href="/videos/{first}"' in text
    assert 'rel="prev"' not in (await browser.get(f"/videos/{third}")).text


async def test_nobody_elses(make_browser: MakeBrowser, studio: Studio, stranger: Browser) -> None:
    browser, other = await make_browser(), await make_browser()
    assert other.account
    number = await studio.make(other.account, "a secret film")
    answers = {
        (await browser.get(f"/videos/{wrong}")).status_code for wrong in (number, 424242, "x", "9" * 40, "-1", "１")
    }
    assert answers == {404}
    assert "a secret film" not in (await browser.get(f"/videos/{number}")).text
    assert (await stranger.get(f"/videos/{number}")).status_code == 303


def test_prompts_are_cut_where_the_report_says() -> None:
    assert pieces(PROMPT, REPORT)[:4] == [
        Piece("A "), Piece("dragon", "approximated", "a large bird"), Piece(" over the "), Piece("sea", "shown")
    ]  # fmt: skip
    for report in (None, {}, {"words": None}, {"words": [1, {}, {"start": 5, "end": 2, "status": "shown"},
                   {"start": 0, "end": 999, "status": "shown"}, {"start": 0, "end": 3, "status": "odd"},
                   {"start": "0", "end": 3, "status": "shown"}]}):  # fmt: skip
        assert pieces(PROMPT, report) == [Piece(PROMPT)]
    overlapping = {"words": [{"start": 0, "end": 5, "status": "shown"}, {"start": 3, "end": 8, "status": "shown"}]}
    assert "".join(piece.text for piece in pieces(PROMPT, overlapping)) == PROMPT
    assert pieces("", None) == []
    assert [piece.text for piece in by_fate(pieces(PROMPT, REPORT))["shown"]] == ["sea"]


def test_long_prompts_are_cut_between_words() -> None:
    assert shortened("a  short\none", 60) == "a short one"
    assert shortened("some words that are too many", 15) == "some words…"
    assert shortened("狐" * 100, 10) == "狐" * 9 + "…"
