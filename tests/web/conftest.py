"""Browsers without a screen: a client with a session's cookie, who sends what a browser sends."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from promptreel import accounts, people
from promptreel.runtime import Runtime
from promptreel.web.door import SECURE_COOKIE

from ..conftest import MakeAccount
from .films import Studio

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Browser:
    """Somebody's browser. `account` None: signed out."""

    client: httpx2.AsyncClient
    account: accounts.Account | None
    headers: dict[str, str]

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.client.get(path, headers=self.headers | options.pop("headers", {}), **options)

    async def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx2.Response:
        headers = self.headers | SAME_SITE | options.pop("headers", {})
        response = await self.client.post(path, data=data, headers=headers, **options)
        for name, value in response.headers.multi_items():
            # The next request is this browser's too: it keeps its session as a browser would.
            if name == "set-cookie" and (found := re.match(rf"{SECURE_COOKIE}=([^;]*);", value)):
                self.headers = {**self.headers, "Cookie": f"{SECURE_COOKIE}={found[1]}"}
        return response


MakeBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
def make_browser(runtime: Runtime, client: httpx2.AsyncClient, make_account: MakeAccount) -> MakeBrowser:
    """A signed-in browser: `await make_browser(tier="pro", credits=30, operator=True)`."""

    async def make(operator: bool = False, **account_options: Any) -> Browser:
        account, _ = await make_account(**account_options)
        async with runtime.transaction() as connection:
            if operator:
                await connection.execute("UPDATE accounts SET operator = true WHERE id = %s", [account.id])
            account = await accounts.find_account(connection, str(account.id))
            secret = await people.open_session(connection, account.id, runtime.clock())
        return Browser(client, account, {"Cookie": f"{SECURE_COOKIE}={secret}"})

    return make


@pytest.fixture
def stranger(client: httpx2.AsyncClient) -> Browser:
    """A browser that is signed out."""
    return Browser(client, None, {})


@pytest.fixture
def studio(runtime: Runtime) -> Studio:
    """Makes videos without an engine."""
    return Studio(runtime)
