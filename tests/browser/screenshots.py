"""Pictures of every page and of its states, to be looked at: wide and narrow, light and dark.

    python -m tests.browser.screenshots [FOLDER [NAME…]]     (scratch/screenshots, which git ignores; all, or what is named so)

A server of its own with several engines, an operator, a person with films in every state, a newcomer: about six minutes.
"""

import re
import sys
import tempfile
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from promptreel.db import server
from promptreel.settings import Settings

from .conftest import CHROMIUM, OPERATOR, PASSWORD, SLOW, Place, ask_for_film, running
from .states import STATES, State
from .test_visits import ADMIN, SIGNED_IN, SIGNED_OUT

LOOKS = {
    "wide-light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "narrow-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "wide-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "narrow-light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}
WHOLE = """() => {
    for (const one of document.querySelectorAll(".top, .submit, .stage, .aside, .bulk")) one.style.position = "static";
}"""
"""In a picture of a whole page nothing hangs in its middle."""

OF_STATES = ("wide-light", "narrow-dark")
LANGUAGES = {"de": "de-DE", "zh": "zh-CN"}

ENGINES = """
max_attempts = 1
pools = { studio = 1, gpu = 1, old = 1 }

[engines.studio]
kind = "custom"
model = "tests.browser.engines:Standing"
title = "Studio"
pool = "studio"
presets = { free = { price = 2 }, premium = { price = 12 } }

[engines.wan]
kind = "custom"
model = "tests.browser.engines:Fetching"
title = "Wan 2.2"
pool = "gpu"
presets = { free = { price = 4 }, premium = { price = 400 } }

[engines.old]
kind = "custom"
model = "tests.browser.engines:Failing"
title = "Old projector"
pool = "old"
"""
FILMS = ("A sailing boat at sunset, gentle waves", "A red fox in a snowy forest", "A castle on a hill, storm clouds")

PERSON = "ada@example.com"

# The ledger is never changed; for a past to be seen, its days are made up.
HISTORY = """
SET session_replication_role = replica;
UPDATE ledger_transactions SET created_at = created_at - ((SELECT max(id) FROM ledger_transactions) - id) * interval '1 day';
INSERT INTO usage_days (account_id, day, used, day_limit)
SELECT id, now()::date - ago, (ago * 7919 %% 13) * (ago %% 6), 100 FROM accounts, generate_series(1, 29) AS ago
 WHERE email = %(email)s;
INSERT INTO token_days (token_id, day, calls)
SELECT tokens.id, now()::date - ago, (ago * 7919 %% 13) * (ago %% 6)
  FROM tokens JOIN accounts ON accounts.id = account_id, generate_series(1, 29) AS ago
 WHERE email = %(email)s
"""


def main() -> None:
    """Make them all, or those with one of these words in their name."""
    if any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit(__doc__)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "scratch/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        data = Path(scratch) / "data"
        kernels = folder.absolute() / "kernels"
        for made in (kernels, data / "cache"):
            made.mkdir(parents=True, exist_ok=True)
        # Compiled once for all runs.
        (data / "cache" / "kernels").symlink_to(kernels)
        (data / "promptreel.toml").write_text(ENGINES)
        with running(data) as place:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            photographer = Photographer(browser, place, folder, sys.argv[2:])
            photographer.states([State("start", "stranger", place.start)])
            photographer.people["operator"] = claim(browser, place)
            photographer.people["newcomer"] = sign_up(browser, place, "newcomer@example.com")
            person = photographer.people["person"] = sign_up(browser, place, PERSON)
            photographer.places = make_films(browser, place, person) | {"start": place.start}
            photographer.states(STATES)
            done = f"/videos/{photographer.places['done']}"
            for look in LOOKS:
                photographer.pages(look, "out", "stranger", SIGNED_OUT)
                photographer.pages(look, "in", "person", [*SIGNED_IN, done])
                photographer.pages(look, "in", "operator", [*ADMIN, "/admin/accounts/3", "/admin/jobs/1"])
            browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


