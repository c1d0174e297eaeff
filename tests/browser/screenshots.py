"""Pictures of every page, to be looked at: wide and narrow, light and dark.

    python -m tests.browser.screenshots [FOLDER]     (scratch/screenshots, which git ignores)

A server of its own, an operator, a person with films: about three minutes.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from .conftest import CHROMIUM, OPERATOR, PASSWORD, SLOW, Place, ask_for_film, running
from .test_visits import ADMIN, SIGNED_IN, SIGNED_OUT

LOOKS = {
    "wide-light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "narrow-light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "narrow-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}
FILMS = ("A sailing boat at sunset, gentle waves", "A red fox in a snowy forest", "A castle on a hill, storm clouds")


def main() -> None:
    """Make them all."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "scratch/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running(Path(data) / "data") as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        state = sign_in(browser, place)
        videos = make_films(browser, place, state)
        for look, options in LOOKS.items():
            take(browser, place, folder, look, options, None, SIGNED_OUT)
            take(
                browser,
                place,
                folder,
                look,
                options,
                state,
                [*SIGNED_IN, *videos, *ADMIN, "/admin/accounts/1", "/admin/jobs/1"],
            )
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def sign_in(browser: Browser, place: Place) -> dict[str, object]:
    """The operator's browser, with an installation claimed, as what it keeps."""
    page = browser.new_page(base_url=place.url)
    page.goto(place.start)
    page.get_by_label("E-mail address").fill(OPERATOR)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Claim it").click()
    expect(page).not_to_have_url(re.compile("/start"))
    return dict(page.context.storage_state())


def make_films(browser: Browser, place: Place, state: dict[str, object]) -> list[str]:
    """A few films, so that pages have something to show; the path of one."""
    page = browser.new_page(base_url=place.url, storage_state=state)  # type: ignore[arg-type]
    for prompt in FILMS:
        ask_for_film(page, prompt, 2)
        expect(page.locator("#stage video")).to_be_visible(timeout=SLOW)
        expect(page.locator("#stage")).to_contain_text(prompt)
    page.goto("/videos")
    path = page.locator("main a[href^='/videos/']").first.get_attribute("href")
    ask_for_film(page, "A very long flight over mountains", 60)
    return [path or "/videos/1"]


def take(
    browser: Browser, place: Place, folder: Path, look: str, options: dict[str, object], state: object, paths: list[str]
) -> None:
    """One picture a page, the whole of it."""
    context = browser.new_context(base_url=place.url, storage_state=state, **options)  # type: ignore[arg-type]
    page: Page = context.new_page()
    for path in paths:
        page.goto(path)
        page.wait_for_timeout(400)
        name = re.sub(r"\W+", "-", path).strip("-") or "home"
        page.screenshot(path=folder / f"{'in' if state else 'out'}-{name}-{look}.png", full_page=True)
    context.close()


if __name__ == "__main__":
    main()
