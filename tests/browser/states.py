"""What pages look like when something is the case: who comes, where to, and what they do there."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Page, expect

PROMPT = "A lighthouse in a storm at night, waves crashing against the rocks"


@dataclass(frozen=True)
class State:
    """`who` is the name of a browser of `screenshots.People`; `path` may name a place of theirs, as in `/videos/{failed}`."""

    name: str
    who: str
    path: str
    act: Callable[[Page], object] = lambda page: None


def sign_in_wrongly(page: Page) -> None:
    page.get_by_label("E-mail address").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("not the password at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error, [role=alert]").first).to_be_visible()


def sign_up_wrongly(page: Page) -> None:
    page.locator("form[action='/signup']").evaluate("form => { form.noValidate = true; }")
    page.get_by_label("E-mail address").fill("ada at example.com")
    page.get_by_label("Password", exact=True).fill("password")
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".field .error").first).to_be_visible()


def ask_for_a_letter(page: Page) -> None:
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.locator(".stamp")).to_be_visible()


def ask_wrongly(page: Page) -> None:
    page.get_by_label("What should it show?").fill(PROMPT)
    page.locator("details.advanced summary").click()
    page.locator("[name=duration]").fill("99")
    page.locator("[name=seed]").fill("-4")
    page.locator("[name=image_url]").fill("ftp://example.com/a.png")
    page.locator("#create").evaluate("form => form.submit()")
    expect(page.locator(".field .error").first).to_be_visible()


def choose_a_picture(page: Page) -> None:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((480, 320)).convert("RGB").save(made, "PNG")
    page.get_by_label("What should it show?").fill("The clouds move on")
    page.locator("[name=image_file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": made.getvalue()}
    )
    press(page, "Animate")


def press(page: Page, name: str) -> None:
    """Choose what is drawn as a card, wherever the bar at the window's bottom is just now."""
    page.get_by_role("radio", name=re.compile(name)).evaluate("radio => radio.click()")


def choose(engine: str, quality: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.get_by_label("What should it show?").fill(PROMPT)
        press(page, engine)
        expect(page.locator("#costs > :not([hidden])")).to_have_count(1)
        page.wait_for_timeout(600)
        press(page, quality)

    return choose


def pick_two(page: Page) -> None:
    for box in page.locator(".pick input").all()[:2]:
        box.check(force=True)


def unfold_strip(page: Page) -> None:
    page.locator(".strip-more summary").click()


def make_token(page: Page) -> None:
    page.get_by_label("Name").fill("Nightly trailer")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("#made-token")).to_be_visible()


def come_from_elsewhere(page: Page) -> None:
    """A form of another site that signs the reader out."""
    target = page.url
    page.goto("about:blank")
    page.set_content(f"<form method=post action='{target}'><button>go</button></form>")
    page.get_by_role("button").click()
    expect(page.locator("h1")).to_be_visible()


STATES = [
    State("dead-link", "stranger", "{start}"),
    State("sign-in-wrong", "stranger", "/signin", sign_in_wrongly),
    State("sign-up-wrong", "stranger", "/signup", sign_up_wrongly),
    State("letter-sent", "stranger", "/forgot", ask_for_a_letter),
    State("shared", "stranger", "{shared}"),
    State("shared-embed", "stranger", "{shared}/embed"),
    State("forbidden", "stranger", "/signout", come_from_elsewhere),
    State("nothing-here", "newcomer", "/nothing"),
    State("new-create", "newcomer", "/create"),
    State("new-gallery", "newcomer", "/videos"),
    State("new-queue", "newcomer", "/queue"),
    State("new-tokens", "newcomer", "/tokens"),
    State("new-usage", "newcomer", "/usage"),
    State("new-credits", "newcomer", "/credits"),
    State("create-wrong", "newcomer", "/create", ask_wrongly),
    State("create-picture", "newcomer", "/create", choose_a_picture),
    State("create-engine", "newcomer", "/create", choose("Studio", "Standard")),
    State("create-short", "newcomer", "/create", choose("Wan 2.2", "Premium")),
    State("create-full", "person", "/create"),
    State("gallery-picked", "person", "/videos", pick_two),
    State("strip-unfolded", "person", "/usage", unfold_strip),
    State("queue-full", "person", "/queue"),
    *(
        State(f"video-{name}", "person", f"/videos/{{{name}}}")
        for name in ("done", "waiting", "standing", "fetching", "failed", "cancelled")
    ),
    State("token-made", "person", "/tokens", make_token),
    State("usage-filled", "person", "/usage"),
    State("statement", "person", "/credits"),
    *(
        State(f"{name}-{lang}", f"person in {lang}", path)
        for lang in ("de", "zh")
        for name, path in (
            ("create", "/create"),
            ("gallery", "/videos"),
            ("video", "/videos/{done}"),
            ("fetching", "/videos/{fetching}"),
            ("failed", "/videos/{failed}"),
            ("statement", "/credits"),
        )
    ),
]
