"""What somebody may take along, and what stays when they go: the ledger and the audit log, which name them by number."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import procrastinate

from promptreel import accounts, audit, credits, library, operators, people, videos
from promptreel.accounts import Account
from promptreel.db.pool import Connection, Pool
from promptreel.videos import Video

PAGE = 100


async def delete_account(connection: Connection, jobs: procrastinate.App, account: Account) -> list[str]:
    """Remove an account with its videos, tokens and sessions; the folders of its files, to be deleted after the commit.

    What is still to be rendered is cancelled first, so that its credits are released: the ledger stays, and adds up.
    Errors: `LastOperator`.
    """
    if account.operator:
        await operators.keep_an_operator(connection, account.id)
    await cancel_all(connection, jobs, account.id)
    # From here on nothing new is accepted. The order (videos, wallet, account) is that of workers and of `videos.submit`.
    await connection.execute("SELECT FROM wallets WHERE account_id = %s FOR UPDATE", [account.id])
    await connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [account.id])
    await cancel_all(connection, jobs, account.id)
    cursor = await connection.execute("SELECT public_id FROM videos WHERE account_id = %s", [account.id])
    folders = [f"videos/{row['public_id']}/" for row in await cursor.fetchall()]
    await audit.record(connection, account, "account_deleted", account_id=account.id, videos=len(folders))
    await connection.execute("DELETE FROM accounts WHERE id = %s", [account.id])
    return folders


async def cancel_all(connection: Connection, jobs: procrastinate.App, account_id: int) -> None:
    """Cancel whatever of the account has not ended."""
    cursor = await connection.execute(
        """SELECT id FROM videos WHERE account_id = %s AND status IN ('pending', 'processing')
            ORDER BY id FOR UPDATE""",
        [account_id],
    )
    for row in await cursor.fetchall():
        await videos.cancel(connection, jobs, account_id, row["id"])


# -- taking along ------------------------------------------------------------------------------------------------------


async def about(connection: Connection, account: Account) -> dict[str, Any]:
    """Everything that is kept of somebody but videos and credits; of secrets only that they exist."""
    cursor = await connection.execute(
        "SELECT day, used AS calls FROM usage_days WHERE account_id = %s ORDER BY day", [account.id]
    )
    usage = await cursor.fetchall()
    cursor = await connection.execute("SELECT now() AS now")
    now = (await cursor.fetchone() or {})["now"]
    wallet = await credits.balance(connection, account.id)
    return {
        "account": asdict(account),
        "credits": asdict(wallet),
        "tokens": [
            asdict(token) | {"scopes": sorted(token.scopes)}
            for token in await accounts.list_tokens(connection, account.id)
        ],
        "sessions": [asdict(browser) for browser in await people.list_sessions(connection, account.id, now)],
        "identities": [asdict(identity) for identity in await people.list_identities(connection, account.id)],
        "usage": usage,
        "audit_log": [asdict(entry) for entry in await audit.entries(connection, account_id=account.id, limit=10_000)],
    }


async def all_lines(pool: Pool, account_id: int) -> AsyncIterator[credits.Line]:
    """The whole statement, newest first, a page at a time."""
    before = None
    while True:
        async with pool.connection() as connection:
            lines = await credits.statement(connection, account_id, before, PAGE)
        for line in lines:
            yield line
        if len(lines) < PAGE:
            return
        before = lines[-1].id


async def all_videos(pool: Pool, account_id: int) -> AsyncIterator[Video]:
    """All videos, newest first. A page at a time, and no connection is held while a page is passed on."""
    older: library.Place | None = None
    while True:
        async with pool.connection() as connection:
            shelf = await library.shelf(connection, account_id, library.Wish(), PAGE, before=older)
        for video in shelf.videos:
            yield video
        older = shelf.older
        if older is None:
            return
