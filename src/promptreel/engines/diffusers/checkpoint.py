"""A model's files: found in a folder or in the hub's cache, or downloaded into that; and looked at before they are used.

Only weights in safetensors are taken, and only classes of diffusers and transformers: a checkpoint is data and runs no
code of its own.
"""

import json
import math
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import structlog

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers.waiting import Background, Tell
from promptreel.errors import EngineFailed, EngineStopped

log = structlog.get_logger()

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
LIBRARIES = ("diffusers", "transformers", "ltx2")
"""The last is a part of diffusers: models of LTX 2 name it so."""
INDEX = "model_index.json"
DATA = ("json", "txt", "model", "jinja", "safetensors")
"""Endings of the files that are asked for: no pickle, no Python."""
VARIANTS = ("*.fp16.*", "*.fp32.*", "*.bf16.*", "*.fp8.*")
"""The same weights once more in another precision."""


def find(config: DiffusersConfig, tell: Tell) -> Path:
    """The folder with all files of the model. Errors: `EngineFailed` that says what is missing, `EngineStopped`."""
    folder = Path(config.model).expanduser()
    if not folder.is_dir():
        folder = from_hub(config, tell)
    if absent := missing(folder):
        raise EngineFailed(f"{name_of(config)} is not whole: there is no {', no '.join(absent)}")
    return folder


def name_of(config: DiffusersConfig) -> str:
    """The model as callers may read of it: its id, or the last part of its folder's path."""
    return config.model if HUB_ID.fullmatch(config.model) else Path(config.model).name


# -- what is in it -----------------------------------------------------------------------------------------------------


def index(folder: Path) -> dict[str, Any]:
    """What the checkpoint says it is made of. Errors: `EngineFailed`, also for one that wants to bring classes along."""
    try:
        found: dict[str, Any] = json.loads((folder / INDEX).read_bytes())
    except (OSError, ValueError) as error:
        raise EngineFailed(f"what is set as the model has no readable {INDEX}: it is none of diffusers") from error
    foreign = {name: entry[0] for name, entry in components(found).items() if entry[0] not in LIBRARIES}
    if foreign or not isinstance(found.get("_class_name"), str):
        raise EngineFailed(f"the model brings code of its own, which is never run: {foreign or found['_class_name']}")
    return found


