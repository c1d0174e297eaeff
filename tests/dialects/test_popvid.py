"""The PopVid page, word for word, and the pictures that it takes."""

import base64
import io
import re
from typing import Any
from uuid import UUID

from PIL import Image

from promptreel.runtime import Runtime

from .conftest import PIXEL, PROMPT, NewAccount, Someone, Traces, Worker


def picture(size: tuple[int, int] = (64, 48), kind: str = "PNG", mode: str = "RGB") -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    Image.new(mode, size, 128).save(file, kind)
    return file.getvalue()


async def test_an_accepted_request(someone: Someone) -> None:
    response = await someone.animate()
    assert response.status_code == 200
    answer = response.json()
    assert next(iter(answer)) == "requestId"
    assert set(answer) == {"requestId", "seed", "videoId"}
    assert UUID(answer["requestId"]).version == 4
    assert (await someone.get("/api/v1/account")).json()["credits"] == 70


async def test_a_request_through_its_life(someone: Someone, worker: Worker) -> None:
    answer = (await someone.animate()).json()
    path = f"/api/v1/gen_video/{answer['requestId']}"
    scheduled = (await someone.get(path)).json()
    assert list(scheduled)[:2] == ["requestId", "status"]
    assert scheduled == {"requestId": answer["requestId"], "status": "scheduled", "seed": answer["seed"]}

    await worker.progress(answer["videoId"], 0.5, "rendering")
    processing = (await someone.get(path)).json()
    assert set(processing) == {"requestId", "status", "progress", "step", "seed"}
    assert (processing["status"], processing["progress"]) == ("processing", 50)

    await worker.complete(answer["videoId"], duration=4.5)
    completed = (await someone.get(path)).json()
    assert list(completed)[:3] == ["requestId", "status", "outputUrl"]
    assert set(completed) == {"requestId", "status", "outputUrl", "thumbnailUrl", "duration", "promptReport", "seed"}
    assert completed["status"] == "completed"
    assert (await someone.client.get(completed["outputUrl"])).content == b"not really a video"


async def test_a_failed_and_a_cancelled_request(someone: Someone, worker: Worker) -> None:
    first, second = (await someone.animate()).json(), (await someone.animate()).json()
    await worker.fail(first["videoId"])
    failed = (await someone.get(f"/api/v1/gen_video/{first['requestId']}")).json()
    assert set(failed) == {"requestId", "status", "error", "code", "seed"}
    assert (failed["status"], failed["error"]) == ("failed", "The engine failed: out of paint")
    cancelled = (await someone.delete(f"/api/v1/gen_video/{second['requestId']}")).json()
    assert (cancelled["status"], cancelled["error"], cancelled["code"]) == ("failed", "Cancelled", "cancelled")
    deleted = await someone.delete(f"/api/v1/gen_video/{second['requestId']}")
    assert deleted.json() == {"requestId": second["requestId"], "deleted": True}
    assert (await someone.get(f"/api/v1/gen_video/{second['requestId']}")).status_code == 404
    assert (await someone.get("/api/v1/account")).json()["credits"] == 100


async def test_the_video_has_the_picture_s_own_shape(new_account: NewAccount, runtime: Runtime) -> None:
    rich = await new_account(credits=1000)
    sizes = {(300, 200): (1080, 720), (200, 300): (720, 1080), (64, 64): (720, 720), (1, 1): (720, 720)}
    for size, wanted in sizes.items():
        answer = (await rich.animate(image=base64.b64encode(picture(size)).decode())).json()
        video = await runtime.video(rich.account.id, answer["videoId"])
        assert (video.spec.width, video.spec.height) == wanted
        assert 4 <= video.spec.duration <= 5
        assert video.spec.has_image
    answer = (await rich.animate(aspect_ratio="16:9")).json()
    video = await runtime.video(rich.account.id, answer["videoId"])
    assert (video.spec.width, video.spec.height) == (1280, 720)


async def test_pictures_in_every_form(new_account: NewAccount) -> None:
    rich = await new_account(credits=10_000)
    bare = base64.b64encode(picture()).decode()
    broken = "\n".join(re.findall(".{1,76}", bare))
    url_safe = base64.urlsafe_b64encode(picture(kind="WEBP")).decode().rstrip("=")
    wrong_type = "data:image/gif;base64," + base64.b64encode(picture(kind="JPEG")).decode()
    for form in (PIXEL, bare, broken, url_safe, wrong_type, "data:;base64," + bare):
        assert (await rich.animate(image=form)).status_code == 200, form[:40]


