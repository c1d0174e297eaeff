"""/plan: the tiers and what they give, and what videos cost."""

from starlette.responses import Response

from promptreel import credits
from promptreel.plans import QUALITIES, TIERS
from promptreel.web import offers
from promptreel.web.door import Visit, page


async def show(visit: Visit) -> Response:
    """GET /plan"""
    settings = visit.runtime.settings
    async with visit.runtime.pool.connection() as connection:
        wallet = await credits.balance(connection, visit.account.id)
    return await visit.render(
        "plan.html",
        sheets=("books.css",),
        tiers=TIERS.values(),
        qualities=QUALITIES.values(),
        engines=[(offers.title(settings, name), prices) for name, prices in offers.prices(settings).items()],
        wallet=wallet,
    )


ROUTES = [page("/plan", GET=show)]
