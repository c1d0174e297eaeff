"""Files behind links, health, and the OpenAPI documents."""

import json
import re

import httpx2
import pytest
from openapi_spec_validator import validate

from promptreel.api import documents
from promptreel.runtime import Runtime

from .conftest import Someone, Worker


async def finished(someone: Someone, worker: Worker, data: bytes) -> dict[str, str]:
    video_id = (await someone.generate()).json()["video_id"]
    await worker.complete(video_id, data)
    answer: dict[str, str] = (await someone.get(f"/api/v1/video/{video_id}/status")).json()
    return answer


async def test_files_and_their_ranges(someone: Someone, worker: Worker) -> None:
    data = bytes(range(256)) * 10
    video = await finished(someone, worker, data)
    get = someone.client.get
    whole = await get(video["video_url"])
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, data, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert "sandbox" in whole.headers["content-security-policy"]
    part = await get(video["video_url"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(data)}"
    assert (await get(video["video_url"], headers={"Range": "bytes=-5"})).content == data[-5:]
    assert (await get(video["video_url"], headers={"Range": "bytes=99999-"})).status_code == 416
    unchanged = await get(video["video_url"], headers={"If-None-Match": whole.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await someone.client.head(video["video_url"])
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(data)), b"")
    assert (await get(video["thumbnail_url"])).headers["content-type"] == "image/jpeg"


async def test_links_that_are_not_ours(someone: Someone, worker: Worker) -> None:
    link = (await finished(someone, worker, b"data"))["video_url"]
    path, _, query = link.partition("?")
    for wrong in (
        path, f"{path}?{query}x", f"{path}?{query.replace('expires=', 'expires=9')}", f"{path}x?{query}",
        re.sub(r"signature=[^&]+", "signature=", link), link.replace("video.mp4", "../secret"), link + "&download=a.exe",
        link.replace("video.mp4", "thumbnail.jpg"), f"https://reel.example/files/%00?{query}", "https://reel.example/files/secret",
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            response = await someone.client.request(method, wrong)
            assert response.status_code in {403, 404}, wrong
        assert (await someone.client.get(wrong)).headers["content-type"] == "application/json"
    assert (await someone.client.post(link)).status_code == 405


async def test_health_and_metrics(someone: Someone, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    health = await someone.client.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    await someone.generate()
    metrics = (await someone.client.get("/metrics")).text
    assert 'promptreel_requests_total{method="POST",route="/api/v1/generate",status="200"} 1.0' in metrics
    assert 'promptreel_videos{status="pending"} 1.0' in metrics
    assert "promptreel_queue_length 1.0" in metrics
    await runtime.pool.close()
    sick = await someone.client.get("/healthz")
    assert (sick.status_code, sick.json()["code"]) == (503, "unavailable")


# -- the OpenAPI documents ---------------------------------------------------------------------------------------------


async def test_the_documents_are_valid(client: httpx2.AsyncClient) -> None:
    for name in documents.DOCUMENTS:
        response = await client.get(f"/openapi/{name}.json")
        document = response.json()
        assert document["openapi"].startswith("3.1")
        assert document["servers"] == [{"url": "https://reel.example"}]
        validate(document)


SEED_STATUSES = {"/api/v1/generate": {"401", "402", "429"}}


def test_every_documented_error_is_in_them() -> None:
    for make in documents.DOCUMENTS.values():
        for path, item in make()["paths"].items():
            for method in ("get", "post", "delete"):
                if method in item:
                    statuses = set(item[method]["responses"])
                    assert {"200", "401", "403", "431", "503"} <= statuses
                    assert SEED_STATUSES.get(path, set()) <= statuses
                    if method == "post":
                        assert {"400", "402", "408", "409", "413", "415", "422", "429"} <= statuses


def test_the_examples_are_the_pages_own(seed_text: dict[str, str]) -> None:
    """Every JSON of the seed pages is an example, key for key and in the page's order."""
    examples = [
        json.dumps(example["value"])
        for make in documents.DOCUMENTS.values()
        for item in make()["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        for content in (*(answer["content"]["application/json"] for answer in operation["responses"].values()),)
        for example in content["examples"].values()
    ]
    found = 0
    for start in re.finditer(r"^Response\n(?=\{)", seed_text["prompttovideo"], re.MULTILINE):
        shown, _ = json.JSONDecoder().raw_decode(seed_text["prompttovideo"], start.end())
        assert json.dumps(shown) in examples
        found += 1
    assert found == 5
    assert json.dumps({"requestId": "2774489d-103a-4353-a0b2-8d7ba5ca8642"}) in examples
