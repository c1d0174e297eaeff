"""A real server and a real browser: `promptreel serve` as a newcomer starts it, and Debian's Chromium.

Playwright's synchronous interface keeps an event loop in its thread while it runs, so it is started for one module and stopped
before any test with a loop of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PASSWORD = "lamp river orchard seventeen"
OPERATOR = "operator@example.com"
SLOW = 120_000
"""Milliseconds that a film may take on a busy machine whose kernels are not compiled yet."""

# A busy machine with two cores renders films meanwhile.
expect.set_options(timeout=20_000)

if CHROMIUM is None:
    collect_ignore_glob = ["test_*.py"]


@dataclass
class Place:
    """A server, and the link that its first start printed for the operator."""

    url: str
    start: str
    data: Path


@contextmanager
def running(data: Path) -> Iterator[Place]:
    """`promptreel serve` on an empty data folder and a free port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROMPTREEL_")}
    environment |= {
        "PROMPTREEL_DATA": str(data),
        "PROMPTREEL_PORT": "0",
        "PROMPTREEL_SHOWCASE": "false",
        "PROMPTREEL_TRUST_PROXY": "true",
        "COLUMNS": "300",
    }
    log = data.with_suffix(".log")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "promptreel", "serve", "--no-first-video"],
            env=environment, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(1200):
                text = log.read_text(errors="replace")
                found = re.search(r"promptreel serves at (http://\S+)", text)
                if found:
                    break
                assert process.poll() is None, text
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.1)
            assert found, text
            start = re.search(r"http://\S+(/start/\S+)", text)
            yield Place(found[1], start[1] if start else "", data)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, kernels: Path) -> Iterator[Place]:
    """One server for all tests of this process; everybody makes accounts of their own."""
    data = tmp_path_factory.mktemp("place") / "data"
    (data / "cache").mkdir(parents=True)
    (data / "cache" / "kernels").symlink_to(kernels)
    with running(data) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    context: BrowserContext
    email: str
    troubles: list[str]
    """What the browser's console complained about."""


NewPerson = Callable[..., Person]


@pytest.fixture
def new_person(browser: Browser, place: Place) -> Iterator[NewPerson]:
    """A browser with nothing in it: `new_person()`; `sign_up=True` for one with an account. A complaint of a page fails the test."""
    people: list[Person] = []

    def make(*, sign_up: bool = False, **options: object) -> Person:
        # Each from a network of their own: how many accounts come from one is limited.
        network = ".".join(str(byte) for byte in uuid4().bytes[:3])
        headers = {"X-Forwarded-For": f"10.{network}"}
        context = browser.new_context(base_url=place.url, extra_http_headers=headers, **options)  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        page = context.new_page()
        person = Person(page, context, f"{uuid4().hex}@example.com", [])
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("pageerror", lambda error: person.troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                person.troubles.append(message.text)
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        people.append(person)
        if sign_up:
            make_account(person)
        return person

    yield make
    for person in people:
        person.context.close()
        assert person.troubles == []


@pytest.fixture
def operator(new_person: NewPerson, place: Place) -> NewPerson:
    """A browser of who runs the place: by the link of the first start, later by the password that was chosen then."""

    def make(**options: object) -> Person:
        person = new_person(**options)
        person.email, page = OPERATOR, person.page
        chosen = place.data / "operator-chosen"
        if not chosen.exists():
            page.goto(place.start)
            page.get_by_label("E-mail address").fill(OPERATOR)
            page.get_by_label("New password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Claim it").click()
            chosen.touch()
        else:
            page.goto("/signin")
            page.get_by_label("E-mail address").fill(OPERATOR)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(re.compile("/start|/signin"))
        return person

    return make


def make_account(person: Person) -> None:
    """Sign up through the page."""
    page = person.page
    page.goto("/signup")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page).to_have_url(re.compile("/create"))


def ask_for_film(page: Page, prompt: str, seconds: float = 1, engine: str = "") -> None:
    """Ask for a short film on the page /create, by the engine of that title."""
    page.goto("/create")
    page.get_by_label("What should it show?").fill(prompt)
    if engine:
        page.get_by_role("radio", name=engine).check()
    page.get_by_text("More settings").click()
    page.get_by_label("Length in seconds").fill(str(seconds))
    page.get_by_role("button", name="Make the video").click()


def plays(page: Page, selector: str) -> None:
    """A film really plays: its time moves."""
    page.wait_for_function(
        """(selector) => {
            const film = document.querySelector(selector);
            if (film && film.paused) { film.muted = true; film.play().catch(() => {}); }
            return film && film.currentTime > 0.2 && film.videoWidth > 0;
        }""",
        arg=selector,
        timeout=30_000,
    )
