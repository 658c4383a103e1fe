import torch
from torch import Tensor, nn

from models.nets.classification.mambaderm import MambaDerm
from models.nets.overlays.frozen import frozen_score
from models.nets.overlays.gradient_x_input import gradient_x_input, relevance


def trained_looking(network: MambaDerm) -> MambaDerm:
    """Give biases and norms values they only get by training, so that none of them can be forgotten."""
    for name, parameter in network.named_parameters():
        if name.endswith("bias") and "delta" not in name:
            nn.init.normal_(parameter, std=0.1)
        elif "norm" in name:
            nn.init.uniform_(parameter, 0.5, 1.5)
        elif "ss2d." in name and ("proj" in name or name.endswith("conv.weight")):
            nn.init.normal_(parameter, std=0.5)
        elif name.endswith("delta_bias"):
            # Long steps, so that the score hangs on what the scans select.
            nn.init.zeros_(parameter)
    nn.init.normal_(network.head.score.weight, std=0.5)
    return network


def test_freezing_the_decisions_keeps_the_score(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    trained_looking(network)
    table = network.table(*inputs[1:])
    local = network.evidence(inputs[0]).local

    frozen = frozen_score(network, local, table, network.fusion.attention.norm_table(table))

    torch.testing.assert_close(frozen, network(*inputs), atol=1e-6, rtol=1e-5)


def test_shares_of_tokens_and_biases_add_up_to_the_logit(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    trained_looking(network)
    for sample in range(2):
        found = relevance(network, *(tensor[sample : sample + 1] for tensor in inputs))

        total = found.by_token.sum() + found.elsewhere.sum()
        assert found.by_token.abs().sum() > 0.01 * found.logit.abs().item()
        assert (total - found.logit).abs().item() < 1e-4 * found.logit.abs().item()


def test_the_map_is_the_share_of_each_token(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    trained_looking(network)
    found = relevance(network, *(tensor[:1] for tensor in inputs))

    torch.testing.assert_close(found.by_token, gradient_x_input(network, *inputs)[:1], atol=1e-7, rtol=1e-4)


def test_frozen_slopes_are_not_the_ordinary_slopes(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    trained_looking(network)
    local = network.evidence(inputs[0]).local.detach().requires_grad_()
    table = network.table(*inputs[1:]).detach()
    evidence = network.with_context(local)
    fused = network.fusion(network.gated(evidence, network.gate(*evidence)), table)
    (true_slope,) = torch.autograd.grad(network.head(fused, table).sum(), local)
    true_product = (local * true_slope).sum(dim=-1)

    frozen_product = gradient_x_input(network, *inputs)

    assert (true_product - frozen_product).abs().max() > 0.05 * frozen_product.abs().max()
