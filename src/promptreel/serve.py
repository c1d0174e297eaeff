"""`promptreel serve`: the database, its schema, the API and the workers in one; on the first run an account and a video."""

import errno
import http.client
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from promptreel.console import tell
from promptreel.engine_config import POOL
from promptreel.errors import PortTaken, SettingInvalid
from promptreel.settings import Settings, prepare_data_folder
from promptreel.supervisor import Child, Supervisor, interrupt_on_signals, on_signals

if TYPE_CHECKING:
    from promptreel import first_run

# A server that was killed leaves its port a moment later than its last breath.
PORT_PATIENCE = 1.5


def serve(settings: Settings, first_video: bool) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Errors: `FolderUnwritable`, `PortTaken`, `PostgresMissing`, `PostgresFailed`, `DatabaseUnreachable`, `DatabaseNewer`.
    """
    settings = settings.model_copy(update={"data": prepare_data_folder(settings)})
    console = Console()
    with listening(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        url = address(settings)
        children = [Child("api", ["api"], listener)]
        children += render_slots(POOL, settings.workers)
        for pool, slots in settings.pools.items():
            children += render_slots(pool, slots)
        with supervised(settings, children, console) as supervisor:
            from promptreel import first_run

            video = first_run.FirstVideo(settings.data)
            welcome(supervisor.database_url, video if first_video else None, console)
            wait_until_answering(url)
            tell_claim(settings, url, first_run.claim_path(supervisor.database_url), console)
            if first_video and video.wanted:
                tell(console, f"\nThe first video: {first_run.PROMPT!r}")
                video.make(supervisor.database_url, url, console)
            tell_places(settings, url, console)
            threading.Event().wait()


def render_slots(pool: str, slots: int) -> list[Child]:
    """The processes of a pool's slots, one each."""
    named = "worker" if pool == POOL else f"{pool} worker"
    return [Child(f"{named} {n}", ["worker", "--pool", pool, "--slots", "1"]) for n in range(1, slots + 1)]


@contextmanager
def supervised(settings: Settings, children: list[Child], console: Console) -> Iterator[Supervisor]:
    """The children on a database that is up to date, for as long as the block runs; Ctrl-C ends it quietly.

    A second Ctrl-C during the stop ends everything at once.
    """
    interrupt_on_signals()
    supervisor = Supervisor(settings, children)
    try:
        supervisor.start_api()
        # Loaded here, so that the API loads at the same time and the first answer comes sooner.
        from promptreel import database

        supervisor.begin(database.ready(settings))
        yield supervisor
    except KeyboardInterrupt:
        tell(console, "\nStopping. A job that is not done goes back to the queue; Ctrl-C again stops at once.")
    finally:
        on_signals(lambda *_: supervisor.hurry())
        supervisor.stop()


# -- the port ----------------------------------------------------------------------------------------------------------


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket. Ours and not the API's, so that a restart of the API refuses nobody: callers queue meanwhile.

    Errors: `PortTaken`, `SettingInvalid` for a host or a port that cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
            break
        except socket.gaierror as error:
            raise SettingInvalid(setting="host", reason=f"{settings.host}: {error.strerror}") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                setting = "host" if error.errno == errno.EADDRNOTAVAIL else "port"
                value = settings.host if setting == "host" else settings.port
                reason = f"{value}: {os.strerror(error.errno or 0)}"
                raise SettingInvalid(setting=setting, reason=reason) from None
            if time.monotonic() > deadline:
                raise PortTaken(port=settings.port, host=settings.host) from None
            time.sleep(0.1)
    with listener:
        yield listener


def address(settings: Settings) -> str:
    """The URL at which this machine reaches the server."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    host = everywhere.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def wait_until_answering(url: str) -> None:
    """Return when the API answers. It is started again for as long as it takes, and tells itself what is wrong."""
    while not answers(url):
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether the server says that it is well."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/healthz", timeout=10) as response:
            return bool(response.status == http.client.OK)
    except (OSError, http.client.HTTPException):
        return False


# -- what is told ------------------------------------------------------------------------------------------------------


def welcome(database_url: str, video: "first_run.FirstVideo | None", console: Console) -> None:
    """On the first run, the operator's account; its token is shown here and never again. Else what was left to do."""
    from promptreel import first_run

    token = first_run.create_operator(database_url)
    if token is not None:
        tell(console, f"Welcome to promptreel. Your account is {first_run.EMAIL}; its token, shown only now, is\n")
        tell(console, f"    {token}")
        if video is not None:
            video.want()
    elif video is not None and video.wanted:
        tell(console, "The first video was interrupted; it is carried on with.")


def tell_claim(settings: Settings, url: str, path: str | None, console: Console) -> None:
    """How whoever runs the place gets into its dashboard, while nobody has yet."""
    if path is not None:
        tell(console, "\nClaim the dashboard with a password of yours; this link works once, for a day:\n")
        tell(console, f"    {public_address(settings, url)}{path}")


def tell_places(settings: Settings, url: str, console: Console) -> None:
    """Where everything is."""
    public = public_address(settings, url)
    for line in (
        f"\npromptreel serves at {public}",
        f"    documentation  {public}/docs",
        f"    data folder    {settings.data}",
        "Ctrl-C stops it.",
    ):
        tell(console, line)


def public_address(settings: Settings, url: str) -> str:
    """Where people reach the server."""
    return settings.public_url.rstrip("/") or url
