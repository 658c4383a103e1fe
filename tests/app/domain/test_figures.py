import pytest

from app.domain.analysis.triage import TriageThresholds, priority_of
from app.domain.figures import percent, unbroken
from app.domain.measurement import Measurement

_GAP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "0_%"), (0.004, "<_1_%"), (0.426, "43_%"), (0.999, ">_99_%"), (1.0, "100_%")],
)
def test_a_percentage_claims_no_more_than_it_knows_and_stays_on_one_line(
    probability: float, words: str
) -> None:
    assert percent(probability) == words.replace("_", _GAP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(62 %)", "(62_%)"),
        ("600 x 450 px, 0.05000 mm per pixel", "600 x 450_px, 0.05000_mm per pixel"),
        ("2 minutes, 3 pxl, age 65", "2 minutes, 3 pxl, age 65"),
        ("3.10 mm² and 12 µm", "3.10_mm² and 12_µm"),
        ("40.2 L*, 6.1 L*a*b* and 3 L*b*, 5 Layers", "40.2_L*, 6.1_L*a*b* and 3_L*b*, 5 Layers"),
    ],
)
def test_only_units_are_tied_to_their_numbers(text: str, words: str) -> None:
    assert unbroken(text) == words.replace("_", _GAP)


def test_measurements_and_reasons_do_not_break_between_number_and_unit() -> None:
    assert str(Measurement("Area", 1250.0, "mm²", 1)) == f"1,250.0{_GAP}mm²"
    for probability, high in ((0.7, 0.7), (0.4, 0.4), (0.1, 0.7), (0.1, 0.1)):
        for reason in priority_of(probability, high, TriageThresholds(0.6, 0.3), ()).reasons:
            assert "%" in reason
            assert " %" not in reason
