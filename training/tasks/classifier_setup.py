"""A classifier made ready for training: inputs standardised, weights opened up, heads attached."""

import math

import torch
from torch import nn

from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.classification.mambavision import TokenBlock
from models.nets.classification.score_network import ScoreNetwork
from models.nets.layers.convnext import ConvNeXtBlock
from training.inputs.lesion_table import LesionTable, standardisation
from training.tasks.auxiliary_heads import ClassifierWithAuxiliaryHeads

_FIRST_LAYER_SCALE = 0.3
"""Where layer scales start: the papers' 1e-6 and 1e-5 are meant for runs many times longer than ours."""

_SCORE_DEVIATION = 0.02
"""Of the last weights, so that every first score is near one half."""


def classifier_with_auxiliary_heads(core: ScoreNetwork, table: LesionTable) -> ClassifierWithAuxiliaryHeads:
    """``core`` with extra heads and, if it reads a table, the training images' mean and deviation."""
    with torch.no_grad():
        if isinstance(core, FusedClassifier):
            mean, deviation = standardisation(table.numeric[:, 0])
            core.table.features.numeric_mean.copy_(torch.from_numpy(mean))
            core.table.features.numeric_std.copy_(torch.from_numpy(deviation))
        for module in core.modules():
            _open_up(module)
        nn.init.normal_(core.last_layer.weight, std=_SCORE_DEVIATION)
    return ClassifierWithAuxiliaryHeads(core)


def disable_unseen_inputs(core: ScoreNetwork) -> None:
    """Make numbers that were missing in every training image count as missing for good.

    Their slopes and biases were never taught, so a value (a size in millimetres once an image is
    calibrated, say) would move the score at random. Such numbers have no deviation in the training table.
    A network that reads no table is left as it is.
    """
    if not isinstance(core, FusedClassifier):
        return
    features = core.table.features
    untaught = (features.numeric_mean == 0.0) & (features.numeric_std == 1.0)
    with torch.no_grad():
        features.slope[untaught] = 0.0
        features.bias[untaught] = features.missing[untaught]


def _open_up(module: nn.Module) -> None:
    """Draw linear maps and convolutions so that they keep the variance of their input.

    The architecture's own deviation of 0.02 leaves every block almost silent, which a few thousand
    steps do not make up for. The scans' own parameters are no linear maps and stay as drawn.
    """
    if isinstance(module, nn.Linear | nn.Conv2d):
        inputs = module.weight[0].numel()
        nn.init.trunc_normal_(module.weight, std=1 / math.sqrt(inputs))
    elif isinstance(module, ConvNeXtBlock):
        module.scale.fill_(_FIRST_LAYER_SCALE)
    elif isinstance(module, TokenBlock):
        for scale in (module.scale_mixer, module.scale_network):
            if scale is not None:
                scale.fill_(_FIRST_LAYER_SCALE)
