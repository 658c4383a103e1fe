"""How much memory the training needs, and by which errors it says that there is no more."""

import sys

import torch

_ALLOCATION_FAILURES = ("DefaultCPUAllocator", "out of memory", "_STATUS_ALLOC_FAILED")
"""What torch's CPU allocator, the CUDA runtime, cuBLAS and cuDNN write when an allocation fails."""
_DEVICE_FAILURES = ("CUDA error", "CUDA driver", "cuDNN error", "CUBLAS_STATUS", "NCCL error")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether less work at once could have avoided this error."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _ALLOCATION_FAILURES)


def is_device_lost(error: BaseException) -> bool:
    """Whether the graphics processor failed, rather than the computation on it."""
    if is_out_of_memory(error) or not isinstance(error, RuntimeError):
        return False
    return any(words in str(error) for words in _DEVICE_FAILURES)


def peak_memory_bytes(device: torch.device) -> int:
    """The most this process needed so far on the device that computes."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    # The module exists on POSIX systems only.
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kibibytes everywhere but on macOS, where getrusage counts bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def let_go(device: torch.device) -> None:
    """Give what torch keeps for later back to the system before less is asked for."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
