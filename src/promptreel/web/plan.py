"""/plan: the tiers and what they give, and what videos cost."""

from starlette.responses import Response

from promptreel import credits
from promptreel.plans import QUALITIES, TIERS
from promptreel.web.door import Visit, page


async def show(visit: Visit) -> Response:
    """GET /plan"""
    async with visit.runtime.pool.connection() as connection:
        wallet = await credits.balance(connection, visit.account.id)
    return await visit.render(
        "plan.html", sheets=("books.css",), tiers=TIERS.values(), qualities=QUALITIES.values(), wallet=wallet
    )


ROUTES = [page("/plan", GET=show)]
