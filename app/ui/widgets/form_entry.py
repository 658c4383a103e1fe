"""A field of a form whose value is stored as soon as it is entered, and may be refused.

The rule: what a person entered and the store does not have stays in its field, marked, until it is stored or
replaced. A refused value is handed over again when it is entered again, and stays marked meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import InvalidFieldError
from app.ui.widgets.field import Field, Remedy

Check = Callable[[str], object]
"""Turns text into a value or raises InvalidFieldError."""


@dataclass(frozen=True)
class Leftover:
    """What was entered and is not stored, and why."""

    raw: object
    """As the editor holds it."""
    sentence: str
    remedy: Remedy | None = None


class FormEntry(Field):
    """Keeps apart what is stored, what was handed over, and what was refused."""

    finished = Signal()
    """A permitted value was entered that differs from the one before."""

    def __init__(self, label: str, editor: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, editor, hint, parent)
        self._stored: object = self.raw
        self._flag = ""
        """What is wrong with the stored value, or ''."""
        self._handed: Leftover | None = None
        """Handed over and not answered yet; it has no sentence."""
        self._refused: Leftover | None = None

    @property
    def raw(self) -> object:
        """Return what the editor holds."""
        raise NotImplementedError

    def put(self, raw: object) -> None:
        """Let the editor hold something, without handing it over."""
        raise NotImplementedError

    def checked(self, raw: object) -> object:
        """Return the value that is meant; raises InvalidFieldError."""
        return raw

    @property
    def is_valid(self) -> bool:
        """Say whether the value is permitted."""
        return self.review()

    @property
    def is_being_edited(self) -> bool:
        """Say whether the editor holds something that was neither stored nor handed over."""
        return self.raw != self._known

    @property
    def leftover(self) -> Leftover | None:
        """Return what would be lost if another case were shown now, with the reason why it is not stored."""
        if self.raw == self._stored or not self.error:
            return None
        return Leftover(self.raw, self.error, self._remedy)

    @property
    def handed_over(self) -> object | None:
        """Return what was handed over and has not been answered."""
        return None if self._handed is None else self._handed.raw

    def value_or(self, stored: object) -> object:
        """Return the value to store: ``stored`` as long as what is entered is wrong or was refused."""
        if not self.review():
            return stored
        raw = self.raw
        if self._is_refused(raw) and self.handed_over != raw:
            return stored
        return self.checked(raw)

    def show_stored(self, raw: object, *, keeps: bool, flag: str = "") -> None:
        """Show what is stored; ``keeps`` leaves what the person is entering or what was refused."""
        is_news, before = raw != self._stored, self.raw
        is_mine = before != self._stored and (self.handed_over != before or not is_news)
        self._stored, self._flag = raw, flag
        if keeps and is_mine and before != raw:
            self.review()
            return
        self._handed = self._refused = None
        self.put(raw)
        self.review()

    def hand_over(self) -> None:
        """Hand over what is entered, if it is permitted and new."""
        if self.review() and self.is_being_edited:
            self._handed = Leftover(self.raw, "")
            self.finished.emit()

    def refuse(self, sentence: str, remedy: Remedy | None = None) -> None:
        """Mark what was handed over as refused; it stays refused for as long as it is in the field."""
        raw = self.raw if self._handed is None else self._handed.raw
        self._handed = None
        self._refused = Leftover(raw, sentence, remedy)
        if raw == self.raw:
            self.show_error(sentence, remedy)

    def restore(self, leftover: Leftover) -> None:
        """Bring back what was entered and not stored."""
        self._refused = leftover
        self.put(leftover.raw)
        self.show_error(leftover.sentence, leftover.remedy)

    def review(self) -> bool:
        """Show what is wrong with what is entered; False when it is not permitted."""
        raw = self.raw
        try:
            self.checked(raw)
        except InvalidFieldError as error:
            self.show_error(str(error))
            return False
        if self._refused is not None and self._is_refused(raw):
            self.show_error(self._refused.sentence, self._refused.remedy)
        else:
            self.show_error(self._flag if raw == self._stored else "")
        return True

    @property
    def _known(self) -> object:
        return self._stored if self._handed is None else self._handed.raw

    def _is_refused(self, raw: object) -> bool:
        return self._refused is not None and self._refused.raw == raw and raw != self._stored
