"""Several engines behind one API: who asks for one gets it, at its price and on its slots, or is told what cannot be."""

from pathlib import Path

import pytest

from promptreel import queue, videos
from promptreel.engine_config import POOL
from promptreel.runtime import Runtime
from promptreel.settings import Settings

from .conftest import PIXEL, NewAccount, Someone

TABLES = """
[engines.fine]
kind = "diffusers"
model = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
pool = "gpu"
presets.premium = { steps = 40, price = 8 }

[engines.mover]
kind = "remote"
protocol = "openai"
servers = [{ url = "http://127.0.0.1:9" }]
supports = ["image"]
"""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    (tmp_path / "promptreel.toml").write_text(TABLES)
    return Settings(data=tmp_path, database_url=database_url, public_url="https://reel.example", secret="s" * 32)


async def test_an_engine_has_its_own_price_and_its_own_slots(someone: Someone, runtime: Runtime) -> None:
    answer = (await someone.generate(engine="fine", quality="premium")).json()
    assert (answer["engine"], answer["credits_remaining"]) == ("fine", 92)
    video = await runtime.video(someone.account.id, answer["video_id"])
    assert (video.pool, video.price, video.spec.engine) == ("gpu", 8, "fine")
    usual = (await someone.generate(quality="premium")).json()
    assert (usual["engine"], usual["credits_remaining"]) == ("scenes", 89)
    # Each queue has a first place of its own.
    assert (answer["queue_position"], usual["queue_position"]) == (1, 1)
    async with runtime.pool.connection() as connection:
        assert await runtime.queue.job_manager.list_jobs_async(queue="gpu")
        foreseen = await videos.foresee(connection, runtime.settings, someone.account, "premium", "fine", 8.0)
        elsewhere = await videos.foresee(connection, runtime.settings, someone.account, "premium", "scenes", 8.0)
    assert foreseen > 0 and elsewhere > 0


@pytest.mark.parametrize(
    ("fields", "param", "reason"),
    [
        ({"engine": "none such"}, "engine", "Must be one of: scenes, fine, mover"),
        ({"engine": "tests.engines.fakes:Colours"}, "engine", "Must be one of"),
        ({"engine": "fine"}, "engine", "For this quality, must be one of: scenes, mover"),
        ({"engine": "fine", "quality": "premium", "last_image": PIXEL}, "last_image", "The engine fine takes none"),
        ({"engine": "mover"}, "image", "The engine mover needs one"),
    ],
)
async def test_what_an_engine_cannot_do_is_refused_before_anything_is_charged(
    someone: Someone, runtime: Runtime, fields: dict[str, str], param: str, reason: str
) -> None:
    response = await someone.generate(**fields)
    assert response.status_code == 400
    assert reason in response.json()["error"] and response.json()["param"] == param
    assert (await someone.get("/api/v1/videos")).json()["videos"] == []
    assert (await someone.generate()).json()["credits_remaining"] == 99


async def test_who_cannot_pay_the_engines_price_is_told_that_price(new_account: NewAccount) -> None:
    poor = await new_account(credits=5)
    response = await poor.generate(engine="fine", quality="premium")
    assert response.status_code == 402
    assert response.json()["required"] == 8
    assert (await poor.generate(quality="premium")).status_code == 200


async def test_pictures_go_to_an_engine_that_takes_them(someone: Someone) -> None:
    assert (await someone.generate(engine="mover", image=PIXEL)).status_code == 200
    assert (await someone.animate(engine="fine")).status_code == 400
    assert (await someone.animate(engine="mover")).status_code in {200, 202}


async def test_the_document_names_this_servers_engines(someone: Someone) -> None:
    for name, schema in (("prompttovideo", "GenerateRequest"), ("popvid", "AnimateRequest")):
        document = (await someone.get(f"/openapi/{name}.json")).json()
        assert document["components"]["schemas"][schema]["properties"]["engine"]["enum"] == ["scenes", "fine", "mover"]


async def test_a_long_queue_for_one_pool_costs_nothing_in_another(runtime: Runtime, someone: Someone) -> None:
    account = someone.account
    async with runtime.pool.connection() as connection:

        async def next_tag(pool: str, engine: str) -> int:
            turn = await queue.next_turn(connection, account.id, account.tier, pool, engine, "premium", 8.0)
            return turn.tag

        before = await next_tag(POOL, "scenes"), await next_tag("gpu", "fine")
        for _ in range(3):
            assert (await someone.generate(engine="fine", quality="premium")).status_code == 200
        after = await next_tag(POOL, "scenes"), await next_tag("gpu", "fine")
    assert after[0] == before[0] and after[1] == 4 * before[1] > 0
