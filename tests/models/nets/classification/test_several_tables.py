"""The same images beside several tables: one answer for each, and the images are read once."""

import pytest
import torch
from torch import nn

from tests.tiny_scores import INPUTS, TINY, tiny_score_network

NAMES = (*TINY, "mambaderm_efficient_tiny")
IMAGES, *NOTHING_KNOWN = INPUTS
AGED = (torch.full((2, 35), 40.0), torch.ones(2, 6, dtype=torch.int64))


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_each_table_gets_the_answer_that_it_gets_alone(name: str) -> None:
    network = tiny_score_network(name)
    tables = [(NOTHING_KNOWN[0], NOTHING_KNOWN[1]), AGED]

    found = network.for_tables(IMAGES, tables)

    assert len(found) == len(tables)
    for logits, table in zip(found, tables, strict=True):
        torch.testing.assert_close(logits, network(IMAGES, *table), atol=1e-6, rtol=0)
    assert torch.equal(found[0], found[1]) is not network.reads_table


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_images_are_read_once(name: str) -> None:
    network = tiny_score_network(name)
    runs: list[nn.Module] = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda module, *_: runs.append(module))
    network(IMAGES, *NOTHING_KNOWN)
    once = len(runs)

    network.for_tables(IMAGES, [AGED] * 3)

    assert len(runs) == 2 * once
