"""Which diagnoses there are to be told apart."""

from pathlib import Path

import pytest

from models.contract.shelf.card import Diagnosis
from tests.training.data_folders import manifest_row, write_manifest
from training.contract.data_set import DataSetError, read_manifest
from training.contract.diagnoses import diagnoses_of, planned_diagnoses
from training.contract.plan import TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_options import RunOptions


def folder(root: Path, *rows: tuple[str, str, str]) -> Path:
    """A manifest of (split, diagnosis, malignant)."""
    write_manifest(
        root,
        [
            manifest_row(f"i{number}", split, diagnosis=diagnosis, malignant=malignant)
            for number, (split, diagnosis, malignant) in enumerate(rows)
        ],
    )
    return root


def options(data_dir: Path, **changes: object) -> RunOptions:
    given = {"task": "classification", "data_dir": data_dir, "diagnoses": True}
    return RunOptions.model_validate(given | changes)


ROWS = (("train", "nevus", "0"), ("train", "melanoma", "1"), ("train_extra", "bcc", "1"))


def test_the_data_say_which_diagnoses_there_are_and_which_are_malignant(tmp_path: Path) -> None:
    rows = (*ROWS, ("train", "", "1"), ("train", "wart", ""), ("val", "angioma", "0"))
    plan = plan_for(options(folder(tmp_path, *rows)))
    assert plan.diagnoses == ("bcc", "melanoma", "nevus")
    assert plan.architecture_arguments["diagnosis_labels"] == (1, 1, 0)
    assert (plan.loss, plan.label_smoothing) == ("focal_ce", 0.1)
    assert planned_diagnoses(plan) == (
        Diagnosis(name="bcc", is_malignant=True),
        Diagnosis(name="melanoma", is_malignant=True),
        Diagnosis(name="nevus", is_malignant=False),
    )
    assert TrainingPlan.model_validate_json(plan.model_dump_json()) == plan


def test_a_diagnosis_that_is_both_is_refused(tmp_path: Path) -> None:
    rows = (*ROWS, ("train", "nevus", "1"))
    with pytest.raises(DataSetError, match="'nevus' is malignant in some images and benign in others"):
        diagnoses_of(read_manifest(folder(tmp_path, *rows)))


@pytest.mark.parametrize("kept", [ROWS[:1], ROWS[1:], ()])
def test_one_kind_of_diagnoses_alone_is_refused(
    tmp_path: Path, kept: tuple[tuple[str, str, str], ...]
) -> None:
    data = folder(tmp_path, *kept, ("val", "nevus", "0"), ("val", "melanoma", "1"))
    with pytest.raises(DataSetError, match="a malignant and of a benign diagnosis"):
        plan_for(options(data))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"evidential": True}, "benign from malignant only"),
        ({"loss": "bce_auc"}, "with the loss focal_ce and with no other"),
        ({"diagnoses": False, "loss": "focal_ce"}, "with the loss focal_ce and with no other"),
        ({"diagnoses": False, "dimensions": {"diagnosis_labels": (0, 1)}}, "its name and its label"),
        ({"task": "segmentation"}, "none of guide_fusion"),
    ],
)
def test_choices_that_do_not_go_with_diagnoses_are_refused(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        plan_for(options(folder(tmp_path, *ROWS), **changes))


def test_a_plan_without_diagnoses_tells_none_apart(tmp_path: Path) -> None:
    assert planned_diagnoses(plan_for(options(folder(tmp_path, *ROWS), diagnoses=False))) == ()
