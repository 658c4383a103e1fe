"""What became of a lesion, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.case import CaseLine
from app.domain.ids import BlobName, ImageId
from app.text.outcomes import days_without_outcome, outcome_title, outcome_words, status_since
from tests.builders import an_outcome

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
IMAGE = ImageId("1" * 32)


def a_line(days: int | None) -> CaseLine:
    """Return a line that was decided some days ago, or is not decided."""
    return CaseLine(
        image_id=IMAGE,
        thumbnail=BlobName("0" * 64),
        patient_code="P-1",
        patient_name="",
        site=None,
        priority=None,
        probability=None,
        status="predicted" if days is None else "decided",
        imported_at=NOW,
        file_name="a.jpg",
        decided_at=None if days is None else NOW - timedelta(days=days),
    )


def test_a_decided_case_says_for_how_long_its_outcome_is_unknown() -> None:
    assert [days_without_outcome(a_line(days), NOW) for days in (None, 0, 1, 34)] == [None, 0, 1, 34]
    assert [status_since(a_line(days), NOW) for days in (None, 0, 1, 34)] == [
        "To review",
        "Decided",
        "Decided 1 day ago",
        "Decided 34 days ago",
    ]
    assert status_since(replace(a_line(34), is_outcome_known=True), NOW) == "Decided"


def test_an_outcome_is_told_with_its_confirmation_day_and_note() -> None:
    known, withdrawn = replace(an_outcome(IMAGE), note="pT1a"), an_outcome(IMAGE, None)
    assert outcome_words(known) == "Melanoma Invasive; histopathology, 20 Mar 2026; “pT1a”"
    assert outcome_words(withdrawn) == "not known"
    titles = [outcome_title(*pair) for pair in ((None, known), (known, known), (known, withdrawn))]
    assert titles == ["Outcome recorded", "Outcome changed", "Outcome taken back"]
    assert outcome_title(withdrawn, known) == "Outcome recorded"
