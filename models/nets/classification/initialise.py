"""First weights of the classifier; the scans keep the step sizes and decays they drew for themselves."""

from torch import nn

from models.nets.layers.position import PositionEmbedding
from models.nets.layers.tabular_encoder import FeatureTokens

_DEVIATION = 0.02


def draw_weights(model: nn.Module) -> None:
    """Draw weights of linear maps, convolutions and tokens with deviation 0.02; biases start at zero.

    A scan's step size lives in plain parameters of SS2D, which this walk never touches: redrawn, every
    step would start near 0.7 instead of 0.001 to 0.1 and the state would forget within two tokens.
    """
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.trunc_normal_(module.weight, std=_DEVIATION)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, FeatureTokens):
            _draw_tokens(module)
        elif isinstance(module, PositionEmbedding):
            nn.init.normal_(module.grid, std=_DEVIATION)


def _draw_tokens(tokens: FeatureTokens) -> None:
    """Draw biases too: they tell the features apart, as an embedding of the column would."""
    for weight in tokens.parameters():
        nn.init.trunc_normal_(weight, std=_DEVIATION)
