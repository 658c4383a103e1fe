"""First weights of a network that are those of another one: of ImageNet's encoder, of a boundary model."""

from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from models.contract.shelf.card import WEIGHTS_FILE
from models.nets.pretrained import HasPretrainedEncoder
from models.nets.segmentation.click_refiner import ClickRefiner
from resources import path as shipped
from training.loop.error_messages import PlanRefusedError


def fill_pretrained_encoder(network: nn.Module) -> None:
    """Fill the encoder of ``network`` with the bundled ImageNet weights.

    Raises:
        PlanRefusedError: the network has no such encoder, or one of another shape.
    """
    if not isinstance(network, HasPretrainedEncoder):
        raise PlanRefusedError("This network has no pretrained start; plan it with init = none.")
    encoder = network.pretrained_encoder
    state = load_file(shipped("pretrained", "efficientnet_lite0", WEIGHTS_FILE))
    wanted = encoder.state_dict()
    try:
        encoder.load_state_dict({name: state[name].to(wanted[name].dtype) for name in wanted})
    except (KeyError, RuntimeError) as error:
        raise PlanRefusedError(
            "The bundled ImageNet weights are of another encoder; plan it with init = none."
        ) from error


def fill_from_boundary_model(network: ClickRefiner, folder: Path) -> None:
    """Fill a refiner with the weights of a published boundary model, where both have the same layers.

    Raises:
        PlanRefusedError: the encoders differ.
    """
    state = load_file(folder / WEIGHTS_FILE)
    own = network.state_dict()
    shared = {
        name: state[name].to(tensor.dtype)
        for name, tensor in own.items()
        if name in state and state[name].shape == tensor.shape
    }
    if any(name.startswith("encoder.") and name not in shared for name in own):
        raise PlanRefusedError(
            "A refiner starts from a boundary model with the same encoder, or from ImageNet."
        )
    network.load_state_dict({**own, **shared})
