"""The line above the image while boundaries are reviewed one after the other: progress, pace and keys."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.domain.revision import SkipReason
from app.text.history import SKIP_WORDS
from app.translation import N_, _
from app.ui.widgets.labels import plain_label

KEYS: Mapping[str, str] = {
    "confirm": N_("Right, next (Space)"),
    "skip": N_("Skip (X)"),
    "flag": N_("Second look (F)"),
    "undo": N_("Back one (U)"),
    "leave": N_("End (Escape)"),
}
SKIP_REASONS = tuple(SkipReason)
"""In the order of the keys 1, 2, 3 ... that give them."""


class ReviewBar(QFrame):
    """Shows how far a review is; its buttons do what the keys do."""

    chosen = Signal(str)
    """A key of ``KEYS``."""
    reason_chosen = Signal(object)
    """SkipReason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.progress = plain_label("", "small")
        self.flag = plain_label("", "small")
        self.keys, self.reasons = QFrame(), QFrame()
        self._fill_keys()
        self._fill_reasons()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        for part in (self.progress, self.flag):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self.keys)
        layout.addWidget(self.reasons)
        self.ask_reason(is_asked=False)
        self.hide()

    def ask_reason(self, *, is_asked: bool) -> None:
        """Offer the reasons for a skip in the place of the keys."""
        self.reasons.setVisible(is_asked)
        self.keys.setVisible(not is_asked)

    def _fill_keys(self) -> None:
        row = _row(self.keys)
        for name, words in KEYS.items():
            row.addWidget(_button(_(words), partial(self.chosen.emit, name)))

    def _fill_reasons(self) -> None:
        row = _row(self.reasons)
        row.addWidget(plain_label(_("Why? (Escape: do not skip)"), "small"))
        for number, reason in enumerate(SKIP_REASONS, start=1):
            words = f"{number}  {_(SKIP_WORDS[reason])}"
            row.addWidget(_button(words, partial(self.reason_chosen.emit, reason)))


def _row(frame: QFrame) -> QHBoxLayout:
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    return row


def _button(words: str, press: Callable[[], None]) -> QPushButton:
    button = QPushButton(words)
    # The keys of the review are those of the image, which keeps the focus.
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda _checked=False: press())
    return button
