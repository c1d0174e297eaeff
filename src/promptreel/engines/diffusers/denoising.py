"""One call of a pipeline, told of and stopped step by step."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from promptreel.engines.diffusers.waiting import Tell


def run(pipe: Any, arguments: dict[str, Any], seed: int, tell: Tell) -> Any:
    """What the pipeline makes. The same seed makes the same noise on every device, since it is drawn on the processor.

    Errors: `EngineStopped` out of a step, and whatever the pipeline raises.
    """
    arguments = arguments | {"generator": torch.Generator("cpu").manual_seed(seed % (1 << 63))}
    done = 0

    def step_done() -> None:
        nonlocal done
        done += 1
        most = max(done, len(pipe.scheduler.timesteps))
        tell(done / most, f"denoising: {done} / {most}")

    if "callback_on_step_end" in inspect.signature(pipe.__call__).parameters:

        def at_step_end(_pipe: Any, _number: int, _timestep: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
            step_done()
            return {}

        return pipe(**arguments, callback_on_step_end=at_step_end)
    with after_each_step(pipe.scheduler, step_done):
        return pipe(**arguments)


@contextmanager
def after_each_step(scheduler: Any, told: Any) -> Iterator[None]:
    """For the block, `told` is called after each step of the scheduler: pipelines without a callback have that in common."""
    step = scheduler.step

    def stepping(*args: Any, **kwargs: Any) -> Any:
        result = step(*args, **kwargs)
        told()
        return result

    scheduler.step = stepping
    try:
        yield
    finally:
        del scheduler.step
