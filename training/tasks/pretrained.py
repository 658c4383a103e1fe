"""The start from ImageNet: bundled weights of an encoder."""

from safetensors.torch import load_file
from torch import nn

from models.contract.shelf.card import WEIGHTS_FILE
from models.nets.pretrained import HasPretrainedEncoder
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
