"""Which kernel carries out the selective scan on each device of this machine."""

from importlib.util import find_spec

import torch


def scan_kernels() -> dict[str, str]:
    """Words by device, as the selective scan chooses; "graphics card" only with CUDA."""
    threads = torch.get_num_threads()
    found = {"processor": f"own kernel compiled by Numba, {threads} thread{'s' if threads > 1 else ''}"}
    if torch.cuda.is_available():
        found["graphics card"] = f"{torch.cuda.get_device_name()}: {_cuda_kernel()}"
    return found


def _cuda_kernel() -> str:
    if find_spec("mamba_ssm") is not None:
        return "mamba-ssm"
    return "own kernels compiled by Triton" if find_spec("triton") is not None else "none installed"
