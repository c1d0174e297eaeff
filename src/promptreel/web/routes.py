"""Every path of the dashboard."""

from starlette.routing import Route

from promptreel.web import (
    assets,
    docs,
    gallery,
    home,
    plan,
    sharing,
    statement,
    tokens,
    usage,
    video_page,
    visitors,
)

ROUTES: list[Route] = [
    *assets.ROUTES,
    *visitors.ROUTES,
    *home.ROUTES,
    # Before the page of one video: its own paths have no number in them.
    *gallery.ROUTES,
    *video_page.ROUTES,
    *sharing.ROUTES,
    *tokens.ROUTES,
    *usage.ROUTES,
    *statement.ROUTES,
    *plan.ROUTES,
    *docs.ROUTES,
]
