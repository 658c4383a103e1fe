"""What stands between a person and the closed window: refused entries, a reading, an unstored correction.

The rule: one attempt to close goes through all, and stops at the first that needs an answer. What a person
leaves behind is left behind in that attempt only.
"""

from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.translation import _
from app.ui.panels.case_panels import CasePanels
from app.ui.session import Session
from app.ui.workbench.correction import Correction


class Unstored(Enum):
    """What can be left behind."""

    ENTRIES = auto()
    READINGS = auto()
    CORRECTION = auto()


class Leaving(QObject):
    """Stores what can be stored before the window closes, and tells of the rest."""

    cleared = Signal()
    """The window may be closed now: ask ``is_clear`` once more."""

    def __init__(
        self, session: Session, panels: CasePanels, correction: Correction, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._panels = panels
        self._correction = correction
        self._left_behind: frozenset[Unstored] = frozenset()
        """Of the attempt that comes next."""
        self._storing_for: frozenset[Unstored] | None = None
        """What the attempt that waits for the store leaves behind; None while none is waiting."""
        correction.stored.connect(lambda _reason: self._go_on_when_stored())
        correction.store_failed.connect(self._explain_staying)

    def is_clear(self) -> bool:
        """Say whether nothing is in the way; else what is in the way is being stored, or was told of."""
        left_behind, self._left_behind = self._left_behind, frozenset()
        self._storing_for = None
        self._panels.finish_edits()
        if self._panels.patient.has_leftovers and Unstored.ENTRIES not in left_behind:
            self._session.warn(
                _(
                    "Something entered about a patient, lesion or visit could not be stored; "
                    "its field is red."
                ),
                _("Quit without it"),
                lambda: self._leave(left_behind | {Unstored.ENTRIES}),
            )
            return False
        if self._panels.readings.has_unrecorded and Unstored.READINGS not in left_behind:
            self._session.warn(
                _("A reading was begun and is not recorded; “Record reading” in its tab does that."),
                _("Quit without it"),
                lambda: self._leave(left_behind | {Unstored.READINGS}),
            )
            return False
        if self._correction.is_unsaved and Unstored.CORRECTION not in left_behind:
            self._storing_for = left_behind
            self._correction.save_unasked()
            return False
        return True

    def _leave(self, left_behind: frozenset[Unstored]) -> None:
        self._left_behind = left_behind
        self.cleared.emit()

    def _go_on_when_stored(self) -> None:
        if self._storing_for is not None:
            self._leave(self._storing_for)

    def _explain_staying(self, reason: str) -> None:
        """Say why the window stays; the drawing is in the journal, so that it may be left."""
        if self._storing_for is not None:
            left_behind, self._storing_for = self._storing_for, None
            self._session.warn(
                _(
                    "{reason} The correction is not saved as a revision; its drawing is kept, and comes back "
                    "at the next start."
                ).format(reason=reason),
                _("Quit anyway"),
                lambda: self._leave(left_behind | {Unstored.CORRECTION}),
            )
