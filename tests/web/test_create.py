"""The page that creates: the rules of the API, each fault beside its field, nothing typed lost, one video for one form."""

import asyncio
import base64
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import numpy as np
import pytest
from PIL import Image

from promptreel import credits, failures, operators, plans, videos
from promptreel.media import Encoder, frame_at
from promptreel.runtime import Runtime, load_rules
from promptreel.settings import Settings
from promptreel.spec import VideoSpec
from promptreel.videos import Video
from promptreel.web import create, i18n, ordering

from .conftest import Browser, MakeBrowser
from .mailbox import set_up_mail
from .test_strip import start, submit

PROMPT = "A lighthouse in a storm"


def png(width: int = 64, height: int = 40, colour: tuple[int, int, int] = (200, 30, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


async def send(browser: Browser, files: Any = None, **fields: str) -> httpx2.Response:
    fields = {"prompt": PROMPT, "quality": "free", "key": uuid4().hex, **fields}
    return await browser.post("/create", fields, files=files or {"none": ("", b"")})


async def made(runtime: Runtime, browser: Browser) -> list[Video]:
    assert browser.account is not None
    async with runtime.pool.connection() as connection:
        found, _ = await videos.list_page(connection, browser.account.id, 1, 20)
    return found


async def left(runtime: Runtime, browser: Browser) -> int:
    assert browser.account is not None
    async with runtime.pool.connection() as connection:
        return (await credits.balance(connection, browser.account.id)).available


async def test_a_prompt_becomes_a_video(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=10)
    response = await send(browser, quality="premium", duration="2.5", seed="7", aspect_ratio="1:1", fps="12",
                          negative_prompt="rain", prompt="Two\r\nlines")  # fmt: skip
    (video,) = await made(runtime, browser)
    assert response.status_code == 303
    assert response.headers["location"] == f"/create?made={video.id}&seed=7#stage-place"
    assert (video.dialect, video.price, video.prompt) == ("dashboard", 3, "Two\nlines")
    spec = video.spec
    assert (spec.width, spec.height, spec.duration, spec.seed, spec.fps) == (1080, 1080, 2.5, 7, 12)
    assert (spec.negative_prompt, spec.sound, spec.quality) == ("rain", True, "premium")
    assert await left(runtime, browser) == 7
    page = (await browser.get(response.headers["location"])).text
    assert "Two\nlines</textarea>" in page and 'value="2.5"' in page and "Next in line" in page
    # The API lists it like any other.
    assert browser.account is not None
    assert (await runtime.quota(browser.account)).used == 1


async def test_one_form_is_one_video(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=10)
    answers = await asyncio.gather(*(send(browser, key="the same") for _ in range(3)))
    assert {answer.headers.get("location") for answer in answers} == {answers[0].headers["location"]}
    assert len(await made(runtime, browser)) == 1
    again = await send(browser, key="the same")
    assert again.headers["location"] == answers[0].headers["location"]
    assert await left(runtime, browser) == 9
    # With other words it is another order, as when somebody goes back and changes it.
    await send(browser, key="the same", prompt="Something else")
    assert len(await made(runtime, browser)) == 2


async def test_a_resent_form_costs_no_call(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=10)
    for _ in range(3):
        await send(browser, key="k")
    assert browser.account is not None
    assert (await runtime.quota(browser.account)).used == 1


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"prompt": "  \u200b "}, "prompt", "Prompt is required"),
        ({"prompt": "x" * 2001}, "prompt", "too long"),
        ({"duration": "61"}, "duration", "number of seconds from 1 to 60"),
        ({"duration": "soon"}, "duration", "number of seconds from 1 to 60"),
        ({"seed": "-1"}, "seed", "integer from 0"),
        ({"seed": "1.5"}, "seed", "integer from 0"),
        ({"fps": "0"}, "fps", "integer from 1 to 60"),
        ({"aspect_ratio": "2:1"}, "aspect_ratio", "16:9"),
        ({"quality": "gold"}, "quality", "Choose a quality"),
        ({"quality": "720p"}, "image", "Choose the picture"),
        ({"image_url": "ftp://example.com/a.png"}, "image", "http:// or https://"),
        ({"image_url": "http://127.0.0.1/a.png"}, "image", "URL"),
        ({"image_url": "data:image/png;base64,AAAA"}, "image", "picture"),
        ({"last_image_url": "http://user:word@example.com/a.png"}, "last_image", "user name"),
    ],
)
async def test_faults_are_told_beside_their_fields(
    make_browser: MakeBrowser, runtime: Runtime, fields: dict[str, str], field: str, says: str
) -> None:
    browser = await make_browser(credits=50)
    response = await send(browser, **{"negative_prompt": "typed <before>", **fields})
    assert response.status_code == 422
    page = response.text
    error = re.search(rf'id="create-{field}-error">([^<]*)<', page)
    assert error and says in error[1].replace("&#39;", "'")
    # Nothing typed is lost, and what has a fault is not folded away.
    assert "typed &lt;before&gt;</textarea>" in page
    assert '<details class="advanced" open>' in page
    assert await made(runtime, browser) == []
    assert browser.account is not None
    assert (await runtime.quota(browser.account)).used == 0


