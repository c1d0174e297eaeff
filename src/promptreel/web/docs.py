"""/docs: the two seed pages as they would look if they were yours, drawn from the OpenAPI documents and runnable in place."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape
from starlette.responses import Response

from promptreel.api.documents import POPVID_STATUSES, STATUSES, popvid_document, prompttovideo_document
from promptreel.plans import TIERS
from promptreel.web.door import Visit, page

SEED_HOSTS = ("https://prompttovideo.com", "https://api.popvid.ai")

SHOWN = {"Prefer": "wait=60", "Idempotency-Key": "none"}
"""What stands in an empty field for a header that hardly anybody sends."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of a document, with its path's parameters."""

    method: str
    path: str
    operation: dict[str, Any]
    document: dict[str, Any]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return str(self.operation["operationId"])

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """What stands in path, query and headers; `shown` is in the field before anything is typed, `filled` as if it was."""
        return [
            {
                **one,
                "shown": SHOWN.get(one["name"], one.get("example", "")),
                "filled": "" if one["in"] in {"path", "header"} or one["name"] == "status" else one.get("example", ""),
            }
            for one in self.operation["parameters"]
        ]

    @property
    def body(self) -> str:
        """An example of the request's body; empty where there is none."""
        if "requestBody" not in self.operation:
            return ""
        examples = self.operation["requestBody"]["content"]["application/json"]["examples"]
        return pretty(next(iter(examples.values()))["value"])

    @property
    def takes_picture(self) -> bool:
        """Whether a picture may be chosen for the body."""
        return '"image"' in self.body

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The fields of the body."""
        content = self.operation["requestBody"]["content"]["application/json"]
        schema = resolve(self.document, content["schema"])
        return [
            {"name": name, "required": name in schema["required"], **field}
            for name, field in schema["properties"].items()
        ]

    @property
    def answers(self) -> dict[str, str]:
        """The examples of a good answer, by name."""
        examples = self.operation["responses"]["200"]["content"]["application/json"]["examples"]
        return {name: pretty(example["value"]) for name, example in examples.items()}

    @property
    def failures(self) -> list[dict[str, Any]]:
        """What can go wrong: the status, what it means, and the texts."""
        return [
            {
                "status": status,
                "meaning": answer["description"],
                "texts": [one["value"]["error"] for one in answer["content"]["application/json"]["examples"].values()],
            }
            for status, answer in self.operation["responses"].items()
            if status != "200"
        ]


def endpoints(document: dict[str, Any]) -> Iterator[Endpoint]:
    """Every operation, in the document's order."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or "x-alias" in operation:
                continue
            parameters = [
                resolve(document, one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]
            ]
            yield Endpoint(method.upper(), path, {**operation, "parameters": parameters}, document)


def resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points to."""
    for part in value.get("$ref", "#").split("/")[1:]:
        document = document[part]
    return document if "$ref" in value else value


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def inline(text: str) -> Markup:
    """Text with `code` in it."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def breakable(path: str) -> Markup:
    """A path that may be broken at its slashes on a narrow screen."""
    return Markup(str(escape(path)).replace("/", "/<wbr>"))  # noqa: S704 - escaped before


@cache
def sample(name: str) -> str:
    """A sample of the seed pages."""
    return (resources.files("promptreel.api") / "samples" / f"{name}.txt").read_text().rstrip()


def with_host(text: str, base: str) -> str:
    """A text of the seed pages with the reader's own host."""
    for host in SEED_HOSTS:
        text = text.replace(host, base)
    return text


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one page is about."""

    name: str
    title: str
    header: str
    """How a token is sent."""

    samples: Mapping[str, str]
    """Files by language."""

    statuses: Mapping[str, str]


PROMPTTOVIDEO = Dialect(
    "prompttovideo",
    "PromptToVideo",
    "Authorization: Bearer YOUR_TOKEN_HERE",
    {"Python": "prompttovideo-python", "JavaScript": "prompttovideo-javascript", "cURL": "prompttovideo-curl"},
    STATUSES,
)
POPVID = Dialect("popvid", "PopVid", "X-API-Key: Bearer YOUR_API_KEY", {"cURL": "popvid-curl"}, POPVID_STATUSES)


@cache
def operations(name: str) -> tuple[str, list[Endpoint]]:
    """A dialect's description, and its endpoints. Only for reading: the documents never change."""
    document = {"prompttovideo": prompttovideo_document, "popvid": popvid_document}[name]()
    return document["info"]["description"], list(endpoints(document))


async def overview(visit: Visit) -> Response:
    """GET /docs"""
    return await visit.render(
        "docs.html",
        sheets=("docs.css",),
        base=visit.base_url,
        tiers=TIERS.values(),
        dialects=[(dialect, operations(dialect.name)[1]) for dialect in (PROMPTTOVIDEO, POPVID)],
    )


async def prompttovideo(visit: Visit) -> Response:
    """GET /docs/prompttovideo"""
    return await one_dialect(visit, PROMPTTOVIDEO)


async def popvid(visit: Visit) -> Response:
    """GET /docs/popvid"""
    return await one_dialect(visit, POPVID)


async def one_dialect(visit: Visit, dialect: Dialect) -> Response:
    """The page of one dialect."""
    description, found = operations(dialect.name)
    return await visit.render(
        "docs_dialect.html",
        sheets=("docs.css",),
        base=visit.base_url,
        dialect=dialect,
        description=description,
        endpoints=found,
        samples={label: with_host(sample(name), visit.base_url) for label, name in dialect.samples.items()},
        inline=inline,
        breakable=breakable,
        tiers=TIERS.values(),
    )


ROUTES = [
    page("/docs", access="anyone", GET=overview),
    page("/docs/prompttovideo", access="anyone", GET=prompttovideo),
    page("/docs/popvid", access="anyone", GET=popvid),
]