async def test_what_is_no_picture(someone: Someone, traces: Traces) -> None:
    before = await traces.count()
    gif = base64.b64encode(picture(kind="GIF", mode="L")).decode()
    wrong: list[Any] = [
        "",
        " ",
        "####",
        "data:image/png;base64,",
        "data:image/png;base64,!!!",
        "aGVsbG8=",
        gif,
        "ü",
        PIXEL[:80],
    ]
    wrong += ["data:text/html,<script>", base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()]
    for text in wrong:
        response = await someone.animate(image=text)
        assert response.status_code == 400, text
        assert response.json()["param"] == "image"
        assert response.json()["code"] == "invalid_picture"
    for value in (1, True, [], {"url": "x"}):
        response = await someone.animate(image=value)
        assert response.status_code == 400
        assert response.json()["error"].startswith("Invalid image. Must be ")
    missing = await someone.post("/api/v1/gen_video", json={"prompt": PROMPT})
    assert (missing.status_code, missing.json()["error"]) == (400, "Image is required")
    assert await traces.count() == before


async def test_urls_that_may_not_be_fetched(someone: Someone, traces: Traces) -> None:
    before = await traces.count()
    for url in (
        "ftp://example.com/a.png", "file:///etc/passwd", "http://127.0.0.1/a.png", "http://[::1]/a.png",
        "http://169.254.169.254/latest", "http://user:pass@example.com/", "http://example.com:22/", "http:///a.png",
        "gopher://example.com/", "http://[::ffff:127.0.0.1]/", "HTTP://10.0.0.1/",
    ):  # fmt: skip
        response = await someone.animate(image=url)
        assert response.status_code == 400, url
        assert response.json()["param"] == "image"
        assert "127.0.0.1" not in response.json()["error"]
    assert await traces.count() == before


async def test_prompts(someone: Someone) -> None:
    assert (await someone.animate(prompt="p" * 1000)).status_code == 200
    assert (await someone.animate(prompt="p" * 1001)).json()["error"] == "Prompt is too long. Maximum 1000 characters"
    assert (await someone.animate(prompt="\u200b ")).json()["error"] == "Prompt is required"


async def test_insufficient_credits(new_account: NewAccount, traces: Traces) -> None:
    poor = await new_account(credits=29)
    before = await traces.count()
    response = await poor.animate()
    assert response.status_code == 402
    assert (response.json()["required"], response.json()["available"]) == (30, 29)
    # Who cannot pay makes us fetch nothing: this host does not exist, and nobody notices.
    unfetched = await poor.animate(image="https://no-such-host.invalid/a.png")
    assert unfetched.status_code == 402
    assert await traces.count() == before


IDS = [
    "0",
    "1",
    "-1",
    "null",
    "undefined",
    "%00",
    "2774489d-103a-4353-a0b2-8d7ba5ca8642",
    "2774489D-103A-4353-A0B2-8D7BA5CA8642",
    "{2774489d-103a-4353-a0b2-8d7ba5ca8642}",
    "urn:uuid:2774489d-103a-4353-a0b2-8d7ba5ca8642",
    "2774489d103a4353a0b28d7ba5ca8642",
    "2774489d-103a-4353-a0b2-8d7ba5ca8642%00",
    "%202774489d-103a-4353-a0b2-8d7ba5ca8642",
    "2774489d-103a-4353-a0b2-8d7ba5ca864٣",
    "zzzzzzzz-103a-4353-a0b2-8d7ba5ca8642",
    "%ff",
]


async def test_ids_of_every_shape_are_not_found(someone: Someone) -> None:
    ours = (await someone.animate()).json()["requestId"]
    for text in [*IDS, ours.upper(), ours.replace("-", ""), f"{{{ours}}}", "9" * 500]:
        for method in ("GET", "DELETE"):
            assert (await someone.call(method, f"/api/v1/gen_video/{text}")).status_code == 404, text


async def test_a_foreign_request_is_an_unknown_one(someone: Someone, new_account: NewAccount) -> None:
    ours = (await someone.animate()).json()["requestId"]
    stranger = await new_account()
    same = {"X-Request-Id": "same"}
    foreign = await stranger.get(f"/api/v1/gen_video/{ours}", headers=same)
    unknown = await stranger.get("/api/v1/gen_video/2774489d-103a-4353-a0b2-8d7ba5ca8642", headers=same)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


async def test_a_prompttovideo_job_by_its_uuid(someone: Someone) -> None:
    public_id = (await someone.generate()).json()["public_id"]
    assert (await someone.get(f"/api/v1/gen_video/{public_id}")).json()["status"] == "scheduled"


async def test_only_creating_counts(new_account: NewAccount) -> None:
    free = await new_account(tier="free", credits=1000)
    made = await free.animate()
    assert made.headers["x-ratelimit-remaining"] == "9"
    path = f"/api/v1/gen_video/{made.json()['requestId']}"
    for _ in range(15):
        polled = await free.get(path)
        assert polled.status_code == 200
        assert "ratelimit" not in polled.headers
    for _ in range(9):
        assert (await free.animate(image="no picture")).status_code == 400
    refused = await free.animate()
    assert refused.status_code == 429
    assert refused.json()["error"] == "Rate limit exceeded"
    assert (await free.get(path)).status_code == 200
