"""Whether a server is there: asked before it is given a job, without the database and without a job."""

from contextlib import closing

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.answers import one_line
from promptreel.engines.remote.protocol import Away, Health
from promptreel.engines.remote.servers import connected
from promptreel.errors import EngineFailed

__all__ = ["Health", "check"]


def check(config: RemoteConfig, index: int) -> Health:
    """Ask the server of that number whether it is well and serves what it should. Takes a few seconds at most."""
    with closing(connected(config, index)) as server:
        try:
            found = server.health()
        except Away as error:
            found = Health(ok=False, reason=error.reason)
        except EngineFailed as error:
            found = Health(ok=False, reason=str(error.data["reason"]))
    named = tuple(name for each in found.served_models if (name := one_line(each)))
    return Health(found.ok, one_line(found.reason), named)
