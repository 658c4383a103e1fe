"""Gradient x input with frozen decisions: how much each token added to, or took from, the logit."""

from typing import NamedTuple

import torch
from torch import Tensor

from models.nets.classification.mambaderm import MambaDerm
from models.nets.overlays.frozen import frozen_score


class Relevance(NamedTuple):
    """A logit, split into what put it together."""

    logit: Tensor
    """(B,) malignancy logit."""
    by_token: Tensor
    """(B, h, w) share of each local token, signed."""
    elsewhere: Tensor
    """(B,) share of biases, positions and metadata; with all tokens it sums to the logit."""


def gradient_x_input(network: MambaDerm, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return each token's share of the logit, (B, h, w); above zero speaks for malignancy."""
    local, table, normed_table = _inputs(network, images, numeric, categorical)
    with torch.enable_grad():
        local.requires_grad_()
        score = frozen_score(network, local, table, normed_table)[:, 0].sum()
        (slope,) = torch.autograd.grad(score, local)
    return (local * slope).sum(dim=-1).detach()


def relevance(network: MambaDerm, images: Tensor, numeric: Tensor, categorical: Tensor) -> Relevance:
    """Split one sample's logit completely, to check that nothing is lost; inputs with B = 1."""
    local, table, normed_table = _inputs(network, images, numeric, categorical)
    with torch.enable_grad():
        sources = [local, table, normed_table, *_additive_parameters(network)]
        for source in (local, table, normed_table):
            source.requires_grad_()
        logit = frozen_score(network, local, table, normed_table)[:, 0]
        slopes = torch.autograd.grad(logit.sum(), sources, allow_unused=True)
    shares = [
        (source * slope).detach() for source, slope in zip(sources, slopes, strict=True) if slope is not None
    ]
    elsewhere = torch.stack([share.sum() for share in shares[1:]]).sum()
    return Relevance(logit.detach(), shares[0].sum(dim=-1), elsewhere[None])


@torch.no_grad()
def _inputs(
    network: MambaDerm, images: Tensor, numeric: Tensor, categorical: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Local tokens, metadata tokens, and these as the attention reads them."""
    table = network.table(numeric, categorical)
    local = network.local_tokens(*network.stem(images))
    return local, table, network.fusion.attention.norm_table(table)


def _additive_parameters(network: MambaDerm) -> list[Tensor]:
    """What is added on the way from the tokens to the score; those that only decide get no gradient."""
    return [
        parameter
        for name, parameter in network.named_parameters()
        if name.endswith("bias") or name.startswith("position")
    ]
