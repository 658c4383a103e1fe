"""Cards read once: whatever tells two files apart is noticed, and a card that went away is missed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models.contract.errors import CardUnreadableError
from models.contract.shelf.card import CARD_FILE
from models.contract.shelf.cards_on_disk import CardsOnDisk

MakeModel = Callable[..., Path]
_SEED = b'"seed": '


@pytest.fixture
def folder(make_model: MakeModel) -> Path:
    folder = make_model()
    _write_in_place(folder, b"7")
    return folder


def _write_in_place(folder: Path, digit: bytes) -> None:
    """Give the card another seed of one digit, so that the file keeps its size and its place."""
    card = folder / CARD_FILE
    before, _, after = card.read_bytes().partition(_SEED)
    card.write_bytes(before + _SEED + digit + after[after.index(b",") :])


def test_a_card_that_did_not_change_is_not_read_again(folder: Path) -> None:
    cards = CardsOnDisk()
    assert cards.card(folder) is cards.card(folder)


def test_a_card_of_the_same_size_is_noticed_by_its_time(folder: Path) -> None:
    cards, card = CardsOnDisk(), folder / CARD_FILE
    assert cards.card(folder).seed == 7
    before = card.stat()
    _write_in_place(folder, b"8")
    os.utime(card, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    assert card.stat().st_size == before.st_size
    assert cards.card(folder).seed == 8


def test_a_card_of_the_same_time_is_noticed_by_its_size(folder: Path) -> None:
    cards, card = CardsOnDisk(), folder / CARD_FILE
    cards.card(folder)
    before = card.stat()
    _write_in_place(folder, b"12")
    os.utime(card, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cards.card(folder).seed == 12


def test_a_card_put_in_the_place_of_another_is_noticed_by_its_place_on_the_disk(folder: Path) -> None:
    cards, card = CardsOnDisk(), folder / CARD_FILE
    cards.card(folder)
    before = card.stat()
    kept = card.rename(folder / "earlier.json")
    card.write_bytes(kept.read_bytes())
    _write_in_place(folder, b"9")
    os.utime(card, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert card.stat().st_size == before.st_size
    assert cards.card(folder).seed == 9


def test_a_card_that_went_away_is_missed_although_it_was_read_before(folder: Path) -> None:
    cards = CardsOnDisk()
    cards.card(folder)
    (folder / CARD_FILE).unlink()
    with pytest.raises(CardUnreadableError, match="no readable model card"):
        cards.card(folder)
