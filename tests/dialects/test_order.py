"""The order of the checks: of two things that are wrong, the earlier one is told. And what every refusal has in common."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from promptreel.runtime import Runtime

from .conftest import NewAccount, Someone, Traces


@dataclass(frozen=True)
class Wish:
    """A request in the making."""

    path: str = "/api/v1/generate"
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"prompt": "A beautiful sunset over the ocean"}'

    def with_headers(self, **headers: str) -> "Wish":
        return replace(
            self, headers={**self.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
        )


def spoilt_json(wish: Wish) -> Wish:
    """Broken at the end, so that a body too large stays too large."""
    return replace(wish, body=wish.body + b"}")


def field_of(name: str, text: bytes) -> Callable[[Wish], Wish]:
    return lambda wish: replace(wish, body=wish.body.replace(b"{", b'{"' + name.encode() + b'":' + text + b",", 1))


# In the contract's order: the status, and how to deserve it. What needs another account or a full queue comes below.
STEPS: list[tuple[int, Callable[[Wish], Wish]]] = [
    (404, lambda wish: replace(wish, path="/api/v1/nothing")),
    (405, lambda wish: replace(wish, method="PUT")),
    (431, lambda wish: wish.with_headers(X_Filler="x" * 40_000)),
    (401, lambda wish: wish.with_headers(Authorization="Bearer nonsense")),
    (415, lambda wish: wish.with_headers(Content_Type="text/plain")),
    (413, lambda wish: replace(wish, body=wish.body + b" " * 70_000)),
    (400, spoilt_json),
]


async def send(someone: Someone, wish: Wish) -> httpx2.Response:
    headers = {"Content-Type": "application/json", **wish.headers}
    return await someone.call(wish.method, wish.path, content=wish.body, headers=headers)


async def test_of_two_wrongs_the_earlier_is_told(someone: Someone, traces: Traces) -> None:
    assert (await send(someone, Wish())).status_code == 200
    before = await traces.count()
    for (first, spoil_first), (second, spoil_second) in itertools.combinations(STEPS, 2):
        if {first, second} == {404, 405}:
            continue
        response = await send(someone, spoil_second(spoil_first(Wish())))
        assert response.status_code == first, (first, second)
    for status, spoil in STEPS:
        assert (await send(someone, spoil(Wish()))).status_code == status
    assert await traces.count() == before


async def test_suspended_and_scope_come_before_quota(
    new_account: NewAccount, runtime: Runtime, make_account: Any
) -> None:
    reader = await new_account(tier="free", scopes=("read",))
    for _ in range(10):
        assert (await reader.get("/api/v1/account")).status_code == 200
    assert (await reader.get("/api/v1/account")).status_code == 429
    lacking = await send(reader, Wish())
    assert (lacking.status_code, lacking.json()["error"]) == (403, "This token lacks the scope write")
    async with runtime.pool.connection() as connection:
        await connection.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", [reader.account.id])
    suspended = await send(reader, Wish())
    assert (suspended.status_code, suspended.json()["error"]) == (403, "This account is suspended")


async def test_quota_comes_before_the_body(new_account: NewAccount) -> None:
    spent = await new_account(tier="free")
    for _ in range(10):
        await spent.get("/api/v1/account")
    for _, spoil in STEPS[4:]:
        assert (await send(spent, spoil(Wish()))).status_code == 429


async def test_json_fields_idempotency_moderation_credits_capacity(new_account: NewAccount, runtime: Runtime) -> None:
    someone = await new_account(credits=1)
    key = {"Idempotency-Key": "once"}
    assert (await someone.generate(headers=key)).status_code == 200  # and now there are no credits left
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("sunset",), "max_pending": 1})
    bad_field = field_of("seed", b"-1")
    assert (await send(someone, spoilt_json(bad_field(Wish())))).json()["code"] == "invalid_json"
    answer = await send(someone, bad_field(Wish().with_headers(Idempotency_Key="once")))
    assert answer.json()["code"] == "invalid_input"
    mismatch = await send(someone, field_of("seed", b"1")(Wish().with_headers(Idempotency_Key="once")))
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency_mismatch")
    assert (await someone.generate(headers=key)).headers["idempotent-replayed"] == "true"
    refused = await someone.generate(headers={"Idempotency-Key": "twice"})
    assert (refused.status_code, refused.json()["error"]) == (400, "This prompt is not allowed here")
    poor = await someone.generate(prompt="night")
    assert poor.status_code == 402
    rich = await new_account(credits=100)
    full = await rich.generate(prompt="night")
    assert (full.status_code, full.json()["code"], full.headers["retry-after"]) == (503, "no_capacity", "60")


async def test_a_picture_s_url_is_fetched_last(new_account: NewAccount, runtime: Runtime) -> None:
    someone = await new_account(credits=100)
    runtime.settings = runtime.settings.model_copy(update={"blocked_words": ("sunset",)})
    url = "https://no-such-host.invalid/a.png"
    assert (await someone.animate(image=url, seed=-1)).json()["param"] == "seed"
    assert (await someone.animate(image=url)).json()["code"] == "prompt_refused"


# -- what refusals have in common --------------------------------------------------------------------------------------


async def test_every_answer_has_the_common_headers(someone: Someone) -> None:
    wishes = [Wish(), Wish(method="GET", path="/api/v1/account"), *(spoil(Wish()) for _, spoil in STEPS)]
    for wish in wishes:
        response = await send(someone, wish.with_headers(X_Request_Id="my-own.name_1"))
        assert response.headers["x-request-id"] == "my-own.name_1"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "Authorization" in response.headers["vary"]
        assert "access-control-allow-origin" not in response.headers
        if not response.is_success:
            assert response.headers["content-type"] == "application/json"
            assert response.json()["request_id"] == "my-own.name_1"
            assert isinstance(response.json()["error"], str)
            assert isinstance(response.json()["code"], str)


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "x" * 129, "<script>", "-a", 'a"b'])
async def test_an_odd_request_id_is_replaced(client: httpx2.AsyncClient, name: str) -> None:
    response = await client.get("/api/v1/account", headers={"X-Request-Id": name})
    assert len(response.headers["x-request-id"]) == 32
    assert response.headers["x-request-id"] != name


async def test_problem_documents_for_who_accepts_them(someone: Someone) -> None:
    accepts = {
        "application/problem+json": True,
        "application/json;q=0.5, Application/Problem+JSON;q=0.9": True,
        "application/json": False,
        "*/*": False,
        "application/problem+json;q=0": False,
        "application/problem+json;q=0.000, */*": False,
    }
    for accept, wanted in accepts.items():
        for _, spoil in STEPS:
            response = await send(someone, spoil(Wish()).with_headers(Accept=accept))
            problem = response.headers["content-type"] == "application/problem+json"
            assert problem is wanted, accept
            if problem:
                answer = response.json()
                assert set(answer) >= {"type", "title", "status", "detail", "code", "request_id"}
                assert answer["status"] == response.status_code
                assert isinstance(answer["detail"], str)


async def test_a_quota_problem(new_account: NewAccount) -> None:
    spent = await new_account(tier="free")
    for _ in range(10):
        await spent.get("/api/v1/account")
    response = await spent.get("/api/v1/account", headers={"Accept": "application/problem+json"})
    answer = response.json()
    assert answer["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert answer["violated-policies"] == ["daily"]
    assert answer["rate_limit_info"]["remaining"] == 0


async def test_wrong_methods_say_which_are_right(client: httpx2.AsyncClient) -> None:
    allowed = {
        "/api/v1/generate": {"POST"},
        "/api/v1/video/1/status": {"GET", "HEAD", "DELETE"},
        "/api/v1/videos": {"GET", "HEAD"},
        "/api/v1/account": {"GET", "HEAD"},
        "/api/v1/queue/status": {"GET", "HEAD"},
        "/api/v1/gen_video": {"POST"},
        "/api/v1/gen_video/1": {"GET", "HEAD", "DELETE"},
    }
    for path, methods in allowed.items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            response = await client.request(method, path)
            if method in methods:
                assert response.status_code == 401, (method, path)
            else:
                assert response.status_code == 405, (method, path)
                assert {name.strip() for name in response.headers["allow"].split(",")} == methods


async def test_unknown_paths(client: httpx2.AsyncClient) -> None:
    for path in (
        "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/generate/", "/api/v1//generate", "/api/v2/generate", "/API/v1/account",
        "/api/v1/video//status", "/api/v1/video/1/2/status", "/nothing", "/api/v1/account%00", "/api/v1/%ff", "/openapi.json",
    ):  # fmt: skip
        response = await client.get(path)
        assert response.status_code == 404, path
        assert response.headers["content-type"] == "application/json"
        assert response.json()["error"] == "Not found"


async def test_what_nobody_expected(someone: Someone, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours: 500 as JSON, and not a word about it."""

    async def broken(*_: Any) -> Any:
        raise RuntimeError("secret /etc/passwd at db.internal")

    monkeypatch.setattr(runtime, "video", broken)
    response = await someone.get("/api/v1/video/1/status", headers={"X-Request-Id": "mine"})
    assert response.status_code == 500
    assert response.json() == {"error": "Internal server error", "code": "internal_error", "request_id": "mine"}
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_database_that_is_away(someone: Someone, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    async def away(*_: Any) -> Any:
        raise psycopg.OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(runtime, "video", away)
    response = await someone.get("/api/v1/video/1/status")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.headers["retry-after"] == "2"
    assert "10.1.2.3" not in response.text
