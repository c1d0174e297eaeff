"""What errors of torch mean for a job, and for the process it ran in."""

import torch

from promptreel.errors import EngineBroken, EngineFailed, PromptreelError

FATAL = (
    "CUDA error",
    "device-side assert",
    "CUDA driver",
    "driver shutting down",
    "unspecified launch failure",
    "MPS backend",
)
"""In errors after which every further call of the device fails too: only a new process gets it back."""


NO_PICTURE = "the model made no picture: its numbers are too large for this precision; set dtype"
"""What is said of frames that are no numbers: they would be a black film."""


def out_of_memory(error: BaseException) -> bool:
    """Whether the device had no room left: what it has may be enough when memory is saved."""
    # cuBLAS and cuDNN say the same in words of their own when they find no room for their workspace.
    words = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(each in str(error) for each in words)
    )


def fatal(error: BaseException) -> bool:
    """Whether the device answers this process no more."""
    if out_of_memory(error):
        return False
    return isinstance(error, torch.AcceleratorError) or (
        isinstance(error, RuntimeError) and any(each in str(error) for each in FATAL)
    )


def as_failure(error: Exception) -> Exception:
    """The error as it is told: ours as they are, the device's in words, others as they are (they are bugs)."""
    if isinstance(error, PromptreelError):
        return error
    if out_of_memory(error):
        return EngineFailed("the model does not fit into the memory of the card, however much of it is saved")
    if fatal(error):
        return EngineBroken(f"the card failed: {str(error).splitlines()[0]}")
    return error
