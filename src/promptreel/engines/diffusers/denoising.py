"""One call of a pipeline, told of and stopped step by step."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from promptreel.engines.diffusers.waiting import Tell
from promptreel.errors import EngineFailed


def run(pipe: Any, arguments: dict[str, Any], seed: int, tell: Tell) -> Any:
    """What the pipeline makes. The same seed makes the same noise on every device, since it is drawn on the processor.

    Errors: `EngineStopped` out of a step, `EngineFailed` for options that the pipeline has not, whatever it raises.
    """
    refuse_unknown(pipe, arguments)
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


def refuse_unknown(pipe: Any, arguments: dict[str, Any]) -> None:
    """Errors: `EngineFailed` that names arguments of the operator's that the pipeline does not take."""
    taken = inspect.signature(pipe.__call__).parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in taken.values()):
        return
    if unknown := sorted(arguments.keys() - taken.keys()):
        raise EngineFailed(f"{type(pipe).__name__} takes no {', no '.join(unknown)}")


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
