"""Which diagnoses a model's data know is a fact of its card, and not what a sentence happens to say."""

from pathlib import Path

from models.contract.shelf.card import read_card, write_card
from resources import path as resource

_SHIPPED = resource("models", "mambaderm_lite", "1")


def test_a_card_from_before_it_named_them_gets_those_of_its_limits() -> None:
    assert read_card(_SHIPPED).known_diagnoses == ("melanoma", "nevus", "seborrheic keratosis")


def test_a_card_that_names_none_knows_none(tmp_path: Path) -> None:
    said = {"limits": ("The data know these diagnoses only: none.",)}
    _write_as_before(tmp_path, said)
    assert read_card(tmp_path).known_diagnoses == ()
    _write_as_before(tmp_path, {"limits": ("Learned from one clinic.",)})
    assert read_card(tmp_path).known_diagnoses == ()


def test_what_a_card_names_is_kept_whatever_its_limits_say(tmp_path: Path) -> None:
    named = ("Bowen disease, in situ", "nevus")
    write_card(read_card(_SHIPPED).model_copy(update={"known_diagnoses": named}), tmp_path)
    assert read_card(tmp_path).known_diagnoses == named


def _write_as_before(folder: Path, changes: dict[str, tuple[str, ...]]) -> None:
    card = read_card(_SHIPPED).model_copy(update=changes)
    text = card.model_dump_json(exclude={"known_diagnoses"})
    (folder / "card.json").write_text(text, encoding="utf-8")
