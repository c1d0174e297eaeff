"""/usage: the calls of the day against the limit, calls per day and per token, and credits over time."""

from itertools import accumulate

from starlette.responses import Response

from promptreel import credits, limits
from promptreel.web import plots
from promptreel.web.door import Visit, page

DAYS = 30


async def show(visit: Visit) -> Response:
    """GET /usage"""
    now, account = visit.runtime.clock(), visit.account
    days = plots.days_until(now.date(), DAYS)
    async with visit.runtime.pool.connection() as connection:
        quota = await limits.read_quota(connection, account, now)
        calls = await limits.calls_by_day(connection, account.id, days[0])
        tokens = await limits.calls_by_token(connection, account.id, days[0], now.date())
        began, changes = await credits.balance_by_day(connection, account.id, days[0])
        wallet = await credits.balance(connection, account.id)
    balances = list(accumulate((changes.get(day, 0) for day in days), initial=began))[1:]
    return await visit.render(
        "usage.html",
        sheets=("books.css",),
        quota=quota,
        tokens=tokens,
        wallet=wallet,
        calls=plots.bars(days, [calls.get(day, 0) for day in days]),
        called=sum(calls.values()),
        balances=plots.steps(days, balances),
        plot_size=(plots.WIDTH, plots.HEIGHT),
        days=DAYS,
    )


ROUTES = [page("/usage", GET=show)]
