"""/plan: the tiers and what they give, and what videos cost."""

from collections.abc import Container

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
    prices = offers.prices(settings)

    def by_quality(of_engine: dict[str, Container[str]]) -> dict[str, list[str]]:
        """What people read for the engines that have each quality."""
        return {
            alias: [offers.title(settings, name) for name, having in of_engine.items() if alias in having]
            for alias in QUALITIES
        }

    return await visit.render(
        "plan.html",
        sheets=("books.css",),
        tiers=TIERS.values(),
        qualities=QUALITIES.values(),
        engines=[(offers.title(settings, name), of_engine) for name, of_engine in prices.items()],
        makers=by_quality(dict(prices)),
        sounding=by_quality({name: offers.sounds(settings, name) for name in prices}),
        wallet=wallet,
    )


ROUTES = [page("/plan", GET=show)]
