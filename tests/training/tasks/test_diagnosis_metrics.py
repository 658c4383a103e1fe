"""The figures of a model that tells diagnoses apart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.contract.shelf.card import Conformal, Diagnosis
from models.contract.uncertainty.probability import possible_labels
from training.contract.data_set import Sample
from training.metrics.calibrate import calibrated
from training.tasks.diagnosis_metrics import DiagnosisAnswers, diagnosis_conformal, diagnosis_figures

DIAGNOSES = (
    Diagnosis(name="bcc", is_malignant=True),
    Diagnosis(name="melanoma", is_malignant=True),
    Diagnosis(name="nevus", is_malignant=False),
)


def answers(probabilities: list[list[float]], places: list[int]) -> DiagnosisAnswers:
    groups = np.array([f"lesion {number:04d}" for number in range(len(places))])
    shares = np.array(probabilities)
    return DiagnosisAnswers(DIAGNOSES, shares, np.array(places, dtype=np.intp), groups, shares.argmax(axis=1))


def many(count: int, *, seed: int = 0) -> DiagnosisAnswers:
    """Answers that know a little: probabilities drawn from a Dirichlet about the truth."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 3, count)
    rows = [rng.dirichlet(1 + 2.0 * np.eye(3)[place]) for place in places]
    return answers(np.stack(rows).tolist(), places.tolist())


def test_sensitivities_and_their_mean_are_those_of_the_largest_share() -> None:
    rows = [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.4, 0.3, 0.3]]
    figure = diagnosis_figures(answers(rows, [0, 1, 1, 2, 2]))["diagnosis_sensitivity"]
    shares = {name: (part.value, part.n) for name, part in figure.subgroups.items()}
    assert shares == {
        "diagnosis: bcc": (1.0, 1), "diagnosis: melanoma": (0.5, 2), "diagnosis: nevus": (0.5, 2),
    }  # fmt: skip
    assert figure.value == pytest.approx(2 / 3)
    assert figure.n == 5


def test_what_the_network_itself_puts_first_is_counted_apart() -> None:
    calibrated_away = replace(answers([[0.1, 0.3, 0.6]] * 2, [1, 2]), largest_logits=np.array([1, 2]))
    figures = diagnosis_figures(calibrated_away)
    assert figures["diagnosis_sensitivity"].value == 0.5
    assert figures["diagnosis_sensitivity_by_logit"].value == 1.0


def test_each_diagnosis_is_ranked_against_the_rest_and_counted() -> None:
    rows = [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.4, 0.3, 0.3]]
    figure = diagnosis_figures(answers(rows, [0, 1, 1, 2, 2]))["diagnosis_auc"]
    areas = {name: (part.value, part.n) for name, part in figure.subgroups.items()}
    # Melanoma: 0.7 and 0.4 against 0.3, 0.1, 0.3.
    assert areas["diagnosis: melanoma"] == (1.0, 2)
    assert areas["diagnosis: bcc"] == (1.0, 1)
    assert figure.value == pytest.approx(np.mean([value for value, _ in areas.values()]))


def test_a_diagnosis_without_an_image_is_left_out_of_the_mean() -> None:
    figures = diagnosis_figures(answers([[0.6, 0.3, 0.1], [0.1, 0.1, 0.8]], [0, 2]))
    assert set(figures["diagnosis_auc"].subgroups) == {"diagnosis: bcc", "diagnosis: nevus"}
    assert figures["diagnosis_auc"].value == 1.0


def test_without_an_image_of_known_diagnosis_there_is_no_figure() -> None:
    assert diagnosis_figures(many(3).part(np.zeros(3, dtype=bool))) == {}


def test_every_diagnosis_is_covered_as_often_as_promised_on_new_images() -> None:
    fitted, fresh = diagnosis_conformal(many(900)), many(3000, seed=1)
    assert sum(fitted.n_by_label.values()) == 900
    figure = diagnosis_figures(fresh, fitted)["diagnosis_coverage"]
    assert len(figure.subgroups) == 3
    assert all(0.86 < part.value < 0.94 for part in figure.subgroups.values())


def test_on_the_images_it_would_be_fitted_on_coverage_is_judged_by_halves() -> None:
    both = many(2000)
    figures = diagnosis_figures(both)
    assert 0.87 < figures["diagnosis_coverage"].value < 0.93
    _, lesion = np.unique(both.groups, return_inverse=True)
    first = lesion % 2 == 0
    halves = [both.part(first), both.part(~first)]
    crossed = [
        diagnosis_figures(halves[0], diagnosis_conformal(halves[1])),
        diagnosis_figures(halves[1], diagnosis_conformal(halves[0])),
    ]
    expected = np.mean([each["diagnoses_possible"].value for each in crossed])
    assert figures["diagnoses_possible"].value == pytest.approx(expected)


def test_too_few_images_of_a_diagnosis_exclude_nothing() -> None:
    conformal = diagnosis_conformal(answers([[0.9, 0.05, 0.05]] * 3, [0, 0, 1]))
    assert conformal.quantile_by_label == {"bcc": 1.0, "melanoma": 1.0, "nevus": 1.0}
    assert conformal.n_by_label == {"bcc": 2, "melanoma": 1, "nevus": 0}


def test_the_sets_are_those_that_a_reader_of_the_card_gets() -> None:
    answers = many(40)
    conformal = Conformal(
        error_rate=0.1, quantile_by_label={"bcc": 0.5, "melanoma": 0.7, "nevus": 0.4}, n_by_label={}
    )
    sizes = [
        len(
            possible_labels(
                {each.name: float(p) for each, p in zip(DIAGNOSES, row, strict=True)},
                conformal.quantile_by_label,
            )
        )
        for row in answers.probabilities
    ]
    figure = diagnosis_figures(answers, conformal)["diagnoses_possible"]
    assert figure.value == pytest.approx(np.mean(sizes))


def test_only_images_of_a_known_diagnosis_are_judged_and_the_score_is_divided() -> None:
    samples = tuple(
        Sample(
            f"i{n}", "val", Path("i.png"), None, name, name == "melanoma", None, None, None, f"g{n}", None,
            (None,) * 5,
        )
        for n, name in enumerate(("nevus", None, "melanoma", "wart"))
    )  # fmt: skip
    logits = np.random.default_rng(3).normal(size=(4, 4)).astype(np.float32)
    found = DiagnosisAnswers.of(samples, DIAGNOSES, logits, temperature=1.7)
    assert found.places.tolist() == [2, 1]
    assert found.groups.tolist() == ["g0", "g2"]
    assert found.largest_logits.tolist() == logits[[0, 2], 1:].argmax(axis=1).tolist()
    malignancy = calibrated(logits[[0, 2], 0], 1.7)
    np.testing.assert_allclose(found.probabilities[:, :2].sum(axis=1), malignancy)
