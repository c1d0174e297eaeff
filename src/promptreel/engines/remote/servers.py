"""Which class speaks with which servers."""

import importlib

from promptreel.engine_config import RemoteConfig
from promptreel.engines.remote import comfyui_workflow
from promptreel.engines.remote.protocol import RemoteProtocol
from promptreel.engines.remote.wire import Wire

SPEAKERS = {
    "comfyui": "promptreel.engines.remote.comfyui:ComfyUI",
    "lightx2v": "promptreel.engines.remote.lightx2v:LightX2V",
}
"""By protocol; all others are kinds of the same."""

OPENAI_SHAPED = "promptreel.engines.remote.openai_shaped:OpenAIShaped"


def check_table(config: RemoteConfig) -> None:
    """See that what the engine's table names is there. Errors: `EngineFailed`."""
    if config.protocol == "comfyui":
        comfyui_workflow.of(config)


def connected(config: RemoteConfig, index: int) -> RemoteProtocol:
    """The server of that number. Nothing is sent yet. Each class takes (wire, config, index)."""
    module, _, name = SPEAKERS.get(config.protocol, OPENAI_SHAPED).partition(":")
    speaker: RemoteProtocol = getattr(importlib.import_module(module), name)(Wire(config, index), config, index)
    return speaker
