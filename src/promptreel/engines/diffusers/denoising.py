"""One call of a pipeline, told of step by step and stopped within one: a step of a large model takes ten seconds."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from promptreel.engines.diffusers.waiting import Tell
from promptreel.errors import EngineRefused


def run(pipe: Any, arguments: dict[str, Any], seed: int, tell: Tell) -> Any:
    """What the pipeline makes. The same seed makes the same noise on every device, since it is drawn on the processor.

    Errors: `EngineStopped` out of a step, `EngineRefused` for options that the pipeline has not, whatever it raises.
    """
    refuse_unknown(pipe, arguments)
    arguments = arguments | {"generator": torch.Generator("cpu").manual_seed(seed % (1 << 63))}
    done, told = 0, (0.0, "denoising")

    def step_done() -> None:
        nonlocal done, told
        done += 1
        most = max(done, len(pipe.scheduler.timesteps))
        told = done / most, f"denoising: {done} / {most}"
        tell(*told)

    with between_layers(pipe, lambda: tell(*told)):
        return called(pipe, arguments, step_done)


def called(pipe: Any, arguments: dict[str, Any], step_done: Callable[[], None]) -> Any:
    """What the pipeline makes, with `step_done` called after each step. Errors: those of both."""
    if "callback_on_step_end" in inspect.signature(pipe.__call__).parameters:

        def at_step_end(_pipe: Any, _number: int, _timestep: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
            step_done()
            return {}

        return pipe(**arguments, callback_on_step_end=at_step_end)
    with after_each_step(pipe.scheduler, step_done):
        return pipe(**arguments)


def refuse_unknown(pipe: Any, arguments: dict[str, Any]) -> None:
    """Errors: `EngineRefused` that names arguments of the operator's that the pipeline does not take."""
    taken = inspect.signature(pipe.__call__).parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in taken.values()):
        return
    if unknown := sorted(arguments.keys() - taken.keys()):
        raise EngineRefused(f"{type(pipe).__name__} takes no {', no '.join(unknown)}")


@contextmanager
def between_layers(pipe: Any, told: Callable[[], None]) -> Iterator[None]:
    """For the block, `told` is called before each of the many equal layers that make a step. Compiled ones are left alone."""
    layers = [
        layer
        for model in pipe.components.values()
        for layer in (model.modules() if getattr(model, "_repeated_blocks", None) else ())
        if type(layer).__name__ in model._repeated_blocks and layer._compiled_call_impl is None
    ]
    hooks = [layer.register_forward_pre_hook(lambda *_: told()) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def after_each_step(scheduler: Any, told: Callable[[], None]) -> Iterator[None]:
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
