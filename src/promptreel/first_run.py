"""What happens once: the operator's account, and a first video, so that a new installation shows what it can do."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rich.console import Console

from promptreel import accounts, credits, database, joining, people
from promptreel.client import GENERATE, Client
from promptreel.console import progress_bar, tell
from promptreel.db.pool import Connection
from promptreel.errors import NotFound, PromptreelError

EMAIL = "operator@localhost"
TIER = "enterprise"
CREDITS = 1000
PROMPT = "A beautiful sunset over the ocean"


def create_operator(url: str) -> str | None:
    """The token of a new operator's account; None where there is an account already."""

    async def create(connection: Connection) -> str | None:
        if await accounts.list_accounts(connection):
            return None
        # One of two servers that start at once makes it.
        await connection.execute("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE")
        if await accounts.list_accounts(connection):
            return None
        account = await accounts.create_account(connection, EMAIL, TIER, verified=True, operator=True)
        await credits.grant(connection, account.id, CREDITS, "first-run", "promptreel", "first run")
        _, token = await accounts.create_token(connection, account.id, "first", tuple(sorted(accounts.SCOPES)))
        return token

    return database.run(url, create)


def claim_path(url: str) -> str | None:
    """The path of a new link with which to claim the installation in a browser; None where that was done."""

    async def write(connection: Connection) -> str | None:
        person = await people.find_person(connection, EMAIL)
        if person is None or person.account.suspended or person.password_hash is not None:
            return None
        return await joining.make_start_link(connection, person.account, datetime.now(UTC))

    return database.run(url, write)


class FirstVideo:
    """The first video of an installation. A note in the data folder tells that it is wanted until it is there."""

    def __init__(self, data: Path) -> None:
        self.path = data / "first-video.mp4"
        self._note = data / "first-video.json"

    @property
    def wanted(self) -> bool:
        """Whether it is still to be made."""
        return self._note.exists()

    def want(self) -> None:
        """Note that it is to be made. The key makes it one video however often it is asked for."""
        self._note.write_text(json.dumps({"idempotency_key": uuid4().hex}))

    def make(self, database_url: str, url: str, console: Console) -> None:
        """Make it through the API, as any caller would, and save it. A failure is told and does not stop the server."""
        try:
            key = json.loads(self._note.read_text())["idempotency_key"]
            with OperatorToken(database_url) as token, Client(url, token) as client:
                with progress_bar(console, "First video") as watcher:
                    answer = client.make(GENERATE, {"prompt": PROMPT}, watcher, key)
                client.download(answer["video_url"], self.path)
        except (PromptreelError, OSError, KeyError, ValueError) as error:
            tell(console, f"The first video was not made: {error}")
        else:
            tell(console, f"    file  {self.path}")
            tell(console, f"    URL   {answer['video_url']}")
        self._note.unlink(missing_ok=True)


class OperatorToken:
    """A token of the operator for one block: the one that was shown is kept nowhere."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._token: accounts.Token | None = None

    def __enter__(self) -> str:
        """Errors: `NotFound` where the operator's account is gone."""

        async def create(connection: Connection) -> tuple[accounts.Token, str]:
            account = await accounts.find_account(connection, EMAIL)
            return await accounts.create_token(connection, account.id, "first video")

        self._token, text = database.run(self._url, create)
        return text

    def __exit__(self, *_: object) -> None:
        token = self._token
        if token is None:
            return

        async def revoke(connection: Connection) -> None:
            await accounts.revoke_token(connection, token.account_id, token.id)

        # With its account a token is gone, too.
        with suppress(NotFound):
            database.run(self._url, revoke)
