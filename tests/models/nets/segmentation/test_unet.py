import pytest
import torch

from models.nets import build


def test_running_statistics_are_what_keras_counts_beside_the_trained_numbers() -> None:
    with torch.device("meta"):
        network = build("unet")
    statistics = [buffer for name, buffer in network.named_buffers() if "running" in name]

    trained = sum(parameter.numel() for parameter in network.parameters())
    counted = sum(buffer.numel() for buffer in statistics)

    assert counted == 5_632
    assert trained + counted == 7_708_609


@pytest.mark.parametrize(("name", "side"), [("unet_tiny", 4), ("mamba_unet_tiny", 8)])
@pytest.mark.parametrize("size_px", [(45, 51), (1, 7), (33, 64), (16, 24)])
def test_an_image_of_any_size_is_padded_and_the_padding_cut_back(
    name: str, side: int, size_px: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    network = build(name).eval()
    images = torch.randn(2, 3, *size_px)
    below, beside = -size_px[0] % side, -size_px[1] % side
    taller = torch.cat([images, images[:, :, -1:].expand(-1, -1, below, -1)], dim=2)
    padded = torch.cat([taller, taller[..., -1:].expand(-1, -1, -1, beside)], dim=3)

    logits = network(images)

    assert logits.shape == (2, 1, *size_px)
    torch.testing.assert_close(logits, network(padded)[..., : size_px[0], : size_px[1]])
