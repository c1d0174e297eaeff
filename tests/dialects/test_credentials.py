"""Tokens of every shape, in every header."""

from datetime import timedelta

from promptreel import accounts
from promptreel.accounts import make_token
from promptreel.runtime import Runtime

from .conftest import NewAccount, Someone

SAME = {"X-Request-Id": "same"}


async def test_no_header(someone: Someone) -> None:
    for path in ("/api/v1/account", "/api/v1/gen_video/x"):
        response = await someone.client.get(path, headers=SAME)
        assert response.status_code == 401
        assert response.json() == {
            "error": "Authorization header required",
            "code": "authorization_required",
            "request_id": "same",
        }
        assert response.headers["www-authenticate"] == "Bearer"


async def test_wrong_tokens_are_all_the_same_bytes(someone: Someone, runtime: Runtime) -> None:
    token = someone.token
    async with runtime.transaction() as connection:
        old, expired = await accounts.create_token(
            connection, someone.account.id, expires_at=runtime.clock() - timedelta(seconds=1)
        )
        taken, revoked = await accounts.create_token(connection, someone.account.id)
        await accounts.revoke_token(connection, someone.account.id, taken.id)
    assert old.id != taken.id
    values = [
        f"Bearer {expired}", f"Bearer {revoked}", f"Bearer {make_token()}", f"Bearer {token[:-1]}", f"Bearer {token}x",
        f"Bearer {token.swapcase()}", f"Bearer {token[:-1]}{'a' if token[-1] != 'a' else 'b'}", token, "", "Bearer", "Bearer ",
        f"Basic {token}", f"Token {token}", f"Bearer\t{token}", f"Bearer {token} x", f"Bearer {token},", f'Bearer "{token}"',
        "Bearer null", "Bearer " + "x" * 5000, "Bearer \xff\xfe", f"Bearer {token}, Bearer {token}", "Bearer ' OR 1=1 --",
    ]  # fmt: skip
    bodies = set()
    for value in values:
        raw = [("Authorization", value.encode("latin-1")), ("X-Request-Id", b"same")]
        response = await someone.client.get("/api/v1/account", headers=raw)  # type: ignore[arg-type]
        assert response.status_code == 401, value
        assert response.headers["www-authenticate"] == "Bearer"
        bodies.add(response.content)
    assert bodies == {b'{"error":"Invalid token","code":"invalid_token","request_id":"same"}'}


async def test_the_scheme_is_case_insensitive(someone: Someone) -> None:
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        for gap in (" ", "   "):
            headers = {"Authorization": f"{scheme}{gap}{someone.token}"}
            assert (await someone.client.get("/api/v1/account", headers=headers)).status_code == 200


async def test_the_headers_of_popvid(someone: Someone, new_account: NewAccount) -> None:
    other = await new_account()
    path = "/api/v1/gen_video/2774489d-103a-4353-a0b2-8d7ba5ca8642"
    token = someone.token
    right = [
        {"X-API-Key": f"Bearer {token}"}, {"X-API-Key": f"bearer {token}"}, {"X-API-Key": token},
        {"Authorization": f"Bearer {token}"}, {"X-API-Key": token, "Authorization": f"Bearer {token}"},
    ]  # fmt: skip
    wrong = [
        {"X-API-Key": ""}, {"X-API-Key": "Bearer"}, {"X-API-Key": f"Basic {token}"}, {"X-API-Key": f"Bearer Bearer {token}"},
        {"Authorization": token}, {"X-API-Key": token, "Authorization": f"Bearer {other.token}"},
        {"X-API-Key": token, "Authorization": "Bearer nonsense"}, {"X-API-Key": "nonsense", "Authorization": f"Bearer {token}"},
    ]  # fmt: skip
    for headers in right:
        assert (await someone.client.get(path, headers=headers)).status_code == 404, headers
    for headers in wrong:
        response = await someone.client.get(path, headers=headers)
        assert (response.status_code, response.json()["error"]) == (401, "Invalid token"), headers
    # The PromptToVideo page knows no X-API-Key.
    response = await someone.client.get("/api/v1/account", headers={"X-API-Key": token})
    assert response.json()["error"] == "Authorization header required"


async def test_the_same_header_twice(someone: Someone, new_account: NewAccount) -> None:
    other = await new_account()

    async def status(*tokens: str) -> int:
        headers = [("Authorization", f"Bearer {token}") for token in tokens]
        return (await someone.client.get("/api/v1/account", headers=headers)).status_code

    assert await status(someone.token, someone.token) == 200
    assert await status(someone.token, other.token) == 401
    assert await status(someone.token, make_token(), other.token) == 401


async def test_scopes(new_account: NewAccount) -> None:
    reader, writer = await new_account(scopes=("read",)), await new_account(scopes=("write",))
    admin = await new_account(scopes=("admin",))
    assert (await reader.get("/api/v1/account")).status_code == 200
    assert (await reader.generate()).status_code == 403
    assert (await reader.animate()).status_code == 403
    assert (await reader.delete("/api/v1/video/1")).status_code == 403
    assert (await writer.generate()).status_code == 200
    refused = await writer.get("/api/v1/account")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert (await admin.generate()).status_code == (await admin.get("/api/v1/account")).status_code == 200


async def test_a_cookie_or_a_query_authenticates_nothing(someone: Someone) -> None:
    token = someone.token
    for options in ({"headers": {"Cookie": f"session={token}; token={token}"}}, {"params": {"token": token}}):
        response = await someone.client.get("/api/v1/account", **options)  # type: ignore[arg-type]
        assert response.json()["error"] == "Authorization header required"
