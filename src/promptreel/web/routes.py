"""Every path of the dashboard."""

from starlette.routing import Route

from promptreel.web import assets, docs, plan, statement, tokens, usage, visitors

ROUTES: list[Route] = [
    *assets.ROUTES,
    *visitors.ROUTES,
    *tokens.ROUTES,
    *usage.ROUTES,
    *statement.ROUTES,
    *plan.ROUTES,
    *docs.ROUTES,
]