def components(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Library and class of each component that the checkpoint has."""
    return {
        name: (str(entry[0]), str(entry[1]))
        for name, entry in found.items()
        if isinstance(entry, list) and len(entry) == 2 and entry[0] is not None and not name.startswith("_")
    }


def missing(folder: Path) -> list[str]:
    """Files that should be there and are not."""
    absent = []
    for name in components(index(folder)):
        part = folder / name
        if not part.is_dir():
            absent.append(f"{name}/")
        elif (part / "config.json").is_file():  # a model, so it has weights
            absent += missing_weights(part)
    return absent


def missing_weights(part: Path) -> list[str]:
    """Of one component: shards that its index names, or the one file."""
    for listing in part.glob("*.safetensors.index.json"):
        names = sorted(set(json.loads(listing.read_bytes())["weight_map"].values()))
        return [f"{part.name}/{name}" for name in names if not (part / name).is_file()]
    return [] if any(part.glob("*.safetensors")) else [f"{part.name}/*.safetensors"]


def parameters(folder: Path) -> dict[str, int]:
    """How many numbers each component's weights are: read from the heads of the files, not from the weights."""
    return {
        name: sum(math.prod(shape) for file in sorted((folder / name).glob("*.safetensors")) for shape in shapes(file))
        for name in components(index(folder))
    }


def shapes(file: Path) -> Iterator[list[int]]:
    """Shapes of a safetensors file's tensors: it begins with the length of its head, and that is JSON.

    Errors: `EngineFailed` for a file that is cut off.
    """
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            head = json.loads(opened.read(length))
    except (struct.error, ValueError) as error:
        raise EngineFailed(f"{file.parent.name}/{file.name} is damaged") from error
    yield from (tensor["shape"] for name, tensor in head.items() if name != "__metadata__")


# -- the hub -----------------------------------------------------------------------------------------------------------


def from_hub(config: DiffusersConfig, tell: Tell) -> Path:
    """The model's folder in the hub's cache; what is not there is downloaded, unless that is switched off.

    Errors: `EngineFailed`, `EngineStopped`.
    """
    from huggingface_hub import constants

    if not HUB_ID.fullmatch(config.model):
        # Where an operator keeps models is nothing to tell callers.
        raise EngineFailed(f"there is no folder {name_of(config)}, and it is no id of the hub")
    offline = config.offline or constants.HF_HUB_OFFLINE
    folder = snapshot(config, [INDEX], tell, offline=offline)
    wanted = [f"{name}/*.{ending}" for name in components(index(folder)) for ending in DATA]
    return snapshot(config, [INDEX, *wanted], tell, offline=offline)


def snapshot(config: DiffusersConfig, files: list[str], tell: Tell, *, offline: bool) -> Path:
    """Those files, in the cache. Errors: as above."""
    from huggingface_hub import constants, errors, snapshot_download

    download = Download()

    def work() -> str:
        wanted: dict[str, Any] = {
            "revision": config.revision or None,
            "allow_patterns": files,
            "ignore_patterns": list(VARIANTS),
            "local_files_only": offline,
        }
        # What is to come, counted before: the library's own count grows with every file that begins.
        with suppress(errors.DryRunError):
            found = snapshot_download(config.model, dry_run=True, **wanted)
            download.all = sum(each.file_size or 0 for each in found if each.will_download)
        return str(snapshot_download(config.model, tqdm_class=download.bar, **wanted))

    running = Background(work)
    try:
        running.wait(lambda: download.tell(tell))
        return Path(running.result())
    except EngineStopped:
        download.stop()
        running.wait()  # it ends with the next bytes; nothing is downloaded unseen
        raise
    except errors.GatedRepoError as error:
        raise EngineFailed(
            f"the hub gives {config.model} only to who agreed to its licence there: set HF_TOKEN to the token of an account"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise EngineFailed(f"{config.model} has no revision {config.revision}") from error
    except errors.RepositoryNotFoundError as error:
        raise EngineFailed(f"the hub has no {config.model}, or not for everyone: set HF_TOKEN") from error
    except errors.LocalEntryNotFoundError as error:
        # Also what a part of a download is, left from before.
        why = "and the engine is set offline" if offline else "and the hub cannot be reached"
        at = f" at {config.revision}" if config.revision else ""
        log.warning("model_not_in_cache", model=config.model, cache=constants.HF_HUB_CACHE, offline=offline)
        raise EngineFailed(f"{config.model}{at} is not (or not whole) in the hub's cache, {why}") from error
    except errors.HfHubHTTPError as error:
        raise EngineFailed(f"the hub did not give {config.model}: {type(error).__name__}") from error


class Download:
    """Bytes that came, counted over all files; `bar` is what the hub's own library counts them with."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self.came = 0.0
        self.all = 0.0
        counts = self

        class Bar:
            """As much of a progress bar as the hub's library asks for. Only the one that counts bytes on disk counts."""

            def __init__(self, *_: Any, total: float | None = None, desc: str = "", unit: str = "", **__: Any) -> None:
                self._counts = unit == "B" and "Downloading" not in desc
                self.total = total
                self.n = 0.0

            def update(self, count: float | None = 1) -> None:
                if counts._stopped.is_set():
                    raise EngineStopped
                self.n += count or 0
                if self._counts:
                    counts.came = self.n

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def __getattr__(self, name: str) -> Any:
                return lambda *_, **__: None  # how it looks: nobody sees it

        self.bar = Bar

    def stop(self) -> None:
        """End the download at its next bytes; what came is kept for the next time."""
        self._stopped.set()

    def tell(self, tell: Tell) -> None:
        """Say how far it is. Errors: `EngineStopped`."""
        if self.all:
            tell(
                min(1.0, self.came / self.all),
                f"downloading the model: {self.came / 1e9:.1f} / {self.all / 1e9:.1f} GB",
            )
        else:
            tell(0.0, "looking for the model")
