"""Pictures of a form that was not accepted yet: a browser forgets a chosen file, so what was sent is kept for a while.

Only pictures that were made safe. An account has a few, and all have a share of the disk; older ones make way.
"""

from uuid import UUID

from promptreel.db.pool import Connection

LASTS = "2 hours"
MOST = 6
MOST_BYTES = 1 << 30
"""Of all accounts: whoever has many of them fills no disk, and a form that forgot its picture asks for it again."""


async def keep(connection: Connection, account_id: int, picture: bytes) -> UUID:
    """Keep a picture; the name under which its account finds it."""
    await connection.execute(
        f"""DELETE FROM picture_drafts WHERE made_at < now() - interval '{LASTS}' OR id IN
                (SELECT id FROM picture_drafts WHERE account_id = %s ORDER BY made_at DESC OFFSET %s) OR id IN
                (SELECT id FROM (SELECT id, sum(length(picture)) OVER (ORDER BY made_at DESC, id) AS so_far
                                   FROM picture_drafts) AS newest WHERE so_far > %s)""",
        [account_id, MOST - 1, MOST_BYTES - len(picture)],
    )
    cursor = await connection.execute(
        "INSERT INTO picture_drafts (account_id, picture) VALUES (%s, %s) RETURNING id", [account_id, picture]
    )
    row = await cursor.fetchone()
    assert row is not None
    return UUID(str(row["id"]))


async def find(connection: Connection, account_id: int, draft_id: UUID) -> bytes | None:
    """The account's picture of that name, while it is kept."""
    cursor = await connection.execute(
        f"""SELECT picture FROM picture_drafts
             WHERE id = %s AND account_id = %s AND made_at > now() - interval '{LASTS}'""",
        [draft_id, account_id],
    )
    row = await cursor.fetchone()
    return bytes(row["picture"]) if row else None
