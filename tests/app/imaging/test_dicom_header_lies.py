"""Files of all layouts with lies in their headers: a fixed set of what the strategy can think of."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from app.imaging.dicom.frame_decoder import decoded
from tests.dicom_header_lies import Told, outcome, told_files


def test_lying_headers_give_the_picture_a_refusal_or_what_they_declare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Unharmed frames need no decoder process of their own.
    monkeypatch.setattr("app.imaging.dicom.frame.decoded_apart", decoded)

    @settings(
        max_examples=120,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(told=told_files())
    def check(told: Told) -> None:
        assert (found := outcome(told)) in ("right", "refused", "as declared"), f"{told}: {found}"

    check()
