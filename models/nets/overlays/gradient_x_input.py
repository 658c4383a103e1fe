"""Gradient x input with frozen decisions: how much each place added to, or took from, the answer."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.nets.explainable import Cut, Divisible
from models.nets.overlays.frozen import Tape, frozen


class Relevance(NamedTuple):
    """An answer, split into what put it together."""

    answer: Tensor
    """(B,) logit, or sum of the logits over the lesion."""
    by_place: Tensor
    """(B, h, w) share of each place of the finest grid, signed."""
    elsewhere: Tensor
    """(B,) share of biases, positions and metadata; with all places it sums to the answer."""

    @property
    def gap(self) -> Tensor:
        """What is lost or made up in the split, as a share of the largest part, (B,)."""
        places = self.by_place.sum(dim=(1, 2))
        largest = torch.stack([self.answer.abs(), places.abs(), self.elsewhere.abs()]).amax(dim=0)
        return (places + self.elsewhere - self.answer).abs() / largest.clamp(min=1e-12)


def gradient_x_input(network: Divisible, images: Tensor, *table: Tensor) -> Tensor:
    """Return each place's share of the answer, (B, h, w); above zero speaks for it."""
    cut = network.cut(images, *table)
    with frozen():
        _, shares = _answer_and_shares(cut)
    return together(shares)


def relevance(network: Divisible, images: Tensor, *table: Tensor) -> Relevance:
    """Split the answer completely, to check that nothing is lost.

    What is left is found by taking the very same decisions once more, for features that are all zero.
    """
    cut, tape = network.cut(images, *table), Tape()
    with frozen(tape.record):
        answer, shares = _answer_and_shares(cut)
    with torch.no_grad(), frozen(tape.replay):
        elsewhere = cut.answer([torch.zeros_like(source) for source in cut.sources])
    return Relevance(answer, together(shares), elsewhere)


def _answer_and_shares(cut: Cut) -> tuple[Tensor, list[Tensor]]:
    """The answer (B,) and what each place of each source put into it, (B, h, w) each."""
    with torch.enable_grad():
        leaves = [source.detach().requires_grad_() for source in cut.sources]
        answer = cut.answer(leaves)
        slopes = torch.autograd.grad(answer.sum(), leaves)
    shares = [(leaf * slope).sum(dim=-1).detach() for leaf, slope in zip(leaves, slopes, strict=True)]
    return answer.detach(), shares


def together(shares: list[Tensor]) -> Tensor:
    """Add maps (B, h, w) of several grids on the finest; a coarse place is spread evenly, sums are kept."""
    height, width = max((tuple(share.shape[1:]) for share in shares), key=lambda grid: grid[0] * grid[1])
    total = shares[0].new_zeros(len(shares[0]), height, width)
    for share in shares:
        cells = (height // share.shape[1]) * (width // share.shape[2])
        spread = functional.interpolate(share[:, None], (height, width), mode="nearest")[:, 0]
        total += spread / cells
    return total
