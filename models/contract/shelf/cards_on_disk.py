"""Model cards as they lie on disk, each read once for every time its file changes."""

from pathlib import Path

from models.contract.errors import CardUnreadableError
from models.contract.shelf.card import CARD_FILE, ModelCard, read_card

_FileState = tuple[int, int, int]


class CardsOnDisk:
    """Reads cards, and remembers them until their files have another time, size or place on the disk."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_FileState, ModelCard]] = {}

    def card(self, folder: Path) -> ModelCard:
        """Return the card in ``folder``.

        Raises:
            CardUnreadableError: it is missing, damaged, or of another format.
        """
        state = _state_of(folder)
        known = self._known.get(folder)
        if known is not None and known[0] == state:
            return known[1]
        card = read_card(folder)
        self._known[folder] = state, card
        return card


def _state_of(folder: Path) -> _FileState:
    try:
        status = (folder / CARD_FILE).stat()
    except OSError as error:
        raise CardUnreadableError(f"There is no readable model card in {folder}.") from error
    return status.st_mtime_ns, status.st_size, status.st_ino
