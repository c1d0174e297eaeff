"""What every engine keeps, whatever renders behind it: one suite, run by each in its own process as a worker runs it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from promptreel.engine_config import EngineConfig
from promptreel.engines.host import Audience, EngineHost, Order, Rendered
from promptreel.errors import EngineFailed
from promptreel.media import encode_picture, frame_at, probe
from promptreel.spec import VideoSpec

SPEC = VideoSpec("a red boat on a calm sea", 96, 64, fps=8, duration=1.0, seed=7, negative_prompt="fog")


class EngineContract:
    """Inherit, say what the engine is, and pytest holds it to the contract."""

    long: VideoSpec = replace(SPEC, width=320, height=192, duration=20.0)
    """A job that takes long enough to be stopped."""

    repeatable = True
    """Whether the same spec gives the same frames: not where others render."""

    @pytest.fixture
    def config(self) -> EngineConfig:
        """How the engine is set."""
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> EngineConfig | None:
        """The engine set so that its jobs fail; None for one that has no way to."""
        return None

    @pytest.fixture(autouse=True)
    def compiled(self, kernels: Path) -> None:
        self.kernels = kernels

    @asynccontextmanager
    async def host(self, config: EngineConfig, tmp_path: Path) -> AsyncIterator[EngineHost]:
        host = EngineHost("held", config, self.kernels, 6000)
        try:
            yield host
        finally:
            await host.close()

    async def made(self, host: EngineHost, folder: Path, spec: VideoSpec, **order: Any) -> tuple[Rendered, list[float]]:
        folder.mkdir(parents=True)
        told: list[float] = []
        audience = Audience(lambda fraction, _step: told.append(fraction))
        rendered = await host.render(Order(replace(spec, engine="held"), **order), folder, audience, 250)
        return rendered, told

    async def test_size_length_and_rate_are_exact_and_progress_never_falls(
        self, config: EngineConfig, tmp_path: Path
    ) -> None:
        shapes = [(96, 64, 8, 1.0), (64, 114, 24, 1.0), (130, 74, 15, 1.6)]
        async with self.host(config, tmp_path) as host:
            for number, (width, height, fps, duration) in enumerate(shapes):
                spec = replace(SPEC, width=width, height=height, fps=fps, duration=duration)
                rendered, told = await self.made(host, tmp_path / str(number), spec)
                found = probe(rendered.video)
                assert (found.width, found.height, found.fps, found.frames) == (width, height, fps, spec.frames)
                assert told == sorted(told) and all(0 <= fraction <= 1 for fraction in told)
                assert rendered.poster.stat().st_size and rendered.spritesheet.stat().st_size
                assert {"coverage", "words", "engine", "seed"} <= set(rendered.report)
                assert rendered.report["coverage"] is None or 0 <= rendered.report["coverage"] <= 1

    async def test_the_same_seed_gives_the_same_frames_also_after_another_job(
        self, config: EngineConfig, tmp_path: Path
    ) -> None:
        def frames(rendered: Rendered) -> str:
            pictures = [frame_at(rendered.video, number / SPEC.fps) for number in range(SPEC.frames)]
            return hashlib.sha256(np.stack(pictures).tobytes()).hexdigest()

        async with self.host(config, tmp_path) as host:
            first = frames((await self.made(host, tmp_path / "a", SPEC))[0])
            other = frames((await self.made(host, tmp_path / "b", replace(SPEC, prompt="a forest", seed=8)))[0])
            again = frames((await self.made(host, tmp_path / "c", SPEC))[0])
        assert first == again
        if self.repeatable:
            assert first != other
            async with self.host(config, tmp_path) as fresh:
                assert frames((await self.made(fresh, tmp_path / "d", SPEC))[0]) == first

    async def test_a_stop_is_heard_and_the_process_stays_for_the_next_job(
        self, config: EngineConfig, tmp_path: Path
    ) -> None:
        async with self.host(config, tmp_path) as host:
            await self.made(host, tmp_path / "first", SPEC)
            process = host.pid
            begun = asyncio.Event()
            audience = Audience(lambda fraction, _step: begun.set() if fraction > 0 else None)
            (tmp_path / "long").mkdir()
            job = asyncio.create_task(
                host.render(Order(replace(self.long, engine="held")), tmp_path / "long", audience, 250)
            )
            await asyncio.wait_for(begun.wait(), 120)
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
            # A process that does not hear in time is killed, and another one has another number.
            await self.made(host, tmp_path / "next", SPEC)
            assert host.pid == process

    async def test_a_picture_to_start_from_is_taken_or_refused_by_its_settings(
        self, config: EngineConfig, tmp_path: Path
    ) -> None:
        if "image" not in config.takes:
            pytest.skip("it takes none: the API refuses before it is asked")
        ramp = np.linspace(0, 255, 64 * 96 * 3).astype(np.uint8).reshape(64, 96, 3)
        async with self.host(config, tmp_path) as host:
            order = {"pictures": {"image": encode_picture(ramp)}}
            try:
                rendered, _ = await self.made(host, tmp_path / "a", replace(SPEC, has_image=True), **order)
            except EngineFailed as failed:
                # A model that nobody knows shows only when it is loaded what it can do.
                assert "cannot start from a picture" in failed.message
                return
        assert probe(rendered.video).frames == SPEC.frames

    async def test_a_failure_has_a_reason_in_one_clean_line_and_harms_nothing_else(
        self, broken: EngineConfig | None, tmp_path: Path
    ) -> None:
        if broken is None:
            pytest.skip("it knows no failure of its own")
        async with self.host(broken, tmp_path) as host:
            for attempt in ("a", "b"):
                with pytest.raises(EngineFailed) as failed:
                    await self.made(host, tmp_path / attempt, SPEC)
                reason = failed.value.message
                assert reason and "\n" not in reason and len(reason) < 500
                assert str(tmp_path) not in reason and "Traceback" not in reason and "sk-" not in reason
