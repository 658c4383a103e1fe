"""Why a score is what it is: the model is asked again without each entered fact."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.text.scores import answer_set_words, effect_words
from app.usecases.analysis.predictor import ScoreResult
from app.usecases.analysis.score_attribution import AnswerSet, InputEffect, score_attribution
from app.usecases.cancellation import CancelToken
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES, TabularInput
from models.contract.shelf.card import Conformal, read_card, write_card
from models.contract.shelf.model_shelf import ModelShelf
from resources import path as resource
from tests.builders import a_case, predict_again
from tests.fakes import CLASSIFIER, RUN, FakePredictor, FakeToken

_LEVELS = Conformal(
    error_rate=0.1,
    quantile_by_label={"benign": 0.64, "malignant": 0.93},
    n_by_label={"benign": 118, "malignant": 29},
)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


class _Reader(FakePredictor):
    """Adds 10 % for a known age and 1 % for a known sex, takes 20 % for a known site."""

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: object = None,
    ) -> ScoreResult:
        sex, site = (
            bool(tabular.categorical[CATEGORICAL_FEATURES.index(name)])
            for name in ("sex", "anatom_site_general")
        )
        age = not np.isnan(tabular.numeric[NUMERIC_FEATURES.index("age_approx")])
        probability = 0.5 + 0.1 * age + 0.01 * sex - 0.2 * site
        return ScoreResult(probability, probability, probability, CLASSIFIER, RUN)


def test_the_largest_effect_of_entered_data_comes_first(services: Services, tmp_path: Path) -> None:
    services = replace(services, predictor=_Reader())
    image_id = a_case(services, tmp_path, predicted=False)
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        work.cases.update_patient(replace(case.patient, sex="female"))
        work.cases.update_lesion(replace(case.lesion, site="head/neck"))
        work.cases.update_visit(replace(case.visit, age_years=65))
        work.commit()
    assert score_attribution(services, image_id, FakeToken()) is None
    predict_again(services, image_id)
    why = score_attribution(services, image_id, FakeToken())
    assert why is not None
    assert [_plain(effect_words(effect)) for effect in why.effects] == [
        "Site head/neck: 41 % with it, 61 % without it",
        "Age 65: 41 % with it, 31 % without it",
        "Sex female: 41 % with it, 40 % without it",
    ]
    assert why.answer_set is None


def test_nothing_entered_has_no_effect_and_the_card_gives_the_answer_set(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "shelf" / "mambaderm_lite" / "2"
    folder.mkdir(parents=True)
    shipped = read_card(resource("models", "mambaderm_lite", "1"))
    changes = {"version": "2", "weights_sha256": CLASSIFIER.weights_sha256, "conformal": _LEVELS}
    write_card(shipped.model_copy(update=changes), folder)
    shelf = ModelShelf((tmp_path / "shelf",), tmp_path / "active.json")
    services = replace(services, shelf=shelf, predictor=_Reader())
    why = score_attribution(services, a_case(services, tmp_path / "in"), FakeToken())
    assert why is not None
    assert why.effects == ()
    assert _plain(answer_set_words(why.answer_set)) == (
        "At this score the model cannot rule out either benign or malignant."
    )


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.5, "cannot rule out either benign or malignant"),
        (0.05, "leaves only benign open. On its validation images it did so for about 10 % of malignant"),
        (0.8, "leaves only malignant open. On its validation images it did so for about 10 % of benign"),
    ],
)
def test_the_answer_set_claims_nothing_about_the_lesion(probability: float, words: str) -> None:
    said = _plain(answer_set_words(AnswerSet(probability, _LEVELS)))
    assert words in said
    assert ("neither confirms nor rules out" in said) == ("leaves only" in words)


def test_a_score_outside_both_sets_is_not_to_be_relied_upon() -> None:
    narrow = _LEVELS.model_copy(update={"quantile_by_label": {"benign": 0.2, "malignant": 0.2}})
    assert "do not rely on it" in answer_set_words(AnswerSet(0.5, narrow))


def test_an_effect_below_the_shown_digits_is_no_change() -> None:
    assert (
        _plain(effect_words(InputEffect("age 40", 0.301, 0.304)))
        == "Age 40: makes no difference to the score (30 %)"
    )
