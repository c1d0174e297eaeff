"""/credits: the account's ledger as a statement, in which every line links to its video; and the same for a spreadsheet."""

import csv
import io
import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from promptreel import credits
from promptreel.web.door import Visit, page

PER_PAGE = 50
CSV_LINES = 1000
"""Lines read at a time, so that a long history is never whole in memory."""


async def show(visit: Visit) -> Response:
    """GET /credits"""
    before = visit.query.get("before", "")
    async with visit.runtime.transaction() as connection:
        wallet = await credits.balance(connection, visit.account.id)
        lines = await credits.statement(
            connection,
            visit.account.id,
            int(before) if re.fullmatch("[1-9][0-9]{0,17}", before) else None,
            PER_PAGE + 1,
        )
    return await visit.render(
        "credits.html",
        sheets=("books.css",),
        wallet=wallet,
        lines=lines[:PER_PAGE],
        older=lines[PER_PAGE - 1].id if len(lines) > PER_PAGE else None,
        newest=not before,
    )


async def download(visit: Visit) -> Response:
    """GET /credits.csv"""
    headers = {"Content-Disposition": 'attachment; filename="promptreel-credits.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(csv_of(visit), media_type="text/csv; charset=utf-8", headers=headers)


async def csv_of(visit: Visit) -> AsyncIterator[str]:
    """The statement, newest first."""
    yield row("line", "at", "kind", "amount", "change", "available", "reason", "video", "prompt")
    before: int | None = None
    while True:
        async with visit.runtime.transaction() as connection:
            lines = await credits.statement(connection, visit.account.id, before, CSV_LINES)
        for line in lines:
            told = (
                line.kind,
                line.amount,
                line.change,
                line.available,
                line.reason,
                line.video_id or "",
                line.prompt or "",
            )
            yield row(line.id, line.at.isoformat(), *told)
        if len(lines) < CSV_LINES:
            return
        before = lines[-1].id


def row(*cells: object) -> str:
    """One line of the file. A cell that a spreadsheet would take for a formula is made text."""
    safe = [f"'{cell}" if isinstance(cell, str) and cell[:1] in set("=+-@\t\r") else cell for cell in cells]
    text = io.StringIO()
    csv.writer(text).writerow(safe)
    return text.getvalue()


ROUTES = [page("/credits", GET=show), page("/credits.csv", GET=download)]
