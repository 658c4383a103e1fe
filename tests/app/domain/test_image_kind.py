"""Each kind of image that can be chosen may be stored and has its own words; contradictions are refused."""

import pytest

from app.domain.case_checks import check_image_kind
from app.domain.errors import InvalidFieldError
from app.domain.image_kind import IMAGE_KINDS
from app.text.image_kind import kind_words
from tests.builders import the_vocabulary


def test_every_kind_may_be_stored_and_has_words_of_its_own() -> None:
    for kind in IMAGE_KINDS:
        check_image_kind(*kind, the_vocabulary())
    assert len({kind_words(*kind) for kind in IMAGE_KINDS}) == len(IMAGE_KINDS)
    told = {image_type for image_type, _dermoscopic_type in IMAGE_KINDS}
    assert told == {*the_vocabulary().image_types, None}


@pytest.mark.parametrize(
    ("image_type", "dermoscopic_type"),
    [
        ("clinical: overview", "contact polarized"),
        (None, "contact polarized"),
        ("photo", None),
        ("dermoscopic", "x"),
    ],
)
def test_what_does_not_go_together_is_refused(image_type: str | None, dermoscopic_type: str | None) -> None:
    with pytest.raises(InvalidFieldError):
        check_image_kind(image_type, dermoscopic_type, the_vocabulary())


def test_words_of_another_dictionary_are_shown_as_they_are() -> None:
    assert kind_words("RCM: tile", None) == "RCM: tile"
