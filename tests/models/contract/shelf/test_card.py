"""The model card: kept whole, read strictly, refused in sentences."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.contract.errors import CardUnreadableError
from models.contract.lesion.tabular import NUMERIC_FEATURES
from models.contract.shelf.card import CARD_FILE, InputSpec, Metric, ModelCard, read_card, write_card

MakeModel = Callable[..., Path]


def test_a_card_comes_back_as_it_was_written(make_model: MakeModel, tmp_path: Path) -> None:
    card = read_card(make_model())
    subgroups = {"sex: female": Metric(value=0.7, low=0.6, high=0.8, n=20)}
    changed = card.model_copy(update={"metrics": {"auc": Metric(value=0.75, n=50, subgroups=subgroups)}})
    write_card(changed, tmp_path / "copy")
    assert read_card(tmp_path / "copy") == changed
    assert changed.reference == "tiny/1.0"


def test_a_classifier_that_looks_at_the_image_alone_names_no_features() -> None:
    spec = InputSpec.for_classification(size_px=96, crop_margin=0.25, reads_table=False)
    assert spec.numeric_features == spec.categorical_features == ()
    assert spec.measurements is None
    assert (spec.height_px, spec.width_px, spec.crop_margin) == (96, 96, 0.25)


def test_a_classifiers_input_names_its_features() -> None:
    spec = InputSpec.for_classification(size_px=224, crop_margin=0.25)
    assert spec.numeric_features == NUMERIC_FEATURES
    assert (spec.height_px, spec.width_px, spec.crop_margin) == (224, 224, 0.25)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "../../etc", "'name'"),
        ("name", "a/b", "'name'"),
        ("version", "..", "'version'"),
        ("version", "1.", "'version'"),
        ("weights_file", "../weights.safetensors", "'weights_file'"),
        ("weights_file", "/tmp/weights.safetensors", "'weights_file'"),
        ("weights_file", "C:weights.safetensors", "'weights_file'"),
        ("weights_file", "weights.pt", "'weights_file'"),
        ("graph_file", "sub\\graph.onnx", "'graph_file'"),
        ("weights_sha256", "ABC", "'weights_sha256'"),
        ("temperature", 0.0, "'temperature'"),
        ("threshold", 1.5, "'threshold'"),
        ("task", "diagnosis", "'task'"),
        ("limits", [], "'limits'"),
        ("created_at", "2026-01-02T03:04:05", "'created_at'"),
        ("schema_version", 2, "another version of Naevus"),
        ("run_on_load", "rm", "'run_on_load'"),
    ],
)
def test_wrong_fields_are_named(make_model: MakeModel, field: str, value: object, sentence: str) -> None:
    folder = make_model()
    content = json.loads((folder / CARD_FILE).read_text())
    content[field] = value
    (folder / CARD_FILE).write_text(json.dumps(content))
    with pytest.raises(CardUnreadableError) as refused:
        read_card(folder)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x80\x04pickle", b"null", b"{}"])
def test_damaged_cards_are_refused(make_model: MakeModel, content: bytes) -> None:
    folder = make_model()
    (folder / CARD_FILE).write_bytes(content)
    with pytest.raises(CardUnreadableError, match="model card"):
        read_card(folder)


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardUnreadableError, match="no readable model card"):
        read_card(tmp_path)


def test_a_crop_belongs_to_classifiers_only(make_model: MakeModel) -> None:
    card = read_card(make_model())
    fields = card.model_dump() | {"task": "classification"}
    with pytest.raises(ValidationError, match="crop"):
        type(card).model_validate(fields)


def telling(make_model: MakeModel, **changes: object) -> ModelCard:
    """A score model's card that names two diagnoses."""
    return told_by(read_card(make_model()), **changes)


def told_by(card: ModelCard, **changes: object) -> ModelCard:
    spec = InputSpec.for_classification(size_px=64, crop_margin=0.25)
    fields = card.model_dump() | {
        "task": "classification",
        "input": spec.model_dump(),
        "architecture_arguments": {"diagnosis_labels": [1, 0]},
        "diagnoses": [
            {"name": "melanoma", "is_malignant": True},
            {"name": "nevus", "is_malignant": False},
        ],
    }
    return ModelCard.model_validate(fields | changes)


def test_a_card_with_diagnoses_comes_back_as_it_was_written(make_model: MakeModel, tmp_path: Path) -> None:
    conformal = {"error_rate": 0.1, "quantile_by_label": {"nevus": 0.4}, "n_by_label": {"nevus": 12}}
    card = telling(make_model, diagnosis_conformal=conformal)
    write_card(card, tmp_path)
    assert read_card(tmp_path) == card


@pytest.mark.parametrize("labels", [[0, 1], [1], [1, 0, 0], []])
def test_diagnoses_that_are_not_the_networks_are_refused(make_model: MakeModel, labels: list[int]) -> None:
    with pytest.raises(ValidationError, match="not those that the network tells apart"):
        telling(make_model, architecture_arguments={"diagnosis_labels": labels})


def test_a_network_whose_diagnoses_nobody_names_is_refused(make_model: MakeModel) -> None:
    with pytest.raises(ValidationError, match="not those that the network tells apart"):
        telling(make_model, diagnoses=[])


def test_another_name_for_a_diagnosis_is_another_answer(make_model: MakeModel) -> None:
    other = [{"name": "melanoma", "is_malignant": True}, {"name": "wart", "is_malignant": False}]
    card = read_card(make_model())
    assert told_by(card).answers_sha256 == told_by(card).answers_sha256
    assert told_by(card).answers_sha256 != told_by(card, diagnoses=other).answers_sha256


SHIPPED = Path(__file__).parents[4] / "resources" / "models"


@pytest.mark.parametrize(
    ("model", "sha256"),
    [
        ("dermomamba/2", "819dfad3abc3a8bee3badc4babfc1bce337db0a2cb720307b32bae2db4cfbcff"),
        ("mambaderm_lite/1", "2c612a7416cadd3ba59aa5af6d8670dc28cfc69da583abb299600ac4deedfe10"),
    ],
)
def test_cards_from_before_there_were_diagnoses_still_stand_for_the_same_answers(
    model: str, sha256: str
) -> None:
    card = read_card(SHIPPED / model)
    assert card.diagnoses == ()
    assert card.diagnosis_conformal is None
    assert card.answers_sha256 == sha256


def test_a_card_cannot_be_changed(make_model: MakeModel) -> None:
    card = read_card(make_model())
    with pytest.raises(ValidationError, match="frozen"):
        card.threshold = 0.1


def test_writing_leaves_nothing_else_behind(make_model: MakeModel, tmp_path: Path) -> None:
    card = read_card(make_model())
    write_card(card, tmp_path / "place")
    write_card(card, tmp_path / "place")
    assert [path.name for path in (tmp_path / "place").iterdir()] == [CARD_FILE]
