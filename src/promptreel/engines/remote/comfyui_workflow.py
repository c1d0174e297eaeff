"""A workflow of ComfyUI's, as its editor exports it for the API, with placeholders such as `{{prompt}}` in its values."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from promptreel.engine_config import RemoteConfig
from promptreel.errors import EngineFailed

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")

PICTURES = ("image", "last_image")

NAMES = frozenset(
    ("prompt", "negative_prompt", "seed", "width", "height", "frames", "fps", "steps", "guidance", "guidance_2", "job")
    + PICTURES
)
"""What can be filled in; besides these, the names of a preset's `options`."""

FROM_PRESETS = ("steps", "guidance", "guidance_2")
"""Those that nobody but the operator knows."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """Its nodes by their ids, and the names of all placeholders in them."""

    name: str
    nodes: Mapping[str, Mapping[str, Any]]
    names: frozenset[str]

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The nodes with `values` in the places of their placeholders. Errors: `EngineFailed` for one without a value."""
        for name in sorted(self.names):
            if values.get(name) is None:
                raise EngineFailed(f"{self.name} needs {{{{{name}}}}}, and there is none")
        return {id: {**node, "inputs": filled(node["inputs"], values)} for id, node in self.nodes.items()}

    @property
    def classes(self) -> frozenset[str]:
        """The classes of its nodes."""
        return frozenset(node["class_type"] for node in self.nodes.values())


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """`value` with placeholders replaced, however deep they are. One that is all of a string becomes the value itself, with
    its type; among other text it becomes text. What was filled in is not looked at again.
    """
    if isinstance(value, dict):
        return {name: filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    if not isinstance(value, str):
        return value
    if whole := PLACEHOLDER.fullmatch(value.strip()):
        return values[whole[1]]
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), value)


def placeholders(value: Any) -> Iterator[str]:
    """The names of all placeholders in `value`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from placeholders(each)
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)


@cache
def read(path: str) -> Workflow:
    """The workflow in a file, read once. Errors: `EngineFailed`, which names the file."""
    name = Path(path).name
    try:
        nodes = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineFailed(f"{name} cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise EngineFailed(f"{name} is no JSON ({error})") from None
    if not isinstance(nodes, dict) or not nodes:
        raise EngineFailed(f"{name} holds no nodes")
    if isinstance(nodes.get("nodes"), list):
        raise EngineFailed(f"{name} is in the editor's own format: export it with Workflow → Export (API)")
    for id, node in nodes.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            raise EngineFailed(f"{name}: {id} is no node: it has no class_type")
        if not isinstance(node.setdefault("inputs", {}), dict):
            raise EngineFailed(f"{name}: the inputs of node {id} are no object")
    names = frozenset(found for node in nodes.values() for found in placeholders(node["inputs"]))
    return Workflow(name, nodes, names)


def of(config: RemoteConfig) -> Workflow:
    """The engine's workflow, which fits what its table says. Errors: `EngineFailed`, which names the file and what to do."""
    workflow = read(config.workflow)
    for wrong in mistakes(config, workflow.names):
        raise EngineFailed(f"{workflow.name}: {wrong}")
    return workflow


def mistakes(config: RemoteConfig, names: frozenset[str]) -> Iterator[str]:
    """What does not fit between an engine's table and the placeholders of its workflow. Told when the engine starts, as a
    video would only fail of it, or silently show something else.
    """
    presets = list(config.presets.values())
    options = {name for preset in presets for name in preset.options}
    for name in sorted(names - NAMES - options):
        yield f"nothing is known of {{{{{name}}}}}; there is {', '.join(sorted(NAMES | options))}"
    if "prompt" not in names:
        yield "there is no {{prompt}} in it"
    for name in sorted(options - names):
        yield f"a preset's option {name} is nowhere in it"
    for name in PICTURES:
        if name in config.supports and name not in names:
            yield f"supports says {name}, and there is no {{{{{name}}}}} in it"
    if "image" in names and {"text", "image"} & set(config.supports) != {"image"}:
        yield 'it needs a picture, so supports must say "image" and not "text"'
    if "last_image" in names and "last_image" not in config.supports:
        yield 'it needs a last picture, so supports must say "last_image"'
    for name in FROM_PRESETS:
        if name in names and (not presets or any(getattr(preset, name) is None for preset in presets)):
            yield f"each preset has to say {name} for {{{{{name}}}}}"
