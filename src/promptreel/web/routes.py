"""Every path of the dashboard."""

from starlette.routing import Route

from promptreel.web import assets, visitors

ROUTES: list[Route] = [*assets.ROUTES, *visitors.ROUTES]
