"""The body of `/docs`: the two seed pages as they would look if they were yours, drawn from the OpenAPI documents."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from promptreel.api.documents import POPVID_STATUSES, STATUS_WORDS, popvid_document, prompttovideo_document
from promptreel.plans import TIERS

SEED_HOSTS = ("https://prompttovideo.com", "https://api.popvid.ai")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of a document."""

    dialect: str
    method: str
    path: str
    operation: dict[str, Any]
    document: dict[str, Any]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.dialect}-{self.operation['operationId']}"


def endpoints(dialect: str, document: dict[str, Any]) -> Iterator[Endpoint]:
    """Every operation, in the document's order, with its path's parameters."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or "x-alias" in operation:
                continue
            parameters = [
                resolve(document, one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]
            ]
            yield Endpoint(dialect, method.upper(), path, {**operation, "parameters": parameters}, document)


def resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points to."""
    for part in value.get("$ref", "#").split("/")[1:]:
        document = document[part]
    return document if "$ref" in value else value


# -- pieces ------------------------------------------------------------------------------------------------------------


def inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def paragraphs(text: str) -> str:
    """Paragraphs of text."""
    return "".join(f"<p>{inline(part)}</p>" for part in text.split("\n\n"))


def code(text: str, label: str = "") -> str:
    """A block of code with a button that copies it."""
    caption = f"<figcaption>{escape(label)}</figcaption>" if label else ""
    return f'<figure class="code">{caption}<pre tabindex="0"><code>{escape(text)}</code></pre></figure>'


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], style: str = "stacked") -> str:
    """A table; the cells are HTML. A stacked one is a list on a narrow screen."""
    header = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table class="{style}"><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>'


def kind(schema: dict[str, Any]) -> str:
    """The type of a field in a word or two."""
    if "enum" in schema:
        return " · ".join(f"<code>{escape(str(word))}</code>" for word in schema["enum"])
    return escape(str(schema.get("type", "")))


def field_rows(endpoint: Endpoint) -> Sequence[tuple[str, ...]]:
    """The fields of the request's body, required ones first."""
    content = endpoint.operation["requestBody"]["content"]["application/json"]
    schema = resolve(endpoint.document, content["schema"])
    return [
        (
            f"<code>{escape(name)}</code>",
            kind(field),
            inline(field.get("description", "")),
            "Yes" if name in schema["required"] else "No",
        )
        for name, field in schema["properties"].items()
    ]


def body_example(endpoint: Endpoint) -> dict[str, Any]:
    """The first example of the request's body."""
    examples = endpoint.operation["requestBody"]["content"]["application/json"]["examples"]
    example: dict[str, Any] = next(iter(examples.values()))["value"]
    return example


def error_rows(endpoint: Endpoint) -> Sequence[tuple[str, ...]]:
    """The failures of an operation: the status, what it means, and the texts."""
    rows = []
    for status, answer in endpoint.operation["responses"].items():
        if status == "200":
            continue
        texts = [example["value"]["error"] for example in answer["content"]["application/json"]["examples"].values()]
        rows.append(
            (f"<code>{status}</code>", inline(answer["description"]), "<br>".join(escape(text) for text in texts))
        )
    return rows


# -- trying it ---------------------------------------------------------------------------------------------------------


def try_form(endpoint: Endpoint) -> str:
    """A form that sends the request for real. `docs.js` does the sending."""
    fields = [input_field(endpoint, parameter) for parameter in endpoint.operation["parameters"]]
    if "requestBody" in endpoint.operation:
        fields.append(
            f'<label class="wide">Body <textarea name="body" rows="6" spellcheck="false">'
            f"{escape(pretty(body_example(endpoint)))}</textarea></label>"
        )
        if "image" in body_example(endpoint):
            fields.append(
                '<label class="wide">Or choose a picture '
                '<input type="file" name="picture" accept="image/png,image/jpeg,image/webp"></label>'
            )
    danger = " danger" if endpoint.method == "DELETE" else ""
    return f"""<form class="try" data-method="{endpoint.method}" data-path="{escape(endpoint.path)}"
 data-dialect="{endpoint.dialect}" aria-label="Try {escape(endpoint.operation["summary"])}">
<div class="fields">{"".join(fields)}</div>
<p><button class="button{danger}" type="submit">Run it</button> <span class="hint" role="status"></span></p>
<div class="answer" hidden></div>
</form>"""


