"""What changed: one LISTEN per process wakes every request that waits for a video, and every live page that waits for
all of an account's. Nobody polls the database.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import structlog
from psycopg import AsyncConnection, OperationalError

log = structlog.get_logger()

VIDEOS = "promptreel_videos"
RULES = "promptreel_rules"
OUTBOX = "promptreel_outbox"


class Watch:
    """Wakes its holder at the next change of what it watches."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._changed.set()

    async def next(self, seconds: float) -> bool:
        """Wait for a change since the last one; False after `seconds` without."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class Events:
    """The listener. `run` for as long as the process lives; `watch` a video before reading it, so no change is missed."""

    def __init__(self, url: str) -> None:
        self._url = url
        # By what is watched: ("video", id), ("account", id), ("rules", 0) or ("outbox", 0).
        self._watches: defaultdict[tuple[str, int], set[Watch]] = defaultdict(set)
        self.listening = asyncio.Event()

    def watch(self, video_id: int) -> AbstractContextManager[Watch]:
        """Wake-ups for one video while the block lasts."""
        return self._watch(("video", video_id))

    def watch_account(self, account_id: int) -> AbstractContextManager[Watch]:
        """Wake-ups for every video of an account while the block lasts."""
        return self._watch(("account", account_id))

    def watch_rules(self) -> AbstractContextManager[Watch]:
        """Wake-ups for changes of tiers, prices and blocked words while the block lasts."""
        return self._watch(("rules", 0))

    def watch_outbox(self) -> AbstractContextManager[Watch]:
        """Wake-ups for everything that is to be written to people while the block lasts."""
        return self._watch(("outbox", 0))

    @contextmanager
    def _watch(self, key: tuple[str, int]) -> Iterator[Watch]:
        watch = Watch()
        self._watches[key].add(watch)
        try:
            yield watch
        finally:
            self._watches[key].discard(watch)
            if not self._watches[key]:
                del self._watches[key]

    def _wake(self, channel: str, payload: str) -> None:
        keys = [("outbox" if channel == OUTBOX else "rules", 0)]
        if channel == VIDEOS:
            video_id, _, account_id = payload.split()
            keys = [("video", int(video_id)), ("account", int(account_id))]
        for key in keys:
            for watch in self._watches.get(key, ()):
                watch.wake()

    def _wake_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew, and everyone woken since something may be missed."""
        while True:
            try:
                async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {VIDEOS}; LISTEN {RULES}; LISTEN {OUTBOX}")
                    self.listening.set()
                    self._wake_all()
                    async for notification in connection.notifies():
                        self._wake(notification.channel, notification.payload)
            except OperationalError as error:
                log.warning("listener_lost", reason=str(error).strip())
            self.listening.clear()
            await asyncio.sleep(0.5)
