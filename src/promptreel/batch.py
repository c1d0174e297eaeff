"""Calls of one moment share one query.

Under load a thousand waiting polls become a few `WHERE id = ANY(…)`; when idle a call runs at once. Nothing is cached: a
call never gets an answer that was read before it asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Batch(Generic[Key, Value]):
    """`load(keys)` answers many keys at once; `get(key)` waits for the load that begins after it was called.

    One load runs at a time. While it runs, calls gather for the next: so the batch grows with the load by itself, and
    no timer delays a lone call.
    """

    def __init__(self, load: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]], largest: int = 500) -> None:
        self._load = load
        self._largest = largest
        self._waiting: dict[Key, asyncio.Future[Value | None]] = {}
        self._runner: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Value | None:
        """What `load` found for `key`, or None. Errors: whatever `load` raised."""
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
            if self._runner is None:
                self._runner = asyncio.create_task(self._run())
        # A caller that goes away must not take the answer from the others that wait for the same key.
        return await asyncio.shield(future)

    async def _run(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[: self._largest]
                await self._answer({key: self._waiting.pop(key) for key in keys})
        finally:
            self._runner = None
            # Empty, unless a load was cancelled: then nobody may wait for what will not come.
            for future in self._waiting.values():
                future.cancel()
            self._waiting.clear()

    async def _answer(self, futures: dict[Key, asyncio.Future[Value | None]]) -> None:
        try:
            found = await self._load(list(futures))
        except asyncio.CancelledError:
            for future in futures.values():
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - handed to every waiting caller, who raises it
            for future in futures.values():
                future.set_exception(error)
                future.exception()  # seen here, in case every caller has gone
        else:
            for key, future in futures.items():
                future.set_result(found.get(key))