class Photographer:
    """Takes pictures of pages as somebody sees them. `people`: what their browsers keep, by name."""

    def __init__(self, browser: Browser, place: Place, folder: Path, wanted: list[str]) -> None:
        self.browser, self.place, self.folder, self.wanted = browser, place, folder, wanted
        self.people: dict[str, object] = {"stranger": None}
        self.places: dict[str, str] = {}

    def context(self, look: str, who: str) -> BrowserContext:
        """A browser of `person`, or of `person in de`."""
        name, _, language = who.partition(" in ")
        options = {**LOOKS[look], "locale": LANGUAGES.get(language, "en-US"), "storage_state": self.people[name]}
        context = self.browser.new_context(base_url=self.place.url, **options)  # type: ignore[arg-type]
        if self.people[name]:
            # What an account has chosen goes before what a browser asks for.
            headers = {"Sec-Fetch-Site": "same-origin"}
            context.request.post("/language", form={"lang": language or "en"}, headers=headers)
        return context

    def shoot(self, page: Page, name: str) -> None:
        """The whole page, once it has come to rest."""
        page.wait_for_timeout(400)
        page.evaluate(WHOLE)
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def is_wanted(self, name: str) -> bool:
        """Whether it was asked for."""
        return not self.wanted or any(word in name for word in self.wanted)

    def states(self, states: list[State]) -> None:
        """Each state, in the looks of states."""
        for look in OF_STATES:
            for state in filter(lambda state: self.is_wanted(f"state-{state.name}"), states):
                context = self.context(look, state.who)
                page = context.new_page()
                page.goto(state.path.format_map(self.places))
                state.act(page)
                self.shoot(page, f"state-{state.name}-{look}")
                context.close()

    def pages(self, look: str, prefix: str, who: str, paths: list[str]) -> None:
        """Each page as it is when somebody comes by."""
        context = self.context(look, who)
        page = context.new_page()
        for path in paths:
            name = f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', path).strip('-') or 'home'}"
            if self.is_wanted(name):
                page.goto(path)
                self.shoot(page, f"{name}-{look}")
        context.close()


def claim(browser: Browser, place: Place) -> object:
    """The operator's browser, with an installation claimed, as what it keeps."""
    page = browser.new_page(base_url=place.url)
    page.goto(place.start)
    page.get_by_label("E-mail address").fill(OPERATOR)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Claim it").click()
    expect(page).not_to_have_url(re.compile("/start"))
    return page.context.storage_state()


def sign_up(browser: Browser, place: Place, email: str) -> object:
    """Somebody's browser with a new account, as what it keeps."""
    page = browser.new_page(base_url=place.url)
    page.goto("/signup")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page).to_have_url(re.compile("/create"))
    return page.context.storage_state()


def make_films(browser: Browser, place: Place, person: object) -> dict[str, str]:
    """Films in every state, and a past; their numbers by state, and the path of the one that is shared."""
    page = browser.new_page(base_url=place.url, storage_state=person)  # type: ignore[arg-type]
    page.on("dialog", lambda dialog: dialog.accept())
    numbers = {}
    for prompt in FILMS:
        numbers["done"] = order(page, prompt)
        expect(page.locator("#stage video")).to_be_visible(timeout=SLOW)
        expect(page.locator("#stage")).to_contain_text(prompt)
    numbers["failed"] = order(page, "Somebody opens an umbrella in the rain", "Old projector")
    expect(page.locator("#stage .bad")).to_be_visible(timeout=SLOW)
    numbers["fetching"] = order(page, "A whale sings under the ice", "Wan 2.2")
    numbers["cancelled"] = order(page, "A very long flight over mountains", "Studio")
    page.locator("#stage").get_by_role("button", name=re.compile("Cancel")).first.click()
    numbers["standing"] = order(page, "A campfire under the northern lights", "Studio")
    expect(page.locator("#stage .screen-preview")).to_be_visible(timeout=SLOW)
    order(page, "Fireworks over a harbour at night, and everything that one could wish to see there", "Studio")
    numbers["waiting"] = order(page, "A rocket lifts off at night", "Studio")
    page.goto(f"/videos/{numbers['done']}")
    page.get_by_role("button", name="Make a link").click()
    shared = page.locator("#share-link").input_value().removeprefix(place.url)
    page.goto("/tokens")
    page.get_by_label("Name").fill("Weekly reel")
    page.get_by_role("button", name="Make the token").click()
    url = server.running_url(Settings(data=place.data))
    assert url is not None
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in HISTORY.split(";\n"):
            connection.execute(statement, {"email": PERSON})
    return numbers | {"shared": shared}


def order(page: Page, prompt: str, engine: str = "Scenes") -> str:
    """Ask for a film; its number."""
    ask_for_film(page, prompt, 2, engine)
    expect(page).to_have_url(re.compile(r"made=\d+"))
    expect(page.locator("#stage")).to_contain_text(prompt)
    return re.findall(r"made=(\d+)", page.url)[0]


if __name__ == "__main__":
    main()
