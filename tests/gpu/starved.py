"""An engine for the process of a worker: the real one, on a card without room."""

from typing import Any

import torch

from promptreel.engine_config import DiffusersConfig
from promptreel.engines.diffusers import DiffusersEngine, denoising


class Starved(DiffusersEngine):
    """Memory runs out in the first so many passes."""

    def __init__(self, times: int, **settings: Any) -> None:
        super().__init__(DiffusersConfig(kind="diffusers", **settings))
        run, left = denoising.run, times

        def running(*arguments: Any) -> Any:
            nonlocal left
            if left:
                left -= 1
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return run(*arguments)

        denoising.run = running
