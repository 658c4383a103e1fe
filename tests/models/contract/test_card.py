"""The model card: kept whole, read strictly, refused in sentences."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.contract.card import CARD_FILE, InputSpec, Metric, read_card, write_card
from models.contract.errors import CardUnreadableError
from models.contract.tabular import NUMERIC_FEATURES

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


def test_a_card_cannot_be_changed(make_model: MakeModel) -> None:
    card = read_card(make_model())
    with pytest.raises(ValidationError, match="frozen"):
        card.threshold = 0.1


def test_writing_leaves_nothing_else_behind(make_model: MakeModel, tmp_path: Path) -> None:
    card = read_card(make_model())
    write_card(card, tmp_path / "place")
    write_card(card, tmp_path / "place")
    assert [path.name for path in (tmp_path / "place").iterdir()] == [CARD_FILE]
