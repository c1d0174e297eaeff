"""Every path of the dashboard."""

from starlette.routing import Route

from promptreel.web import (
    admin,
    admin_showcase,
    assets,
    create,
    docs,
    elsewhere,
    gallery,
    home,
    live,
    plan,
    recovering,
    settings_page,
    sharing,
    signing_in,
    statement,
    strip,
    tokens,
    usage,
    video_page,
    visitors,
)

ROUTES: list[Route] = [
    *assets.ROUTES,
    *visitors.ROUTES,
    *signing_in.ROUTES,
    *recovering.ROUTES,
    *elsewhere.ROUTES,
    *settings_page.ROUTES,
    *home.ROUTES,
    # Before the page of one video: its own paths have no number in them.
    *gallery.ROUTES,
    *video_page.ROUTES,
    *sharing.ROUTES,
    *create.ROUTES,
    *strip.ROUTES,
    *live.ROUTES,
    *tokens.ROUTES,
    *usage.ROUTES,
    *statement.ROUTES,
    *plan.ROUTES,
    *docs.ROUTES,
    *admin.ROUTES,
    *admin_showcase.ROUTES,
]
