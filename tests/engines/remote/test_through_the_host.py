"""The engine in its own process, as a worker has it: from an order to files, and stopped in the middle."""

import asyncio
import time
from dataclasses import replace

import pytest

from promptreel.engines.host import Audience, EngineHost, Order
from promptreel.errors import EngineAway, EngineFailed, EngineTimeout
from promptreel.media import probe

from .conftest import SPEC, config
from .servers import film, running


class Heard:
    """What a worker hears."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []
        self.memos: list[dict] = []

    @property
    def audience(self) -> Audience:
        return Audience(lambda fraction, step: self.told.append((fraction, step)), remember=self.memos.append)


async def test_an_order_becomes_a_playable_file_with_sound(tmp_path):
    spec = replace(SPEC, width=128, height=80, fps=24, duration=1.0, sound=True)
    with running("vllm-omni", films=[film(hertz=440)]) as fake:
        host, heard = EngineHost("far", config(fake.base), tmp_path / "cache", 2000), Heard()
        try:
            made = await host.render(Order(spec), tmp_path, heard.audience, 60)
        finally:
            await host.close()
        assert not fake.jobs
    facts = probe(made.video)
    assert (facts.width, facts.height, facts.frames, facts.fps) == (128, 80, 24, 24)
    assert made.poster.stat().st_size > 500
    assert made.report["native"]["frames"] == 17 and made.report["engine"] == "far" and made.report["coverage"] is None
    fractions = [fraction for fraction, _ in heard.told]
    assert fractions == sorted(fractions)
    assert heard.memos[0]["server"] == fake.base and heard.memos[-1] == {}


async def test_a_cancel_reaches_the_server_and_says_how_long_it_stays_busy(tmp_path):
    with running("sglang", polls=10_000) as fake:
        host, heard = EngineHost("far", config(fake.base, protocol="sglang"), tmp_path / "cache", 2000), Heard()
        rendering = asyncio.create_task(host.render(Order(SPEC), tmp_path, heard.audience, 60))
        try:
            until = time.monotonic() + 30
            while not any(step == "rendering" for _, step in heard.told) and time.monotonic() < until:
                await asyncio.sleep(0.05)
            rendering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await rendering
            process = host.pid
        finally:
            await host.close()
        assert fake.deleted == [fake.created[0].id]
    assert heard.memos[-1]["busy_seconds"] > 5 and "id" not in heard.memos[-1]
    assert process  # it stopped by itself, and is kept for the next job


async def test_a_film_that_takes_too_long_is_cancelled_there_and_its_slot_counts_as_busy(tmp_path):
    with running("sglang", polls=10_000) as fake:
        host, heard = EngineHost("far", config(fake.base, protocol="sglang"), tmp_path / "cache", 2000), Heard()
        await host.start()
        try:
            with pytest.raises(EngineTimeout):
                await host.render(Order(SPEC), tmp_path, heard.audience, 4)
            assert host.pid is None
        finally:
            await host.close()
        assert fake.deleted == [fake.created[0].id]
    assert heard.memos[-1]["busy_seconds"] > 5 and "id" not in heard.memos[-1]


async def test_failures_keep_their_kind_through_the_pipe(tmp_path):
    with running("vllm-omni", create_status=503) as fake:
        host = EngineHost("far", config(fake.base), tmp_path / "cache", 2000)
        try:
            with pytest.raises(EngineAway, match="503"):
                await host.render(Order(SPEC), tmp_path, Heard().audience, 60)
            fake.create_status, fake.fails = 0, "no such style"
            with pytest.raises(EngineFailed, match="no such style") as caught:
                await host.render(Order(SPEC), tmp_path, Heard().audience, 60)
        finally:
            await host.close()
    assert not isinstance(caught.value, EngineAway)
