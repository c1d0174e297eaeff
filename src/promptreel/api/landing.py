"""The pages for people: the front door at `/`, and the files that pages are drawn with. No outside host, ever."""

import hashlib
from functools import cache
from html import escape
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from promptreel import __version__
from promptreel.api.dialect import base_url
from promptreel.plans import QUALITIES

# `data:` is for no picture of ours: it is the form in which the docs page previews a picture that the reader chose.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
ASSETS = {
    "site.css": "text/css",
    "icon.svg": "image/svg+xml",
}


def page(title: str, body: str, script: str = "") -> HTMLResponse:
    """A whole page around `body`."""
    scripts = f'<script type="module" src="/assets/{script}"></script>' if script else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/site.css">
{scripts}
</head>
<body>
{body}
</body>
</html>
""",
        headers=PAGE_HEADERS,
    )


def address(request: Request) -> str:
    """Where the reader reaches this server."""
    return base_url(request.scope, request.app.state.runtime.settings.public_url)


async def front(request: Request) -> Response:
    """GET /"""
    return page("promptreel", front_page(address(request)))


def front_page(base: str) -> str:
    """What this is and where to go."""
    free, premium, animate = (QUALITIES[name] for name in ("free", "premium", "720p"))
    return f"""
<main class="front">
  <header class="hero">
    <p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28"> promptreel</p>
    <h1>Words in, moving pictures out.</h1>
    <p class="lead">This server makes videos: from a sentence, or from a picture and a sentence. It is yours, and it runs
      here.</p>
    <p class="actions"><a class="button" href="/docs">Read and try the API</a>
      <a class="button quiet" href="/openapi/prompttovideo.json">OpenAPI</a></p>
  </header>

  <section aria-labelledby="first">
    <h2 id="first">Your first video</h2>
    <p>Somebody who runs this server makes you a token:</p>
    <pre><code>promptreel account create you@example.com --credits 100</code></pre>
    <p>Then ask, and wait in the same call:</p>
    <pre><code>curl {escape(base)}/api/v1/generate \\
  -H "Authorization: Bearer YOUR_TOKEN_HERE" \\
  -H "Content-Type: application/json" -H "Prefer: wait=120" \\
  -d '{{"prompt": "A beautiful sunset over the ocean"}}'</code></pre>
  </section>

  <section class="cards" aria-label="What it makes">
    <article><h2>A prompt</h2><p class="figure">{free.resolution}</p>
      <p>{free.duration:g} seconds at {free.fps} frames a second. {price(free.price)}.</p></article>
    <article><h2>A prompt, large</h2><p class="figure">{premium.resolution}</p>
      <p>{premium.duration:g} seconds at {premium.fps} frames a second. {price(premium.price)}.</p></article>
    <article><h2>A picture</h2><p class="figure">{animate.resolution}</p>
      <p>{animate.duration:g} seconds at the picture’s own shape. {price(animate.price)}.</p></article>
  </section>

  <section aria-labelledby="where">
    <h2 id="where">Where to go</h2>
    <ul class="links">
      <li><a href="/docs#prompttovideo">PromptToVideo API</a> <span>prompts, lists, account, queue</span></li>
      <li><a href="/docs#popvid">PopVid API</a> <span>pictures brought to life</span></li>
      <li><a href="/openapi/prompttovideo.json">prompttovideo.json</a> and <a href="/openapi/popvid.json">popvid.json</a>
        <span>for your tools</span></li>
      <li><a href="/healthz">healthz</a> <span>is everything up?</span></li>
    </ul>
  </section>
  <footer>promptreel {escape(__version__)} · Apache-2.0 · You pay only for videos that are completed.</footer>
</main>"""


def price(number: int) -> str:
    """A price in words."""
    return f"{number} credit" if number == 1 else f"{number} credits"


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A file of the pages, and its entity tag."""
    data = (resources.files("promptreel.api") / "static" / name).read_bytes()
    return data, f'"{hashlib.sha256(data).hexdigest()[:20]}"'


async def serve_asset(request: Request) -> Response:
    """GET /assets/{name}"""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    data, tag = asset(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=ASSETS[name], headers=headers)


ROUTES = [Route("/", front), Route("/assets/{name}", serve_asset)]