async def test_every_fault_is_told_at_once(make_browser: MakeBrowser) -> None:
    page = (await send(await make_browser(), prompt="", seed="x", fps="99")).text
    for field in ("prompt", "seed", "fps"):
        assert f'id="create-{field}-error"' in page


async def test_out_of_credits(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=2)
    page = (await browser.get("/create")).text
    assert "Uses 1 of your 2 credits" in page and "This takes 3 and you have 2 credits" in page
    response = await send(browser, quality="premium")
    assert response.status_code == 422
    assert "too few credits" in response.text and 'href="/plan"' in response.text and PROMPT in response.text
    assert await made(runtime, browser) == [] and await left(runtime, browser) == 2


async def test_the_days_calls(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(tier="free", credits=50)
    for number in range(10):
        assert (await send(browser, prompt=f"Number {number}")).status_code == 303
    response = await send(browser)
    assert response.status_code == 422
    assert "You have used the 10 calls of today" in response.text
    assert len(await made(runtime, browser)) == 10


async def test_a_price_that_rose_meanwhile_is_asked_about(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, operator = await make_browser(credits=50), await make_browser(operator=True)
    shown = shown_prices((await browser.get("/create")).text)
    assert shown == {"shown_scenes_free": "1", "shown_scenes_premium": "3", "shown_scenes_720p": "30"}
    assert operator.account is not None
    async with runtime.transaction() as connection:
        await operators.change_plan(connection, operator.account, "quality", "premium", {"price": 5})
    await load_rules(runtime.pool)
    try:
        files = {"image_file": ("a.png", png())}
        response = await send(browser, files, quality="premium", seed="7", **shown)
        page = response.text
        assert response.status_code == 422
        assert "This takes 5 credits by now." in page and "Uses 5 of your 50 credits" in page
        assert PROMPT in page and 'value="7"' in page and 'value="premium" checked' in page
        draft = re.search(r'name="image_draft" value="([0-9a-f-]+)"', page)
        assert draft and await made(runtime, browser) == [] and await left(runtime, browser) == 50
        assert browser.account is not None and (await runtime.quota(browser.account)).used == 0
        # What is dearer elsewhere does not stop what costs what it did.
        assert (await send(browser, quality="free", **shown)).status_code == 303
        agreed = re.search(r'name="agreed" value="([^"]*)"', page)
        assert agreed
        for fields in (shown_prices(page), {**shown, "agreed": agreed[1]}):
            response = await send(browser, quality="premium", image_draft=draft[1], **fields)
            assert response.status_code == 303
        # What was agreed for one quality says nothing of another.
        assert (await send(browser, quality="free", shown_scenes_free="0", agreed=agreed[1])).status_code == 422
    finally:
        plans.apply([])
    assert await left(runtime, browser) == 50 - 1 - 5 - 5
    # A price that fell is nothing to ask about.
    assert (await send(browser, quality="premium", shown_scenes_premium="5")).status_code == 303


def shown_prices(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(shown_\w+)" value="(\d+)"', page))


@pytest.mark.parametrize("reason", ["credits", "calls", "words"])
async def test_nothing_is_decoded_for_who_gets_no_video(
    make_browser: MakeBrowser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    decoded: list[bytes] = []

    async def decode(data: bytes) -> bytes:
        decoded.append(data)
        return data

    monkeypatch.setattr(ordering, "safe_picture_isolated", decode)
    monkeypatch.setitem(failures.RULES, "pictures", failures.Rule(1, timedelta(hours=1), timedelta(hours=1)))
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("forbidden",)})
    browser = await make_browser(credits=0 if reason == "credits" else 10, tier="free")
    prompt = "forbidden" if reason == "words" else PROMPT
    if reason == "calls":
        for number in range(10):
            await send(browser, prompt=f"Number {number}")
    inline = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    assert (await send(browser, prompt=prompt, image_url=inline)).status_code == 422
    assert decoded == []
    # A file would be lost with the page: it is kept, within reason.
    for number in range(3):
        response = await send(browser, {"image_file": ("a.png", png(colour=(number, 0, 0)))}, prompt=prompt)
        assert response.status_code == 422
    assert len(decoded) == 2 and "choose it again" in response.text


async def test_a_form_sent_twice_is_one_video_when_it_took_the_last_credit(make_browser: MakeBrowser) -> None:
    browser = await make_browser(credits=1)
    picture = {"image_file": ("a.png", png())}
    first = await send(browser, picture, key="k", shown_scenes_free="1")
    again = await send(browser, picture, key="k", shown_scenes_free="0")
    assert first.status_code == again.status_code == 303


async def test_an_unconfirmed_address_loses_nothing(make_browser: MakeBrowser, runtime: Runtime) -> None:
    set_up_mail(runtime)
    browser = await make_browser()
    response = await send(browser, seed="12")
    assert response.status_code == 422
    assert PROMPT in response.text and 'value="12"' in response.text and 'action="/settings/verify"' in response.text


async def test_a_refused_prompt(make_browser: MakeBrowser, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("forbidden",)})
    response = await send(await make_browser(), prompt="A forbidden thing")
    assert response.status_code == 422 and 'id="create-prompt-error"' in response.text


async def test_a_picture_starts_the_film(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=50)
    response = await send(browser, {"image_file": ("a.png", png(64, 40))}, quality="720p")
    assert response.status_code == 303
    (video,) = await made(runtime, browser)
    assert (video.price, video.spec.has_image, video.spec.duration) == (30, True, 4.5)
    assert video.spec.width / video.spec.height == pytest.approx(64 / 40, abs=0.01)
    # It is offered once more for another try.
    page = (await browser.get(response.headers["location"])).text
    path = re.search(r'src="(/create/pictures/[0-9a-f-]+)"', page)
    assert path
    shown = await browser.get(path[1])
    assert (shown.status_code, shown.headers["x-content-type-options"]) == (200, "nosniff")
    assert Image.open(io.BytesIO(shown.content)).size == (64, 40)
    assert (await (await make_browser()).get(path[1])).status_code == 404


async def test_a_chosen_file_survives_a_fault(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, other = await make_browser(credits=50), await make_browser(credits=50)
    response = await send(browser, {"image_file": ("a.png", png())}, prompt="")
    draft = re.search(r'name="image_draft" value="([0-9a-f-]+)"', response.text)
    assert response.status_code == 422 and draft
    # Nobody else can use it.
    assert (await send(other, quality="720p", image_draft=draft[1])).status_code == 422
    assert (await send(browser, quality="720p", image_draft=draft[1])).status_code == 303
    (video,) = await made(runtime, browser)
    assert video.spec.has_image
    # Removed without JavaScript: everything else stays.
    response = await send(browser, remove="image", image_draft=draft[1], prompt="Kept", seed="nonsense")
    assert response.status_code == 200 and draft[1] not in response.text
    assert "Kept</textarea>" in response.text and 'value="nonsense"' in response.text


async def test_few_pictures_are_kept(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    for number in range(9):
        await send(browser, {"image_file": ("a.png", png(colour=(number, 0, 0)))}, prompt="")
    async with runtime.pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM picture_drafts")).fetchone()
    assert row == {"n": 6}


@pytest.mark.parametrize("data", [b"<html>", b"", png()[:50], b"\xff\xd8\xff"])
async def test_a_file_that_is_no_picture(make_browser: MakeBrowser, data: bytes) -> None:
    response = await send(await make_browser(credits=50), {"image_file": ("a.png", data)}, quality="720p")
    assert response.status_code == 422 and 'id="create-image-error"' in response.text


async def test_a_form_that_is_too_large(make_browser: MakeBrowser) -> None:
    response = await send(await make_browser(), {"image_file": ("a.png", bytes(create.MOST_BYTES))})
    assert response.status_code == 413


async def test_a_picture_at_an_address(make_browser: MakeBrowser, runtime: Runtime) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["8.8.8.8"]

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200 if request.url.path == "/a.png" else 404, content=png())

    runtime.outside.update(resolver=resolve, transport=httpx2.MockTransport(answer))
    browser = await make_browser(credits=50)
    url = "https://pictures.example/missing.png"
    response = await send(browser, image_url=url)
    assert response.status_code == 422
    assert "could not be fetched" in response.text and f'value="{url}"' in response.text
    # Shown before anything is asked for, and why not.
    shown = await send(browser, image_url="https://pictures.example/a.png", show="image", prompt="")
    draft = re.search(r'src="/create/pictures/([0-9a-f-]{36})"', shown.text)
    assert shown.status_code == 200 and draft and 'name="image_draft" value="' + draft[1] in shown.text
    assert (await browser.get(f"/create/pictures/{draft[1]}")).headers["content-type"].startswith("image/")
    for wrong, told in ((url, "could not be fetched"), ("http://127.0.0.1/a.png", 'id="create-image-error"')):
        shown = await send(browser, image_url=wrong, show="image", prompt="")
        assert shown.status_code == 200 and told in shown.text and f'value="{wrong}"' in shown.text
    # Shown before anything is asked for, or why not.
    shown = await send(browser, image_url="https://pictures.example/a.png", show="image", prompt="")
    draft = re.search(r'src="/create/pictures/([0-9a-f-]{36})"', shown.text)
    assert shown.status_code == 200 and draft and f'name="image_draft" value="{draft[1]}"' in shown.text
    assert (await browser.get(f"/create/pictures/{draft[1]}")).headers["content-type"].startswith("image/")
    for wrong, told in ((url, "could not be fetched"), ("http://127.0.0.1/a.png", 'id="create-image-error"')):
        shown = await send(browser, image_url=wrong, show="image", prompt="")
        assert shown.status_code == 200 and told in shown.text and f'value="{wrong}"' in shown.text
    assert (await send(browser, image_url="https://pictures.example/a.png")).status_code == 303
    (video,) = await made(runtime, browser)
    assert video.spec.has_image
    inline = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    assert (await send(browser, image_url=inline)).status_code == 303


# -- engines -----------------------------------------------------------------------------------------------------------


def with_engines(runtime: Runtime) -> None:
    """Two more: one that is dearer and makes no other quality, one that needs a picture."""
    tables = {
        "fine": {"kind": "custom", "model": "a:B", "title": "Fine & slow", "presets": {"premium": {"price": 9}}},
        "moving": {
            "kind": "remote", "protocol": "openai", "servers": [{"url": "http://10.0.0.1"}], "supports": ["image"],
        },
    }  # fmt: skip
    runtime.settings = Settings.model_validate(runtime.settings.model_dump() | {"engines": tables})


async def test_engines_are_chosen_with_their_own_prices(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser(credits=50)
    assert 'name="engine"' not in (await browser.get("/create")).text
    with_engines(runtime)
    page = (await browser.get("/create")).text
    assert "Fine &amp; slow" in page and 'name="engine" value="scenes" checked' in page
    page = (await browser.get("/create?engine=fine&duration=2")).text
    offered = page.partition('id="offer"')[2].partition("<details")[0]
    assert re.findall(r'name="quality" value="(\w+)" checked', offered) == ["premium"]
    assert re.findall(r'name="quality"', offered) == ['name="quality"']
    assert "9 credits" in offered and "2 s" in offered and "with sound" not in offered
    # Without JavaScript a button shows the same, and forgets nothing.
    response = await send(browser, engine="fine", show="offer", prompt="Kept")
    assert response.status_code == 200 and "Kept</textarea>" in response.text and "9 credits" in response.text
    shown = shown_prices(page)
    assert shown["shown_fine_premium"] == "9" and shown["shown_scenes_premium"] == "3"
    assert (await send(browser, engine="fine", quality="premium", **shown)).status_code == 303
    (video,) = await made(runtime, browser)
    assert (video.spec.engine, video.price) == ("fine", 9)
    # What was told of one engine says nothing of another.
    response = await send(browser, engine="fine", quality="premium", shown_scenes_premium="9", shown_fine_premium="3")
    assert response.status_code == 422 and "This takes 9 credits by now." in response.text
    agreed = re.search(r'name="agreed" value="([^"]*)"', response.text)
    assert agreed and agreed[1] == "fine premium 9"
    again = {"engine": "fine", "quality": "premium", "shown_fine_premium": "3", "agreed": agreed[1]}
    assert (await send(browser, **again)).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"engine": "gone"}, "engine", "not here any more"),
        ({"engine": "fine", "quality": "free"}, "engine", "Fine &amp; slow does not make this quality"),
        ({"engine": "moving"}, "image", "moving starts from a picture"),
        ({"engine": "moving", "quality": "720p"}, "image", "Choose the picture"),
    ],
)
async def test_what_an_engine_cannot_do(
    make_browser: MakeBrowser, runtime: Runtime, fields: dict[str, str], field: str, says: str
) -> None:
    with_engines(runtime)
    browser = await make_browser(credits=50)
    page = (await send(browser, **fields)).text
    error = re.search(rf'id="create-{field}-error">([^<]*)<', page)
    assert error and says in error[1]
    assert await made(runtime, browser) == []


