"""The gallery: what is in it, filters, search, pages, and several videos at once."""

import io
import re
import zipfile
from itertools import pairwise

from promptreel import archive, credits, library
from promptreel.library import Place, Wish
from promptreel.runtime import Runtime

from .conftest import Browser, MakeBrowser
from .films import FILM, Studio


def shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="film-(\d+)"', text)]


async def test_an_empty_gallery_invites(make_browser: MakeBrowser, stranger: Browser) -> None:
    browser = await make_browser()
    text = (await browser.get("/videos")).text
    assert "Your first video" in text
    assert 'href="/create"' in text
    response = await stranger.get("/videos?q=x")
    assert (response.status_code, response.headers["location"]) == (303, "/signin?next=%2Fvideos%3Fq%3Dx")


async def test_every_state_is_shown_and_filtered(make_browser: MakeBrowser, studio: Studio) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    ready = await studio.make(browser.account, "ready film")
    failed = await studio.fail(browser.account, "failed film")
    running = await studio.submit(browser.account, "running film")
    await studio.start(running)
    waiting = await studio.submit(browser.account, "waiting film")
    large = await studio.make(browser.account, "large film", quality="premium")
    await studio.make(other.account, "somebody else's film")
    everything = await browser.get("/videos")
    assert shown(everything.text) == [large, waiting, running, failed, ready]
    assert "somebody else" not in everything.text
    assert len(everything.content) < 60_000
    for query, expected in (
        ("state=ready", [large, ready]), ("state=making", [waiting, running]), ("state=failed", [failed]),
        ("state=cancelled", []), ("quality=premium", [large]), ("state=ready&quality=free", [ready]),
        ("state=nonsense&quality=nonsense", [large, waiting, running, failed, ready]), ("q=film+ready", [ready]),
    ):  # fmt: skip
        assert shown((await browser.get(f"/videos?{query}")).text) == expected, query
    async with studio.runtime.pool.connection() as connection:
        await connection.execute("INSERT INTO previews (video_id, picture) VALUES (%s, '\\xffd8ff')", [running])
    assert f'src="/videos/{running}/preview.jpg?' in (await browser.get("/videos?state=making")).text
    # Only what is unfinished is looked at again.
    assert f'hx-select-oob="#film-{waiting}:outerMorph,#film-{running}:outerMorph,#making"' in everything.text
    assert "every 3s" not in (await browser.get("/videos?state=ready")).text


