"""Idempotency-Key: the same answer again, or a refusal, and never a second video."""

import asyncio

from promptreel.runtime import Runtime

from .conftest import PIXEL, PROMPT, NewAccount, Someone, Traces


async def test_the_stored_answer_comes_again(someone: Someone, traces: Traces) -> None:
    for create in (someone.generate, someone.animate):
        key = {"Idempotency-Key": "once"}
        first = await create(headers=key)
        after = await traces.count()
        again = await create(headers=key)
        assert again.status_code == 200
        assert again.content == first.content or again.json() == first.json()
        assert list(again.json())[:1] == list(first.json())[:1]
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert await traces.count() == after


async def test_the_same_input_in_other_words(someone: Someone) -> None:
    key = {"Idempotency-Key": '"a \\"key\\""'}
    first = await someone.generate(headers=key, quality="free", unknown=1)
    same = await someone.post(
        "/api/v1/generate",
        content=b'{"quality":"360p", "prompt":"A beautiful sunset over the oce\\u0061n"}',
        headers={"Content-Type": "application/json", "Idempotency-Key": '"a \\"key\\""'},
    )
    assert same.json()["video_id"] == first.json()["video_id"]


async def test_other_input_is_refused(someone: Someone, traces: Traces) -> None:
    key = {"Idempotency-Key": "once"}
    await someone.generate(headers=key)
    await someone.animate(headers=key)  # another route: another key
    before = await traces.count()
    for fields in (
        {"prompt": PROMPT + "!"}, {"quality": "premium"}, {"seed": 1}, {"duration": 5}, {"metadata": {"a": "b"}},
        {"image": PIXEL}, {"webhook_url": "https://example.com/"}, {"aspect_ratio": "1:1"},
    ):  # fmt: skip
        response = await someone.generate(headers=key, **fields)
        assert (response.status_code, response.json()["code"]) == (422, "idempotency_mismatch"), fields
    assert await traces.count() == before


async def test_keys_belong_to_an_account(someone: Someone, new_account: NewAccount) -> None:
    other = await new_account()
    key = {"Idempotency-Key": "once"}
    ours, theirs = await someone.generate(headers=key), await other.generate(headers=key)
    assert ours.json()["video_id"] != theirs.json()["video_id"]


async def test_refusals_are_not_remembered(new_account: NewAccount, runtime: Runtime) -> None:
    from ..conftest import grant

    poor = await new_account(credits=0)
    key = {"Idempotency-Key": "once"}
    assert (await poor.generate(headers=key, prompt="")).status_code == 400
    assert (await poor.generate(headers=key)).status_code == 402
    async with runtime.transaction() as connection:
        await grant(connection, poor.account, 1)
    assert (await poor.generate(headers=key)).status_code == 200


async def test_many_at_once_make_one_video(someone: Someone, runtime: Runtime) -> None:
    key = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(someone.generate(headers=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["video_id"] for answer in answers if answer.status_code == 200}) == 1
    running = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["code"] == "idempotency_running" for answer in running)
    async with runtime.pool.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS number FROM videos")
        assert (await cursor.fetchone() or {})["number"] == 1


async def test_keys_of_every_shape(new_account: NewAccount) -> None:
    someone = await new_account(credits=1000)
    right = [
        "a",
        "x" * 255,
        '"quoted"',
        '"' + "x" * 255 + '"',
        "a b",
        "8e03978e-40d5-43dd-bc93-6894a57f9324",
        "~!@#$%^&*()",
    ]
    wrong = ["", "x" * 256, '"', '""', '"open', '"a"b"', '"bad \\escape"', "\xfc", "a\tb", '"' + "x" * 256 + '"']
    for key in right:
        assert (await someone.generate(headers={"Idempotency-Key": key})).status_code == 200, key
    for key in wrong:
        headers = [("Idempotency-Key", key.encode("latin-1")), ("Authorization", f"Bearer {someone.token}".encode())]
        response = await someone.client.post("/api/v1/generate", json={"prompt": PROMPT}, headers=headers)  # type: ignore[arg-type]
        assert (response.status_code, response.json().get("param")) == (400, "Idempotency-Key"), key
    assert (await someone.generate(headers={"Idempotency-Key": '"a"'})).headers["idempotent-replayed"] == "true"
