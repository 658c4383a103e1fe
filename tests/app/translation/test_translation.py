"""Every sentence goes through one function, and a language may put what is inside elsewhere."""

import gettext
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.domain.analysis.benefit import reasons_to_correct
from app.domain.analysis.model_summary import HeldOutFigure, ModelSummary
from app.domain.case import CaseLine
from app.domain.ids import BlobName, ImageId
from app.domain.revision import RevisionReason
from app.text.models import figure_words
from app.text.overlays import overlay_words, reading_words
from app.text.work_list import status_words, why_correct
from app.translation import N_, _, ngettext, use_translations
from models.contract.shelf.card import Metric
from tests.bracketed import Bracketed
from tests.fakes import SEGMENTER


@pytest.fixture
def in_brackets() -> Iterator[None]:
    use_translations(Bracketed())
    yield
    use_translations(gettext.NullTranslations())


def test_without_a_translation_a_sentence_is_itself() -> None:
    assert (_("Close"), _(""), N_("Close")) == ("Close", "", "Close")
    assert [ngettext("one image", "{n} images", n) for n in (1, 2)] == ["one image", "{n} images"]


@pytest.mark.usefixtures("in_brackets")
def test_a_sentence_is_translated_when_it_is_shown_and_not_when_it_is_marked() -> None:
    assert (_("Close"), N_("Close"), _("")) == ("[Close]", "Close", "")
    assert ngettext("one image", "{n} images", 2) == "[{n} images]"


@pytest.mark.usefixtures("in_brackets")
def test_tables_are_translated_where_they_are_read() -> None:
    assert status_words("decided") == "[Decided]"
    assert overlay_words("occlusion") == "[What the score loses with each patch (occlusion)]"
    assert reading_words("occlusion", is_signed=True).startswith("[")


@pytest.mark.usefixtures("in_brackets")
def test_what_is_put_into_a_sentence_is_translated_with_it() -> None:
    dice = HeldOutFigure(Metric(value=0.8, n=9))
    model = ModelSummary("segmentation", SEGMENTER, dice, ())
    assert figure_words(model) == "[On 9 held-out images: [mean Dice] 0.80]."
    unsure = CaseLine(
        ImageId("0" * 32),
        BlobName("0" * 64),
        "P-1",
        "",
        None,
        None,
        None,
        "predicted",
        datetime(2026, 3, 14, tzinfo=UTC),
        "a.jpg",
        reasons_to_correct=reasons_to_correct(0.13, None, 0.95),
    )
    assert why_correct(unsure) == "[the boundary is uncertain]; [the image is unlike the training images]."


@pytest.mark.usefixtures("in_brackets")
def test_what_is_stored_is_not_translated() -> None:
    assert RevisionReason.RESET == "reset to prediction"
