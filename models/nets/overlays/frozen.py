"""The classifier with its decisions frozen: the score as an affine function of the local tokens.

Everything that decides (step, B and C of every scan, gates, attention weights, the deviation a norm divides
by, the slope of an activation) is taken as it came out and given no gradient. What remains multiplies and
adds, so the score is exactly the sum of what each token and each bias put in: MambaLRP (arXiv 2406.07592).
Values are those of the ordinary forward pass; only gradients differ.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.classification.fusion import MetadataFusion, ScoreHead
from models.nets.classification.mambaderm import MambaDerm
from models.nets.layers.selective_scan import selective_scan
from models.nets.layers.ss2d import DIRECTIONS, SS2D
from models.nets.layers.vss import VSSLayer


def frozen_score(network: MambaDerm, local: Tensor, table: Tensor, normed_table: Tensor) -> Tensor:
    """Return logits (B, outputs) from local tokens (B, h, w, C) and metadata tokens (B, T, C)."""
    context = network.placed(local)
    for layer in network.context:
        assert isinstance(layer, VSSLayer)
        context = _layer(layer, context)
    context = _norm(network.norm_context, context)
    gate = network.gate(local, context).detach()
    tokens = (gate * local + (1.0 - gate) * context).flatten(1, 2)
    return _head(network.head, _fusion(network.fusion, tokens, normed_table), table)


def _layer(layer: VSSLayer, tokens: Tensor) -> Tensor:
    tokens = tokens + _ss2d(layer.block.ss2d, _norm(layer.block.norm, tokens))
    expand, _, _, contract, _ = layer.mlp
    refined: Tensor = tokens + contract(_gelu(expand(_norm(layer.norm, tokens))))
    return refined


def _ss2d(ss2d: SS2D, tokens: Tensor) -> Tensor:
    x, gate = ss2d.in_proj(tokens).chunk(2, dim=-1)
    x = ss2d.conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    x = x * torch.sigmoid(x).detach()
    decay = -torch.exp(ss2d.a_log.detach().float())
    y = selective_scan(
        x,
        ss2d.selectivity(x.detach()).detach(),
        ss2d.delta_weight.detach(),
        ss2d.delta_bias.detach(),
        decay,
        ss2d.skip.detach(),
        DIRECTIONS,
    )
    mixed: Tensor = ss2d.out_proj(_norm(ss2d.norm, y) * functional.silu(gate).detach())
    return mixed


def _fusion(fusion: MetadataFusion, tokens: Tensor, normed_table: Tensor) -> Tensor:
    weights = fusion.attention.weights(tokens, normed_table).detach()
    return _norm(fusion.norm, tokens + fusion.attention.gathered(weights, normed_table))


def _head(head: ScoreHead, fused: Tensor, table: Tensor) -> Tensor:
    pooled = torch.cat([fused.mean(dim=1), table[:, 0]], dim=-1)
    reduced = _gelu(_norm(head.norm_reduce, head.reduce(pooled)))
    logits: Tensor = head.score(_gelu(_norm(head.norm_refine, head.refine(reduced))))
    return logits


def _norm(norm: nn.LayerNorm, x: Tensor) -> Tensor:
    """Layer norm that divides by a constant; the mean stays, it is linear."""
    centred = x - x.mean(dim=-1, keepdim=True)
    scale = (centred.square().mean(dim=-1, keepdim=True) + norm.eps).rsqrt().detach()
    return centred * scale * norm.weight + norm.bias


def _gelu(x: Tensor) -> Tensor:
    share = 0.5 * (1.0 + torch.erf(x * math.sqrt(0.5)))
    return x * share.detach()
