"""Jobs over there that nobody waits for any more: left by an attempt that was killed, or that another server goes on from."""

from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.protocol import RemoteProtocol
from promptreel.engines.remote.servers import connected


def jobs_in(memo: Mapping[str, Any]) -> list[str]:
    """The ids that an attempt left in its memo, the oldest first."""
    done = memo.get("done")
    ids = [*(done if isinstance(done, list) else []), memo.get("id")]
    return [each for each in ids if isinstance(each, str) and each]


def cancel(config: RemoteConfig, memo: Mapping[str, Any]) -> None:
    """Cancel the jobs of a memo on the server that has them, if it is still one of the engine's. Takes a few seconds, raises
    nothing, and promises nothing: the server may be away.
    """
    for index, server in enumerate(config.servers):
        if server.url == memo.get("server") and (jobs := jobs_in(memo)):
            with closing(connected(config, index)) as there:
                drop_all(there, jobs)
            return


def drop_all(server: RemoteProtocol, jobs: list[str], *, running: bool = True) -> None:
    """Cancel or delete jobs, as well as it goes."""
    for job in jobs:
        with suppress(Exception):
            server.drop(job, running=running)