async def test_an_engine_that_is_gone_is_told_even_where_one_is_left(make_browser: MakeBrowser) -> None:
    response = await send(await make_browser(credits=50), engine="gone")
    assert response.status_code == 422 and 'id="create-engine-error"' in response.text


async def test_a_picture_for_an_engine_of_words(make_browser: MakeBrowser, runtime: Runtime) -> None:
    table = {"words": {"kind": "remote", "protocol": "openai", "servers": [{"url": "http://a"}], "supports": ["text"]}}
    runtime.settings = Settings.model_validate(runtime.settings.model_dump() | {"engines": table})
    browser = await make_browser(credits=50)
    response = await send(browser, {"image_file": ("a.png", png())}, engine="words")
    assert "words cannot use this picture: remove it." in response.text
    page = (await browser.get("/create?engine=words")).text
    assert 'name="quality" value="720p"' not in page and "from words alone" in page


# -- filled in ---------------------------------------------------------------------------------------------------------


async def test_addresses_fill_the_form_in(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, other = await make_browser(credits=20), await make_browser()
    page = (await browser.get("/create?prompt=%3Cscript%3Ealert(1)&seed=12&quality=premium")).text
    assert "&lt;script&gt;alert(1)</textarea>" in page and 'value="12"' in page
    assert re.search(r'value="premium" checked', page)
    await send(browser, seed="5", fps="10", aspect_ratio="9:16", negative_prompt="fog")
    (video,) = await made(runtime, browser)
    page = (await browser.get(f"/create?from={video.id}")).text
    assert PROMPT in page and 'value="5"' in page and 'value="10"' in page and "fog</textarea>" in page
    assert 'value="9:16" selected' in page
    page = (await browser.get(f"/create?made={video.id}")).text
    assert PROMPT in page and 'value="5"' not in page
    for query in ("from=", "made=", "picture_of="):
        for number in (str(video.id), "0", "x", str(2**63)):
            assert (await other.get(f"/create?{query}{number}")).status_code == 404
    assert (await browser.get("/create?quality=gold")).status_code == 200


async def finished(runtime: Runtime, browser: Browser, folder: Path) -> Video:
    """A video whose stored file goes from dark to light in two seconds."""
    path = folder / "film.mp4"
    with Encoder(path, 64, 48, 10) as encoder:
        for number in range(20):
            encoder.add(np.full((48, 64, 3), 10 + number * 12, np.uint8))
        encoder.close()
    video = await start(runtime, await submit(runtime, browser))
    key = f"{videos.files_prefix(video)}1/video.mp4"
    await runtime.storage.put_file(key, path)
    async with runtime.transaction() as connection:
        result = videos.Result(key, key, key, 1, 2.0, 1.0, {})
        assert await videos.complete(connection, video, result)
    return video


async def test_a_frame_of_a_film_is_animated(make_browser: MakeBrowser, runtime: Runtime, tmp_path: Path) -> None:
    browser, other = await make_browser(credits=50), await make_browser(credits=50)
    video = await finished(runtime, browser, tmp_path)
    page = (await browser.get(f"/create?picture_of={video.id}&at=1.5")).text
    assert f"/videos/{video.id}/frame.jpg?at=1.5" in page and re.search(r'value="720p" checked', page)
    for at, light in (("0", 10), ("1.5", 190), ("99", 238), ("nonsense", 10)):
        response = await browser.get(f"/videos/{video.id}/frame.jpg?at={at}")
        assert response.status_code == 200
        pixel = Image.open(io.BytesIO(response.content)).convert("RGB").getpixel((32, 24))
        assert isinstance(pixel, tuple) and pixel[0] == pytest.approx(light, abs=6)
    assert (await other.get(f"/videos/{video.id}/frame.jpg")).status_code == 404
    assert (await send(other, quality="720p", picture_of=str(video.id), at="1")).status_code == 422
    response = await send(browser, quality="720p", picture_of=str(video.id), at="1.5")
    assert response.status_code == 303
    async with runtime.pool.connection() as connection:
        number = int(re.findall(r"made=(\d+)", response.headers["location"])[0])
        pictures = await videos.pictures_of(connection, number)
    assert Image.open(io.BytesIO(pictures["image"])).size == (64, 48)


async def test_a_video_without_frames_gives_none(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    video = await submit(runtime, browser)
    response = await browser.get(f"/videos/{video.id}/frame.jpg")
    assert response.status_code in {400, 404}


def test_frames_are_found_by_their_time(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with Encoder(path, 32, 32, 10) as encoder:
        for number in range(50):
            encoder.add(np.full((32, 32, 3), number * 5, np.uint8))
        encoder.close()
    for seconds, number in ((0.0, 0), (0.1, 1), (2.34, 23), (4.9, 49), (100.0, 49), (-1.0, 0)):
        assert frame_at(path, seconds).mean() == pytest.approx(number * 5, abs=3), seconds


# -- what is said beforehand -------------------------------------------------------------------------------------------


async def test_the_wait_is_what_the_queue_then_says(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser, other = await make_browser(credits=50), await make_browser(credits=50)
    for _ in range(3):
        await submit(runtime, other)
    page = (await browser.get("/create")).text
    told = dict(re.findall(r'value="(\w+)"[^>]*>.*?class="q-wait">Ready in ([^<]+)<', page, re.DOTALL))
    assert browser.account is not None
    for quality in ("free", "premium"):
        async with runtime.pool.connection() as connection:
            foreseen = await videos.foresee(connection, runtime.settings, browser.account, quality, "scenes", 8.0)
        accepted = await accept(runtime, browser, quality)
        assert foreseen == pytest.approx(accepted.estimated_seconds)
        if quality == "free":
            assert told["free"] == i18n.span(accepted.estimated_seconds, "en")


async def accept(runtime: Runtime, browser: Browser, quality: str) -> videos.Accepted:
    assert browser.account is not None
    submission = videos.Submission("dashboard", VideoSpec("x", 640, 360, quality=quality), 1)
    async with runtime.transaction() as connection:
        return await videos.submit(
            connection, runtime.queue, runtime.settings, browser.account, submission, runtime.clock()
        )


async def test_the_page_is_small_and_strict(make_browser: MakeBrowser, runtime: Runtime) -> None:
    browser = await make_browser()
    for _ in range(12):
        await submit(runtime, browser, "x" * 2000)
    response = await browser.get("/create")
    assert len(response.content) < 60_000
    assert 'style="' not in response.text and "<script>" not in response.text


async def test_signed_out(stranger: Browser) -> None:
    assert (await stranger.get("/create?prompt=x")).headers["location"].startswith("/signin?next=%2Fcreate")
    assert (await stranger.post("/create", {"prompt": "x"})).status_code == 401
    foreign = await stranger.client.post("/create", data={"prompt": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
