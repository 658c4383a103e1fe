import pytest
import torch
from torch import nn

from models.nets import build
from models.nets.classification.mambavision import MambaVision
from models.nets.layers.attention import SelfAttention
from models.nets.layers.vision_mixer import VisionMixer
from models.nets.layers.windows import from_windows, into_windows


def counted(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", ["mambavision_t", "mambavision_b"])
def test_every_block_has_the_parameters_of_its_closed_form(name: str) -> None:
    with torch.device("meta"):
        network = build(name)
    scaled = name == "mambavision_b"
    for stage, blocks in enumerate(network.stages):
        d = network.stem[3].out_channels * 2**stage
        if stage < 2:
            assert {counted(block) for block in blocks} == {18 * d**2 + 6 * d}
            continue
        h, rank = d // 2, -(-d // 16)
        mixer = 10 * d**2 + 9 * d + h * (2 * rank + 3 * 8 + 8)
        attention = 12 * d**2 + 13 * d
        sizes = [counted(block) - 2 * d * scaled for block in blocks.blocks]
        scanning = -(-len(sizes) // 2)
        assert sizes == [mixer] * scanning + [attention] * (len(sizes) - scanning)


def test_mixers_come_before_attention_and_an_odd_depth_has_one_more_of_them() -> None:
    with torch.device("meta"):
        network = build("mambavision_s")
    kinds = [[type(block.mixer) for block in stage.blocks] for stage in list(network.stages)[2:]]

    assert kinds[0] == [VisionMixer] * 4 + [SelfAttention] * 3
    assert kinds[1] == [VisionMixer] * 3 + [SelfAttention] * 2


def test_the_scanned_half_sees_what_came_before_and_the_other_only_neighbours() -> None:
    torch.manual_seed(0)
    mixer = VisionMixer(16)
    mixer.out_proj = nn.Identity()  # type: ignore[assignment]
    tokens = torch.randn(1, 12, 16)
    moved = tokens.clone()
    moved[:, 5] += 1.0

    change = (mixer(moved) - mixer(tokens)).abs()
    scanned, beside = change[0, :, :8].amax(-1), change[0, :, 8:].amax(-1)

    assert (scanned[:4] == 0).all()
    assert (scanned[4:] > 0).all()
    assert (beside > 0).tolist() == [4 <= token <= 6 for token in range(12)]


def test_the_bias_of_a_step_is_added_once() -> None:
    torch.manual_seed(0)
    mixer = VisionMixer(8, state=1)
    with torch.no_grad():
        mixer.x_proj.weight.zero_()
        mixer.x_proj.weight[1:] = 1.0
        mixer.skip.zero_()
    x = torch.rand(1, 1, 4)

    found = mixer._scan(x)

    step = torch.nn.functional.softplus(mixer.delta_bias[0])
    torch.testing.assert_close(found[0, 0], step * x[0, 0] * x.sum() ** 2)


@pytest.mark.parametrize("size", [(14, 14), (7, 7), (15, 28), (9, 20), (1, 3)])
def test_windows_come_back_as_they_were(size: tuple[int, int]) -> None:
    grid = torch.randn(2, *size, 3)

    tokens = into_windows(grid, 7)

    assert tokens.shape[1] == min(7, size[0]) * min(7, size[1])
    assert torch.equal(from_windows(tokens, 7, *size), grid)


def test_a_window_holds_its_own_rectangle_row_by_row() -> None:
    grid = torch.arange(4 * 6).view(1, 4, 6, 1)

    tokens = into_windows(grid, 2)[..., 0]

    assert tokens.shape == (6, 4)
    assert tokens[0].tolist() == [0, 1, 6, 7]
    assert tokens[1].tolist() == [2, 3, 8, 9]
    assert tokens[3].tolist() == [12, 13, 18, 19]


def test_a_grid_that_windows_do_not_cover_is_filled_up_with_zeros() -> None:
    tokens = into_windows(torch.ones(1, 3, 4, 1), 2)

    assert tokens.shape == (4, 4, 1)
    assert tokens[0].sum() == 4
    assert tokens[2].sum() == 2


@pytest.mark.parametrize(
    ("size_px", "grid"), [((64, 64), (2, 2)), ((112, 112), (4, 4)), ((45, 83), (2, 3)), ((224, 32), (7, 1))]
)
def test_images_of_any_size_give_a_score_and_a_grid(size_px: tuple[int, int], grid: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = build("mambavision_tiny", windows=(3, 2)).eval()
    images = torch.randn(2, 3, *size_px)

    assert network.features(images).shape == (2, *grid, 64)
    assert network(images).shape == (2, 1)


def test_tokens_of_different_windows_do_not_meet_in_a_stage() -> None:
    torch.manual_seed(0)
    stage = build("mambavision_tiny", windows=(3, 2)).eval().stages[2]
    for module in stage.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.3)
    x = torch.randn(1, 32, 6, 6)
    moved = x.clone()
    moved[:, :, 1, 4] += 1.0

    change = (stage(moved) - stage(x)).abs().amax(dim=1)[0]

    assert (change[:3, 3:] > 0).all()
    assert change.sum() == change[:3, 3:].sum()


def test_attention_answers_the_same_in_training_and_evaluation() -> None:
    torch.manual_seed(0)
    attention, tokens = SelfAttention(8, 2), torch.randn(2, 5, 8)

    assert torch.equal(attention.train()(tokens), attention.eval()(tokens))


def test_heads_that_do_not_share_the_width_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be shared by 3 heads"):
        MambaVision(width=8, depths=(1, 1, 2, 2), heads=(3, 4))


def test_layer_scales_start_small_where_the_paper_has_them() -> None:
    network = build("mambavision_tiny", layer_scale=1e-5)
    scales = [parameter for name, parameter in network.named_parameters() if "scale" in name]

    assert len(scales) == 2 * 4
    assert all(torch.equal(scale, torch.full_like(scale, 1e-5)) for scale in scales)


def test_the_stem_reads_every_pixel_of_an_odd_image() -> None:
    torch.manual_seed(0)
    network = build("mambavision_tiny").eval()
    images = torch.zeros(1, 3, 33, 33)
    corner = images.clone()
    corner[..., 32, 32] = 5.0

    assert not torch.equal(network.features(corner), network.features(images))
