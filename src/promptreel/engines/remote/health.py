"""Whether a server is there: asked before it is given a job, without the database and without a job."""

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote.protocol import Health
from promptreel.engines.remote.servers import connected

__all__ = ["Health", "check"]


def check(config: RemoteConfig, index: int) -> Health:
    """Ask the server of that number whether it is well and serves what it should. Takes a few seconds at most."""
    server = connected(config, index)
    try:
        return server.health()
    finally:
        server.close()
