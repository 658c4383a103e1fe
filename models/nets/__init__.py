"""The networks, in torch: `layers` shared, `segmentation` and `classification` one architecture per file.

May import torch and numba; never training or app. A new architecture is one file and one line in CATALOGUE.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from models.contract.shelf.card import ModelTask
from models.nets.classification.mambaderm import MambaDerm, mambaderm_lite, mambaderm_tiny
from models.nets.classification.mambaderm_efficient import MambaDermEfficient, mambaderm_efficient_tiny
from models.nets.classification.mambaderm_hierarchical import (
    mambaderm_hierarchical,
    mambaderm_hierarchical_lite,
    mambaderm_hierarchical_tiny,
)
from models.nets.classification.mambavision import (
    mambavision_3m,
    mambavision_22m,
    mambavision_86m,
    mambavision_b,
    mambavision_l,
    mambavision_l2,
    mambavision_s,
    mambavision_t,
    mambavision_t2,
    mambavision_tiny,
)
from models.nets.classification.medmamba import (
    medmamba_b,
    medmamba_b_code,
    medmamba_s,
    medmamba_s_code,
    medmamba_t,
    medmamba_tiny,
)
from models.nets.segmentation.click_refiner import ClickRefiner, click_refiner_tiny
from models.nets.segmentation.dermomamba import DermoMamba, dermomamba_tiny
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient, dermomamba_efficient_tiny
from models.nets.segmentation.dermomamba_lean import DermoMambaLean
from models.nets.segmentation.mamba_unet import MambaUNet, mamba_unet_small, mamba_unet_tiny
from models.nets.segmentation.unet import UNet, unet_tiny


@dataclass(frozen=True)
class Architecture:
    """A network that can be built by its name."""

    name: str
    task: ModelTask
    make: Callable[..., nn.Module]


CATALOGUE: tuple[Architecture, ...] = (
    Architecture("dermomamba", "segmentation", DermoMamba),
    Architecture("dermomamba_lean", "segmentation", DermoMambaLean),
    Architecture("dermomamba_tiny", "segmentation", dermomamba_tiny),
    Architecture("dermomamba_efficient", "segmentation", DermoMambaEfficient),
    Architecture("dermomamba_efficient_tiny", "segmentation", dermomamba_efficient_tiny),
    Architecture("mamba_unet", "segmentation", MambaUNet),
    Architecture("mamba_unet_small", "segmentation", mamba_unet_small),
    Architecture("mamba_unet_tiny", "segmentation", mamba_unet_tiny),
    Architecture("unet", "segmentation", UNet),
    Architecture("unet_tiny", "segmentation", unet_tiny),
    Architecture("click_refiner", "refinement", ClickRefiner),
    Architecture("click_refiner_tiny", "refinement", click_refiner_tiny),
    Architecture("mambaderm", "classification", MambaDerm),
    Architecture("mambaderm_lite", "classification", mambaderm_lite),
    Architecture("mambaderm_tiny", "classification", mambaderm_tiny),
    Architecture("mambaderm_efficient", "classification", MambaDermEfficient),
    Architecture("mambaderm_efficient_tiny", "classification", mambaderm_efficient_tiny),
    Architecture("mambaderm_hierarchical", "classification", mambaderm_hierarchical),
    Architecture("mambaderm_hierarchical_lite", "classification", mambaderm_hierarchical_lite),
    Architecture("mambaderm_hierarchical_tiny", "classification", mambaderm_hierarchical_tiny),
    Architecture("mambavision_t", "classification", mambavision_t),
    Architecture("mambavision_t2", "classification", mambavision_t2),
    Architecture("mambavision_s", "classification", mambavision_s),
    Architecture("mambavision_b", "classification", mambavision_b),
    Architecture("mambavision_l", "classification", mambavision_l),
    Architecture("mambavision_l2", "classification", mambavision_l2),
    Architecture("mambavision_3m", "classification", mambavision_3m),
    Architecture("mambavision_22m", "classification", mambavision_22m),
    Architecture("mambavision_86m", "classification", mambavision_86m),
    Architecture("mambavision_tiny", "classification", mambavision_tiny),
    Architecture("medmamba_t", "classification", medmamba_t),
    Architecture("medmamba_t_code", "classification", medmamba_t),
    Architecture("medmamba_s", "classification", medmamba_s),
    Architecture("medmamba_s_code", "classification", medmamba_s_code),
    Architecture("medmamba_b", "classification", medmamba_b),
    Architecture("medmamba_b_code", "classification", medmamba_b_code),
    Architecture("medmamba_tiny", "classification", medmamba_tiny),
)
"""Every architecture a model card may name."""


def build(name: str, **arguments: Any) -> nn.Module:  # noqa: ANN401  each architecture has its own arguments
    """Build the architecture of that name with freshly drawn weights."""
    for architecture in CATALOGUE:
        if architecture.name == name:
            return architecture.make(**arguments)
    known = ", ".join(architecture.name for architecture in CATALOGUE)
    raise ValueError(f"There is no architecture named {name}; known are {known}.")
