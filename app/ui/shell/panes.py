"""Work list, image and panels side by side; the outer two can be folded away for a larger image."""

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

_ROOMY_PX = (340, 710, 390)
"""Widths at the first start on a usual screen."""
_NARROW_BELOW_PX = 1200


class Pane(Enum):
    """A pane that can be folded away."""

    LIST = "list"
    PANELS = "panels"


class Panes(QSplitter):
    """Three panes; what is folded comes back by the same key, or when something in it is asked for."""

    folded_changed = Signal()

    def __init__(
        self,
        work_list: QWidget,
        middle: QWidget,
        panels: QWidget,
        *,
        image: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._widget_by_pane = {Pane.LIST: work_list, Pane.PANELS: panels}
        self._folded: set[Pane] = set()
        self._opened_together: set[Pane] = set(Pane)
        self._has_cases = False
        self._image = image
        for pane, stretch in ((work_list, 0), (middle, 1), (panels, 0)):
            self.addWidget(pane)
            self.setStretchFactor(self.count() - 1, stretch)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.setSizes(list(_ROOMY_PX))

    @property
    def folded(self) -> frozenset[Pane]:
        """Return what is folded away."""
        return frozenset(self._folded)

    def give_image_room(self, width_px: int) -> None:
        """Keep the outer panes as narrow as they can be when all three have to share a small window."""
        if width_px < _NARROW_BELOW_PX:
            sides = (self._widget_by_pane[pane] for pane in (Pane.LIST, Pane.PANELS))
            least = [max(side.minimumWidth(), side.minimumSizeHint().width()) for side in sides]
            self.setSizes([least[0], width_px - sum(least), least[1]])

    def show_cases(self, *, has_cases: bool) -> None:
        """Show the panels when there are cases to tell of."""
        self._has_cases = has_cases
        self._apply()

    def toggle(self, pane: Pane) -> None:
        """Fold a pane away, or bring it back."""
        self.fold(self._folded ^ {pane})

    def toggle_image_only(self) -> None:
        """Fold both panes away, or bring back those that were folded together."""
        opened = set(Pane) - self._folded
        if opened:
            self._opened_together = opened
            self.fold(set(Pane))
        else:
            self.fold(set(Pane) - self._opened_together)

    def bring_back(self, pane: Pane) -> None:
        """Show a pane in which something was asked for."""
        if pane in self._folded:
            self.toggle(pane)

    def fold(self, panes: set[Pane]) -> None:
        """Fold exactly these panes away."""
        self._folded = set(panes)
        self._apply()
        self.folded_changed.emit()

    def _apply(self) -> None:
        focused = QApplication.focusWidget()
        for pane, widget in self._widget_by_pane.items():
            is_shown = pane not in self._folded and (self._has_cases or pane is Pane.LIST)
            if not is_shown and focused is not None and widget.isAncestorOf(focused):
                # Qt would hand the focus to any control, where the next key would act unseen.
                self._image.setFocus(Qt.FocusReason.OtherFocusReason)
            widget.setVisible(is_shown)


def panes_named(text: str) -> set[Pane]:
    """Return the panes of a remembered text; words that are none are left out."""
    return {pane for pane in Pane if pane.value in text.split(",")}


def names_of(panes: frozenset[Pane]) -> str:
    """Return panes as a text to remember."""
    return ",".join(pane.value for pane in Pane if pane in panes)