async def test_search_takes_words_in_any_order_and_language(
    make_browser: MakeBrowser, studio: Studio, runtime: Runtime
) -> None:
    browser = await make_browser()
    account = browser.account
    assert account
    prompts = [
        "A RED fox in the Snow",
        "100% wool_sweater",
        "红色的狐狸在雪地里",
        "Cafe\u0301 in Ｔｏｋｙｏ",
        r"back\slash",
        "Ежик в тумане",
    ]
    numbers = {prompt: await studio.submit(account, prompt) for prompt in prompts}

    async def found(words: str) -> list[str]:
        text = (await browser.get("/videos", params={"q": words})).text
        return [prompt for prompt in prompts if numbers[prompt] in shown(text)]

    for words, expected in (
        ("snow fox", [0]), ("SNOW red", [0]), ("fox wool", []), ("0%", [1]), ("%", [1]), ("l_s", [1]), ("d_f", []), ("_", [1]),
        ("狐狸", [2]), ("雪地 红色", [2]), ("café", [3]), ("tokyo", [3]), ("％", [1]), ("\\", [4]), ("k\\s", [4]), ("ЕЖИК", [5]),
        ("'; DROP TABLE videos; --", []), ("", range(6)), ("   ", range(6)),
    ):  # fmt: skip
        assert await found(words) == [prompts[number] for number in expected], words
    assert await found("\0fox") == [prompts[0]]
    page = (await browser.get("/videos", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page


async def test_pages_lead_through_everything_and_back(
    make_browser: MakeBrowser, studio: Studio, monkeypatch: object
) -> None:
    browser = await make_browser(credits=1000)
    assert browser.account
    numbers = [await studio.submit(browser.account, f"film {n}") for n in range(53)]
    expected = numbers[::-1]
    address, forwards = "/videos?q=film", []
    seen: list[int] = []
    while address:
        text = (await browser.get(address)).text
        forwards.append(shown(text))
        seen += shown(text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        last, address = text, older[1].replace("&amp;", "&") if older else ""
    assert seen == expected
    assert [len(page) for page in forwards] == [20, 20, 13]
    newer = re.search(r'rel="prev" href="([^"]+)"', last)
    assert newer
    assert shown((await browser.get(newer[1].replace("&amp;", "&"))).text) == forwards[1]
    for nonsense in ("before=x", "before=9999999999999999999-1", "after=-1", "before=1-1", "before=٣-٣"):
        assert (await browser.get(f"/videos?{nonsense}")).status_code == 200, nonsense


def test_places_survive_as_text() -> None:
    for text in ("1763817000123456-9", "0-1"):
        place = Place.parse(text)
        assert place is not None
        assert str(place) == text
    for text in ("", "1", "1-", "-1", "a-b", "1-2-3"):
        assert Place.parse(text) is None


async def test_neighbours(make_browser: MakeBrowser, studio: Studio, runtime: Runtime) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    mine = []
    for _ in range(3):
        mine.append(await studio.submit(browser.account))
        await studio.submit(other.account)
    async with runtime.transaction() as connection:
        found = await library.find_own(connection, browser.account.id, mine)
        assert [video.id for video in found] == mine[::-1]
        assert [await library.neighbours(connection, video) for video in found] == [
            (None, mine[1]), (mine[2], mine[0]), (mine[1], None)
        ]  # fmt: skip
        shelf = await library.shelf(connection, browser.account.id, Wish(), 2)
        assert shelf.newer is None
        assert shelf.older is not None


# -- several at once ---------------------------------------------------------------------------------------------------


async def test_deleting_several(make_browser: MakeBrowser, studio: Studio, runtime: Runtime) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    ready, kept = await studio.make(browser.account, "one"), await studio.make(browser.account, "two")
    waiting = await studio.submit(browser.account, "three", price=3)
    running = await studio.submit(browser.account, "four")
    await studio.start(running)
    foreign = await studio.make(other.account)
    chosen = {"id": [str(number) for number in (ready, waiting, running, foreign)], "next": "/videos?state=ready"}
    # Without the page's own question the server asks, and nothing happens.
    asked = await browser.post("/videos/delete", chosen)
    assert asked.status_code == 200
    assert "Delete these 3 videos for good?" in asked.text
    assert str(foreign) not in re.findall(r'name="id" value="(\d+)"', asked.text)
    assert len(shown((await browser.get("/videos")).text)) == 4
    done = await browser.post("/videos/delete", chosen | {"confirmed": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/videos?state=ready")
    page = (await browser.get("/videos")).text
    assert "3 videos are deleted." in page
    assert shown(page) == [kept]
    assert len(await studio.files()) == 6  # of the kept and of the foreign one
    async with runtime.pool.connection() as connection:
        wallet = await credits.balance(connection, browser.account.id)
        assert (wallet.available, wallet.held) == (98, 0)  # what was finished is paid, the rest has come back
        assert await credits.audit(connection) == []
        left = await (
            await connection.execute("SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'todo'")
        ).fetchone()
    assert left is not None
    assert shown((await other.get("/videos")).text) == [foreign]


async def test_choosing_nothing_or_somebody_elses(make_browser: MakeBrowser, studio: Studio) -> None:
    browser, other = await make_browser(), await make_browser()
    assert other.account
    foreign = await studio.make(other.account)
    for path in ("/videos/delete", "/videos/download"):
        nothing = await browser.post(path)
        assert (nothing.status_code, nothing.headers["location"]) == (303, "/videos")
        assert "Choose videos first" in (await browser.get("/videos")).text
        for wrong in (str(foreign), "99999999", "x", "9" * 30):
            assert (await browser.post(path, {"id": wrong, "confirmed": "1"})).status_code == 404, wrong
        assert (await browser.client.post(path, headers=browser.headers)).status_code == 403
    assert shown((await other.get("/videos")).text) == [foreign]
    evil = {"id": str(foreign), "confirmed": "1", "next": "https://evil.example"}
    assert (await other.post("/videos/delete", evil)).headers["location"] == "/videos"


async def test_downloading_several(make_browser: MakeBrowser, studio: Studio) -> None:
    browser, other = await make_browser(), await make_browser()
    assert browser.account
    assert other.account
    mine = [await studio.make(browser.account, prompt) for prompt in ("A fox", "a FOX", "狐狸 / ../../etc", "CON")]
    waiting = await studio.submit(browser.account, "not yet")
    foreign = await studio.make(other.account, "foreign")
    response = await browser.post("/videos/download", {"id": [str(n) for n in (*mine, waiting, foreign)]})
    assert response.headers["content-type"] == "application/zip"
    assert "attachment" in response.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as unpacked:
        assert unpacked.testzip() is None
        assert sorted(unpacked.namelist()) == sorted(
            ["_CON.mp4", "狐狸 .. .. etc.mp4", "a FOX.mp4", f"A fox {mine[0]}.mp4"]
        )
        for info in unpacked.infolist():
            assert unpacked.read(info) == FILM
            assert info.compress_type == zipfile.ZIP_STORED
    single = await browser.post("/videos/download", {"id": str(mine[2])})
    assert single.status_code == 303
    saved = await browser.get(single.headers["location"])
    assert saved.content == FILM
    assert "filename*=UTF-8''%E7%8B%90%E7%8B%B8" in saved.headers["content-disposition"]
    unfinished = await browser.post("/videos/download", {"id": str(waiting)})
    assert unfinished.status_code == 303
    assert "None of these is finished" in (await browser.get("/videos")).text


async def test_a_zip_is_never_whole_in_memory(runtime: Runtime) -> None:
    size = 5 * 1024 * 1024
    await runtime.storage.put("videos/x/1.mp4", b"x" * size)
    now = runtime.clock()
    entries = [
        archive.Entry(name, key, now) for name, key in (("a.mp4", "videos/x/1.mp4"), ("gone.mp4", "videos/x/2.mp4"))
    ]
    pieces = [piece async for piece in archive.stream(runtime.storage, entries)]
    assert max(map(len, pieces)) < 2 * 1024 * 1024
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as unpacked:
        assert unpacked.namelist() == ["a.mp4"]
        assert len(unpacked.read("a.mp4")) == size


def test_file_names_are_sane_and_unique() -> None:
    prompts = [
        "a",
        "A",
        "a 2",
        "",
        "???",
        "nul",
        "x" * 500,
        "word " * 100,
        "😀" * 200,
        ".. hidden ..",
        "a\nb\tc\u202egnp",
        "a 2",
    ]
    names = archive.file_names(list(enumerate(prompts, 1)))
    assert len({name.casefold() for name in names}) == len(prompts)
    for name in names:
        assert 5 <= len(name.encode()) <= 255
        assert not re.search(r'[\x00-\x1f<>:"/\\|?*\u202e]', name)
        assert name.endswith(".mp4")
        assert not name.startswith((".", " "))
    assert names[5] == "_nul.mp4"
    assert all(first != second for first, second in pairwise(names))
