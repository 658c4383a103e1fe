import pytest
import torch

from models.nets import build
from models.nets.cuda_graphs import Recorded


def test_on_the_processor_every_call_is_computed() -> None:
    calls: list[int] = []

    def doubled(x: torch.Tensor) -> torch.Tensor:
        calls.append(len(x))
        return 2 * x

    recorded = Recorded(doubled)
    with torch.no_grad():
        answers = [recorded(torch.full((1, 2), value)) for value in (1.0, 3.0)]

    assert [answer.tolist() for answer in answers] == [[[2.0, 2.0]], [[6.0, 6.0]]]
    assert calls == [1, 1]


class _SaidToBeOnACard(torch.Tensor):
    """A tensor of the processor that nothing can be recorded with."""

    is_cuda = True


@pytest.mark.skipif(torch.cuda.is_available(), reason="a graphics card records")
def test_what_cannot_be_recorded_is_computed_every_time(caplog: pytest.LogCaptureFixture) -> None:
    recorded = Recorded(lambda x: 2 * x)

    with torch.no_grad():
        given = [torch.full((1, 2), value).as_subclass(_SaidToBeOnACard) for value in (1.0, 3.0)]
        answers = [recorded(each) for each in given]

    assert [answer.tolist() for answer in answers] == [[[2.0, 2.0]], [[6.0, 6.0]]]
    assert [record.message[:26] for record in caplog.records] == ["Kernels cannot be recorded"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no graphics card")
def test_a_recording_answers_as_the_network_does_for_every_size() -> None:
    network = build("dermomamba_tiny").cuda().eval()
    recorded = Recorded(network)
    for height_px, width_px in ((64, 64), (64, 64), (64, 96)):
        images = torch.randn(1, 3, height_px, width_px, device="cuda")
        with torch.no_grad():
            torch.testing.assert_close(recorded(images), network(images))
