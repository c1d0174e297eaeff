"""Films, from the prompt to the bin, as people make them who never open a terminal."""

import io
import re

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import SLOW, NewPerson, Place, ask_for_film, plays

pytestmark = pytest.mark.slow


def test_a_film_from_its_prompt_to_its_end(new_person: NewPerson, place: Place) -> None:
    person = new_person(sign_up=True)
    page = person.page
    ask_for_film(page, "a red balloon rising over green hills, <b>bold</b>")
    page.evaluate("window.neverReloaded = true")
    # On its way, live: a bar or a place in the line, and a price that was taken.
    expect(page.locator("#stage").get_by_text(re.compile(r"in line|%|moment")).first).to_be_visible(timeout=SLOW)
    film = page.locator("#stage video")
    expect(film).to_be_visible(timeout=SLOW)
    assert page.evaluate("window.neverReloaded"), "the film should appear without a reload"
    plays(page, "#stage video")
    expect(page.locator("#stage")).to_contain_text("<b>bold</b>")

    page.locator("#stage").get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile(r"/videos/\d+$"))
    plays(page, "#film")
    video_url = page.url
    # Shared: whoever has the link sees it, signed out, until it is taken back.
    page.get_by_role("button", name=re.compile("share|link", re.IGNORECASE)).first.click()
    link = page.locator("#share input[readonly], #share code, #share a[href*='/v/']").first
    expect(link).to_be_visible()
    shared = re.search(r"/v/[\w-]+", page.locator("#share").inner_html())
    assert shared
    stranger = new_person()
    stranger.page.goto(shared[0])
    plays(stranger.page, "video")
    assert person.email not in stranger.page.content()
    assert stranger.page.goto(video_url).url.startswith(f"{place.url}/signin")  # type: ignore[union-attr]

    page.locator("#share").get_by_role("button", name=re.compile("stop|revoke|no longer|take", re.IGNORECASE)).click()
    expect(page.locator("#share")).not_to_contain_text(shared[0])
    gone = stranger.page.goto(shared[0])
    assert gone is not None
    assert gone.status == 404

    page.goto(video_url)
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile(r"/videos(\?|$)"))
    gone = page.goto(video_url)
    assert gone is not None
    assert gone.status == 404


def test_it_goes_on_with_the_window_closed(new_person: NewPerson) -> None:
    person = new_person(sign_up=True)
    ask_for_film(person.page, "waves at night")
    expect(person.page.locator("#stage article")).to_be_visible()
    person.page.close()
    page = person.context.new_page()
    page.goto("/usage")
    # The strip of any page has it, and tells when it is there.
    expect(page.get_by_role("link", name=re.compile("^Watch"))).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name=re.compile("^Watch")).click()
    plays(page, "#film")


def test_a_cancelled_film_costs_nothing(new_person: NewPerson) -> None:
    person = new_person(sign_up=True)
    page = person.page
    ask_for_film(page, "a very long look at a mountain lake", seconds=60)
    page.locator("#stage").get_by_role("button", name=re.compile("Cancel")).first.click()
    expect(page.locator("#stage").get_by_role("button", name=re.compile("Cancel"))).to_have_count(0, timeout=SLOW)
    page.goto("/credits")
    expect(page.locator("main")).to_contain_text("Given back")
    expect(page.locator(".tiles")).to_contain_text("25")


def test_a_picture_comes_to_life_once_there_are_credits(
    new_person: NewPerson, place: Place, operator: NewPerson
) -> None:
    person = new_person(sign_up=True)
    page = person.page
    page.goto("/create")
    page.get_by_label("What should it show?").fill("the clouds drift")
    page.locator('input[name="image_file"]').set_input_files(
        {"name": "hills.png", "mimeType": "image/png", "buffer": picture_of_hills()}
    )
    expect(page.locator(".chosen img").first).to_be_visible()
    page.locator('input[value="720p"]').check()
    # 25 credits, and it takes 30: told before anything is sent, and by the server to whoever sends it anyway.
    expect(page.locator("#costs")).to_contain_text("30")
    page.evaluate("document.querySelector('#create').submit()")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("What should it show?")).to_have_value("the clouds drift")

    admin = operator()
    admin.page.goto(f"/admin/accounts?search={person.email}")
    admin.page.get_by_role("link", name=person.email).click()
    admin.page.locator("input[name=amount]").fill("40")
    admin.page.locator("input[name=reason]").fill("a present")
    admin.page.get_by_role("button", name="Grant").click()
    expect(admin.page.locator(".notice")).to_contain_text("granted")

    page.goto("/credits")
    expect(page.locator("main")).to_contain_text("a present")
    page.goto("/create")
    page.get_by_label("What should it show?").fill("the clouds drift")
    page.locator('input[name="image_file"]').set_input_files(
        {"name": "hills.png", "mimeType": "image/png", "buffer": picture_of_hills()}
    )
    page.locator('input[value="720p"]').check()
    page.get_by_role("button", name="Make the video").click()
    expect(page.locator("#stage video")).to_be_visible(timeout=SLOW)
    plays(page, "#stage video")


def picture_of_hills() -> bytes:
    """A small landscape: sky above, ground below."""
    image = Image.new("RGB", (320, 200), (120, 170, 230))
    image.paste((60, 120, 50), (0, 120, 320, 200))
    image.paste((240, 240, 245), (60, 30, 140, 60))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def test_a_token_lets_a_program_in(new_person: NewPerson, place: Place) -> None:
    person = new_person(sign_up=True)
    page = person.page
    page.goto("/tokens")
    page.get_by_label("Name").fill("my program")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("#made-token").inner_text()
    answer = httpx2.get(f"{place.url}/api/v1/account", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["email"]) == (200, person.email)
    page.goto("/usage")
    expect(page.locator("main")).to_contain_text("my program")
    page.goto("/tokens")
    assert token not in page.content()
    page.get_by_role("button", name="Revoke my program").click()
    expect(page.locator(".notice")).to_contain_text("revoked")
    assert httpx2.get(f"{place.url}/api/v1/account", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_api_page_runs_a_request(new_person: NewPerson) -> None:
    person = new_person(sign_up=True)
    page = person.page
    page.goto("/tokens")
    page.get_by_label("Name").fill("for trying")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("#made-token").inner_text()
    page.goto("/docs/prompttovideo")
    page.locator("#token").fill(token)
    form = page.locator('form.try[data-path="/api/v1/account"]')
    form.get_by_role("button", name="Run it").click()
    expect(form.locator(".answer")).to_contain_text(person.email)


def test_two_people_see_nothing_of_each_other(new_person: NewPerson) -> None:
    one, other = new_person(sign_up=True), new_person(sign_up=True)
    other.page.goto("/create")
    ask_for_film(one.page, "a secret garden at dawn")
    expect(one.page.locator("#stage article")).to_be_visible()
    for path in ("/videos", "/queue", "/credits", "/create"):
        other.page.goto(path)
        expect(other.page.locator("body")).not_to_contain_text("secret garden")
    expect(one.page.locator("#stage video")).to_be_visible(timeout=SLOW)
    link = one.page.locator("#stage").get_by_role("link", name="Open").get_attribute("href")
    assert link
    for path in (link, f"{link}/preview.jpg", f"/create?from={link.rsplit('/', 1)[1]}"):
        answer = other.page.goto(path)
        assert answer is not None
        assert answer.status == 404 or "secret garden" not in other.page.content(), path
    expect(other.page.locator("body")).not_to_contain_text("secret garden")
