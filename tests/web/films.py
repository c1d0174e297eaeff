"""Videos for the tests of the pages: submitted, finished and failed without an engine."""

from typing import Any

from promptreel import videos
from promptreel.accounts import Account
from promptreel.runtime import Runtime
from promptreel.spec import VideoSpec

FILM = bytes(range(256)) * 40
POSTER = b"\xff\xd8\xff poster"


class Studio:
    """Makes videos of an account as API and worker would."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def submit(self, account: Account, prompt: str = "A red kite", price: int = 1, **fields: Any) -> int:
        """A video in the queue; its number."""
        spec = VideoSpec(**{"prompt": prompt, "width": 640, "height": 360, "duration": 6.0, "seed": 7, **fields})
        async with self.runtime.transaction() as connection:
            accepted = await videos.submit(
                connection,
                self.runtime.queue,
                self.runtime.settings,
                account,
                videos.Submission("prompttovideo", spec, price),
                self.runtime.clock(),
            )
        return accepted.video.id

    async def start(self, number: int) -> videos.Video:
        """Begin an attempt."""
        async with self.runtime.transaction() as connection:
            video = await videos.start(connection, number, 3)
        assert video is not None
        return video

    async def finish(self, number: int, report: dict[str, Any] | None = None) -> videos.Video:
        """Complete it, with files."""
        video = await self.start(number)
        prefix = f"{videos.files_prefix(video)}1/"
        for name, data in (("video.mp4", FILM), ("thumbnail.jpg", POSTER), ("spritesheet.jpg", POSTER)):
            await self.runtime.storage.put(prefix + name, data)
        result = videos.Result(
            video_key=prefix + "video.mp4",
            thumbnail_key=prefix + "thumbnail.jpg",
            spritesheet_key=prefix + "spritesheet.jpg",
            file_bytes=len(FILM),
            duration=6.0,
            render_seconds=4.0,
            report=report if report is not None else {"coverage": 1.0, "words": []},
        )
        async with self.runtime.transaction() as connection:
            assert await videos.complete(connection, video, result)
        return video

    async def make(self, account: Account, prompt: str = "A red kite", **fields: Any) -> int:
        """A finished video; its number."""
        number = await self.submit(account, prompt, **fields)
        await self.finish(number)
        return number

    async def fail(self, account: Account, prompt: str = "A red kite", error: str = "Out of paint") -> int:
        """A failed video; its number."""
        number = await self.submit(account, prompt)
        video = await self.start(number)
        async with self.runtime.transaction() as connection:
            assert await videos.fail(connection, video, error, "engine_failed")
        return number

    async def files(self) -> list[str]:
        """All that is stored of videos."""
        return sorted([stored.key async for stored in self.runtime.storage.list("videos")])
