"""Signing in, wrong inputs, languages, the keyboard, and what axe finds on every page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import PASSWORD, SLOW, NewPerson, Place, ask_for_film

pytestmark = pytest.mark.slow

AXE = Path(__file__).with_name("axe.min.js")
"""axe-core 4.14 (MPL-2.0), as it is published."""

SIGNED_OUT = [
    "/",
    "/signin",
    "/signup",
    "/forgot",
    "/magic",
    "/docs",
    "/docs/prompttovideo",
    "/docs/popvid",
    "/nothing",
]
SIGNED_IN = [
    "/create",
    "/queue",
    "/videos",
    "/videos?q=nothing",
    "/tokens",
    "/usage",
    "/credits",
    "/plan",
    "/settings",
]
ADMIN = ["/admin", "/admin/accounts", "/admin/jobs", "/admin/queue", "/admin/workers", "/admin/engines", "/admin/ledger",
         "/admin/plans", "/admin/showcase", "/admin/moderation", "/admin/log"]  # fmt: skip


def test_signing_up_out_and_in(new_person: NewPerson) -> None:
    person = new_person(sign_up=True)
    page = person.page
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.goto("/videos")
    expect(page).to_have_url(re.compile(r"/signin\?next=%2Fvideos"))
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill("not the password at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error, [role=alert]").first).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/videos$"))


@pytest.mark.parametrize(
    ("email", "password"), [("not an address", PASSWORD), ("a@b.example", "short"), ("a@b.example", "a" * 20)]
)
def test_a_wrong_sign_up_is_told_beside_the_field(new_person: NewPerson, email: str, password: str) -> None:
    page = new_person().page
    page.goto("/signup")
    page.locator("form[action='/signup']").evaluate("form => { form.noValidate = true; }")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".field .error")).to_have_count(1)
    expect(page.get_by_label("E-mail address")).to_have_value(email)


def test_wrong_wishes_are_told_and_nothing_typed_is_lost(new_person: NewPerson) -> None:
    page = new_person(sign_up=True).page
    page.goto("/create")
    page.get_by_label("What should it show?").fill("   ")
    expect(page.get_by_role("button", name="Make the video")).to_be_disabled()
    page.evaluate("document.querySelector('#create').submit()")
    expect(page.locator(".prompt-field .error")).to_be_visible()
    ask_for_film(page, "a fine prompt", seconds=99)
    expect(page.locator(".field.wrong .error").first).to_be_visible()
    expect(page.get_by_label("What should it show?")).to_have_value("a fine prompt")
    expect(page.get_by_label("Length in seconds")).to_have_value("99")


def test_the_page_speaks_the_reader_s_language(new_person: NewPerson) -> None:
    person = new_person(locale="de-DE", timezone_id="Asia/Tokyo")
    person.page.goto("/signin")
    expect(person.page.locator("html")).to_have_attribute("lang", "de")
    person.page.get_by_role("button", name="English").click()
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    person.page.goto("/signup")
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    assert any(cookie["name"] == "zone" and "Tokyo" in cookie["value"] for cookie in person.context.cookies())


def test_the_keyboard_is_enough(new_person: NewPerson) -> None:
    page = new_person(sign_up=True).page
    page.goto("/create")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator(".me summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator(".me summary")).to_be_focused()


def test_without_scripts_it_works_too(new_person: NewPerson) -> None:
    person = new_person(sign_up=True, java_script_enabled=False)
    page = person.page
    ask_for_film(page, "a lighthouse in the fog")
    page.goto("/queue")
    expect(page.locator("main")).to_contain_text("a lighthouse in the fog")
    page.goto("/tokens")
    page.get_by_label("Name").fill("plain")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("#made-token")).to_contain_text("prl_")


def test_words_without_end_stay_within_a_narrow_page(new_person: NewPerson) -> None:
    page = new_person(sign_up=True, viewport={"width": 360, "height": 740}).page
    word = "W" * 100
    page.goto("/tokens")
    page.get_by_label("Name").fill(word)
    page.get_by_role("button", name="Make the token").click()
    ask_for_film(page, word * 3)
    expect(page.locator("#stage video")).to_be_visible(timeout=SLOW)
    wide = []
    for path in [*SIGNED_IN, f"/videos?q={word}"]:
        page.goto(path)
        if path == "/videos":
            film = page.locator("main a[href^='/videos/']").first.get_attribute("href")
        wide += [path] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    page.goto(film or "")
    wide += ["its page"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    page.get_by_role("link", name="Use these settings").click()
    expect(page.get_by_label("What should it show?")).to_have_value(word * 3)
    assert wide == []


def findings(page: Page) -> list[str]:
    """What axe objects to on a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{found['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def check_all(page: Page, paths: list[str]) -> None:
    """No page has anything to object to, nor is wider than its window."""
    objections = []
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("load")
        objections += [f"{path} {finding}" for finding in findings(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            objections.append(f"{path} is wider than its window")
    assert objections == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_person: NewPerson, operator: NewPerson, scheme: str) -> None:
    narrow = {"width": 360, "height": 740}
    check_all(new_person(color_scheme=scheme, viewport=narrow, bypass_csp=True).page, SIGNED_OUT)
    check_all(new_person(sign_up=True, color_scheme=scheme, viewport=narrow, bypass_csp=True).page, SIGNED_IN)
    check_all(operator(color_scheme=scheme, bypass_csp=True).page, ADMIN)


def test_every_page_is_one_small_answer_of_our_own(new_person: NewPerson, operator: NewPerson, place: Place) -> None:
    asked: list[str] = []
    for person, paths in ((new_person(), SIGNED_OUT), (new_person(sign_up=True), SIGNED_IN), (operator(), ADMIN)):
        person.page.on("request", lambda request: asked.append(request.url))
        for path in paths:
            answer = person.page.goto(path)
            assert answer is not None
            assert len(answer.body()) < 60_000, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy, path
    assert [url for url in asked if not url.startswith((place.url, "data:", "blob:"))] == []
