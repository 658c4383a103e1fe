"""The effects of features, against the score recomputed with the feature marked missing."""

import dataclasses

import numpy as np
import pytest
import torch

from models.contract.imaging.views import all_views
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES, TabularInput
from tests.model_folders import write_model
from training.explanation.explained_answers import Subject
from training.explanation.feature_effects import FeatureEffect, effects_lines, effects_over, effects_table
from training.tasks.loaded_model import PublishedModel


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PublishedModel:
    folder = tmp_path_factory.mktemp("models")
    return PublishedModel.read(write_model(folder, "mambaderm_tiny", "classification", with_graph=False))


def a_subject(seed: int, **known: float) -> Subject:
    """Noise, and a table in which only these features are known."""
    numeric = np.full(len(NUMERIC_FEATURES), np.nan, np.float32)
    categorical = np.zeros(len(CATEGORICAL_FEATURES), np.int64)
    for name, value in known.items():
        if name in NUMERIC_FEATURES:
            numeric[NUMERIC_FEATURES.index(name)] = value
        else:
            categorical[CATEGORICAL_FEATURES.index(name)] = value
    image = np.random.default_rng(seed).normal(size=(3, 64, 64)).astype(np.float32)
    return Subject(f"image {seed}", f"lesion {seed}", image, None, TabularInput(numeric, categorical))


def without(subject: Subject, name: str) -> Subject:
    numeric, categorical = subject.table.numeric.copy(), subject.table.categorical.copy()
    if name in NUMERIC_FEATURES:
        numeric[NUMERIC_FEATURES.index(name)] = np.nan
    else:
        categorical[CATEGORICAL_FEATURES.index(name)] = 0
    return dataclasses.replace(subject, table=TabularInput(numeric, categorical))


@torch.no_grad()
def logit_of(model: PublishedModel, subject: Subject) -> float:
    """The score's logit: the mean over the eight views, by a whole run of the network."""
    views = torch.from_numpy(all_views(subject.image))
    table = (subject.table.numeric, subject.table.categorical)
    numeric, categorical = (torch.from_numpy(np.stack([row] * len(views))) for row in table)
    return float(model.network(views, numeric, categorical)[:, 0].double().mean())


SUBJECTS = (
    a_subject(0, age_approx=70.0, tbp_lv_A=1.5, sex=2),
    a_subject(1, age_approx=20.0, anatom_site_general=3),
    a_subject(2, age_approx=-3.0, sex=1),
)


def test_an_effect_is_the_logit_lost_when_the_score_is_recomputed_without_the_feature(
    model: PublishedModel,
) -> None:
    by_name = {each.name: each for each in effects_over(model, SUBJECTS)}

    for name, known in {"age_approx": (0, 1, 2), "tbp_lv_A": (0,), "sex": (0, 2)}.items():
        lost = [logit_of(model, SUBJECTS[i]) - logit_of(model, without(SUBJECTS[i], name)) for i in known]
        found = by_name[name]
        assert found.known == len(known)
        assert abs(found.mean) > 1e-6
        assert found.mean == pytest.approx(np.mean(lost), rel=1e-2, abs=1e-7)
        assert found.mean_magnitude == pytest.approx(np.mean(np.abs(lost)), rel=1e-2, abs=1e-7)


def test_all_features_are_told_the_strongest_first_and_unknown_ones_last(model: PublishedModel) -> None:
    found = effects_over(model, SUBJECTS)

    assert {each.name for each in found} == {*NUMERIC_FEATURES, *CATEGORICAL_FEATURES}
    strengths = [each.mean_magnitude for each in found]
    assert strengths == sorted(strengths, reverse=True)
    assert [each.known > 0 for each in found] == [True] * 4 + [False] * 37
    assert all(each.mean == each.mean_magnitude == 0.0 for each in found[4:])


def test_the_table_leaves_out_what_nobody_knows_and_the_lines_name_it() -> None:
    effects = (
        FeatureEffect("sex", "sex", 3, 0.25, -0.125),
        FeatureEffect("tbp_lv_x", "x position on the body", 0, 0.0, 0.0),
    )

    view, said = effects_table(effects, 4), effects_lines(effects)

    assert [list(column.cells) for column in view.columns] == [
        ["sex"],
        ["sex"],
        ["0.250"],
        ["-0.125"],
        ["3 of 4"],
    ]
    assert "logit lost when the feature is marked missing" in said[0]
    assert said[1] == "known in no image: x position on the body."


def test_a_model_that_reads_no_table_has_no_effects(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("models")
    blind = PublishedModel.read(write_model(folder, "medmamba_tiny", "classification", with_graph=False))

    assert effects_over(blind, SUBJECTS) == ()