def input_field(endpoint: Endpoint, parameter: dict[str, Any]) -> str:
    """An input for a parameter. Only what is in the path is filled in: the rest is a matter of taste."""
    required = parameter["in"] == "path"
    value = "" if required or parameter["in"] == "header" else str(parameter.get("example", ""))
    placeholder = {"Prefer": "wait=60", "Idempotency-Key": "none"}.get(
        parameter["name"], str(parameter.get("example", ""))
    )
    if endpoint.operation["operationId"] == "listVideos" and parameter["name"] == "status":
        value = ""
    return (
        f'<label>{escape(parameter["name"])} <input name="{escape(parameter["name"])}" data-in="{parameter["in"]}" '
        f'value="{escape(value)}" placeholder="{escape(placeholder)}" autocomplete="off" spellcheck="false"'
        f"{' required' if required else ''}></label>"
    )


# -- the page ----------------------------------------------------------------------------------------------------------


def section(endpoint: Endpoint) -> str:
    """One endpoint: what it is, what goes in, what comes out, what can go wrong, and a way to try it."""
    operation = endpoint.operation
    parts = [
        f'<section class="endpoint" id="{endpoint.anchor}" aria-labelledby="{endpoint.anchor}-title">',
        f'<h3 id="{endpoint.anchor}-title">{escape(operation["summary"])}</h3>',
        (
            f'<p class="route"><span class="method {endpoint.method.lower()}">{endpoint.method}</span> '
            f"<code>{breakable(endpoint.path)}</code></p>"
        ),
        paragraphs(operation["description"]),
    ]
    if operation["parameters"]:
        rows: Sequence[tuple[str, ...]] = [
            (f"<code>{escape(one['name'])}</code>", escape(one["in"]), inline(one["description"]))
            for one in operation["parameters"]
        ]
        parts += ["<h4>Parameters</h4>", table(("Name", "In", "Description"), rows)]
    if "requestBody" in operation:
        parts += ["<h4>Request Body</h4>", code(pretty(body_example(endpoint)))]
        rows = field_rows(endpoint)
        parts.append(
            f"<details><summary>All {len(rows)} fields</summary>"
            f"{table(('Field', 'Type', 'Description', 'Required'), rows)}</details>"
        )
    parts.append("<h4>Response</h4>")
    for name, example in operation["responses"]["200"]["content"]["application/json"]["examples"].items():
        parts.append(code(pretty(example["value"]), name))
    parts.append(
        f"<details><summary>Error Responses</summary>{table(('Status', 'Meaning', 'Text'), error_rows(endpoint))}</details>"
    )
    parts += [try_form(endpoint), "</section>"]
    return "\n".join(parts)


def breakable(path: str) -> str:
    """A path that may be broken at its slashes on a narrow screen."""
    return escape(path).replace("/", "/<wbr>")


@cache
def sample(name: str) -> str:
    """A sample of the seed pages."""
    return (resources.files("promptreel.api") / "samples" / f"{name}.txt").read_text().rstrip()


def samples(base: str, *names: tuple[str, str]) -> str:
    """Samples with the reader's own host."""
    parts = []
    for name, label in names:
        text = sample(name)
        for host in SEED_HOSTS:
            text = text.replace(host, base)
        parts.append(code(text, label))
    return "".join(parts)


