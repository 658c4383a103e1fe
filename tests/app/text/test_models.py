"""What stands beside a score about the model that gave it."""

import pytest

from app.domain.analysis.model_summary import HeldOutFigure, ModelSummary
from app.text.models import figure_words, probability_words, scope_words
from models.contract.shelf.card import Metric, read_card
from resources import path as resource
from tests.fakes import CLASSIFIER

_SHIPPED = read_card(resource("models", "mambaderm_lite", "1"))


def test_the_shipped_model_tells_what_it_was_trained_to_tell_apart() -> None:
    assert scope_words(_SHIPPED.known_diagnoses) == (
        "Trained to tell melanoma from nevus and seborrheic keratosis; "
        "it does not know basal cell carcinoma or squamous cell carcinoma."
    )
    assert probability_words(_SHIPPED.known_diagnoses).endswith("of melanoma as in the training data")


def test_a_carcinoma_that_the_data_know_is_not_said_to_be_unknown() -> None:
    said = scope_words(("melanoma", "nevus", "BCC"))
    assert said == "Trained on melanoma, nevus and BCC; it does not know squamous cell carcinoma."
    assert probability_words(("melanoma", "nevus", "BCC")).endswith("of malignancy")
    both = ("basal cell carcinoma", "melanoma", "nevus", "squamous cell carcinoma")
    assert scope_words(both).endswith("nevus and squamous cell carcinoma only.")


def test_a_card_that_names_no_diagnoses_gives_no_scope() -> None:
    assert scope_words(()) == ""
    assert probability_words(()) == "Calibrated probability of malignancy"


@pytest.mark.parametrize(
    ("figure", "limits", "said"),
    [
        (HeldOutFigure(Metric(value=0.78, n=285)), ("No palms.",), "On 285 held-out images: AUC 0.78."),
        (None, ("No palms.",), "Its card tells no figure on held-out images."),
        (None, None, "not on the shelf any more"),
    ],
)
def test_figures_are_the_cards_or_said_to_be_missing(
    figure: HeldOutFigure | None, limits: tuple[str, ...] | None, said: str
) -> None:
    assert said in figure_words(ModelSummary("classification", CLASSIFIER, figure, limits))