def navigation(first: list[Endpoint], second: list[Endpoint]) -> str:
    """The way around the page."""

    def links(found: list[Endpoint]) -> str:
        return "".join(
            f'<li><a href="#{one.anchor}"><span class="method {one.method.lower()}">{one.method}</span> '
            f"{escape(one.operation['summary'])}</a></li>"
            for one in found
        )

    return f"""<nav class="side" aria-label="On this page">
<p class="brand"><a href="/"><img src="/assets/icon.svg" alt="" width="24" height="24"> promptreel</a></p>
<details open><summary>On this page</summary>
<ul><li><a href="#start">Getting Started</a></li></ul>
<p>PromptToVideo</p><ul>{links(first)}<li><a href="#prompttovideo-samples">Code Examples</a></li></ul>
<p>PopVid</p><ul>{links(second)}<li><a href="#popvid-samples">Code Examples</a></li></ul>
</details></nav>"""


def render(base: str) -> str:
    """The body of the page for a reader who reaches this server at `base`."""
    prompttovideo = list(endpoints("prompttovideo", prompttovideo_document()))
    popvid = list(endpoints("popvid", popvid_document()))
    calls = [
        (
            tier.name.capitalize(),
            f"{tier.daily_calls:,} calls/day" if tier.daily_calls else "Unlimited",
            "Daily at midnight UTC" if tier.daily_calls else "N/A",
        )
        for tier in TIERS.values()
    ]
    words = [(f"<code>{word}</code>", escape(text)) for word, text in POPVID_STATUSES.items()]
    return f"""<div class="layout">
{navigation(prompttovideo, popvid)}
<main class="docs">
<h1>API Documentation</h1>
<section id="start" aria-labelledby="start-title">
<h2 id="start-title">Getting Started</h2>
<p>Two APIs, one server: <a href="#prompttovideo">PromptToVideo</a> makes a video of a prompt,
<a href="#popvid">PopVid</a> brings a picture to life. Their videos share your credits and your queue.</p>
<h3>Base URL</h3>
{code(base)}
<h3>Your token</h3>
<form class="token" id="token-form">
<p>Paste it here and every <em>Run it</em> on this page works for real. It stays in this tab.</p>
<label>Token <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="prl_…"></label>
<p class="hint" id="token-state" role="status"></p>
</form>
<h3>Rate Limits</h3>
{table(("Subscription Tier", "Daily API Calls", "Reset Time"), calls, "plain")}
<p>Every answer tells what is left, in <code>RateLimit</code> headers. Send <code>Prefer: wait=60</code> and one call takes the
place of many polls. In the PopVid API only creating a video counts.</p>
</section>

<section id="prompttovideo" aria-labelledby="prompttovideo-title">
<h2 id="prompttovideo-title">PromptToVideo API</h2>
{paragraphs(prompttovideo_document()["info"]["description"])}
<h3>Authentication</h3>
<p>Include your API token in the Authorization header:</p>
{code("Authorization: Bearer YOUR_TOKEN_HERE")}
{"".join(section(one) for one in prompttovideo)}
<h3>Status Values</h3>
<p>{", ".join(f"<code>{word}</code>" for word in STATUS_WORDS)}. A cancelled video reads <code>failed</code>,
with the code <code>cancelled</code>.</p>
<h3 id="prompttovideo-samples">Code Examples</h3>
{samples(base, ("prompttovideo-python", "Python"), ("prompttovideo-javascript", "JavaScript"), ("prompttovideo-curl", "cURL"))}
</section>

<section id="popvid" aria-labelledby="popvid-title">
<h2 id="popvid-title">PopVid API</h2>
{paragraphs(popvid_document()["info"]["description"])}
<h3>Authentication</h3>
<p>Include your key as a Bearer token in the X-API-Key header:</p>
{code("X-API-Key: Bearer YOUR_API_KEY")}
{"".join(section(one) for one in popvid)}
<h3>Status Values</h3>
{table(("Status", "Meaning"), words)}
<h3 id="popvid-samples">Code Examples</h3>
{samples(base, ("popvid-curl", "cURL"))}
</section>
<footer>For tools: <a href="/openapi/prompttovideo.json">prompttovideo.json</a> ·
<a href="/openapi/popvid.json">popvid.json</a> (OpenAPI 3.1). Errors come as <code>application/problem+json</code> (RFC 9457) to
whoever accepts it.</footer>
</main>
</div>"""
