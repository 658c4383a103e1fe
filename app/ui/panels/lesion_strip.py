"""A strip above the panels: the images of the open lesion by the days of its visits, to jump between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.domain.patient_tree import ImageLine
from app.text.patient_tree import day_words, image_words
from app.translation import _
from app.ui.widgets.labels import ElidedLabel, plain_tip, restyle

_SIDE_PX = 44


@dataclass(frozen=True)
class StripImage:
    """An image of the lesion as the strip shows it."""

    line: ImageLine
    pixmap: QPixmap | None
    """None until the thumbnail is read."""
    is_open: bool


class LesionStrip(QFrame):
    """Thumbnails with their days, the earliest first; hidden where the lesion has one image alone."""

    image_chosen = Signal(str)
    """Id of an image that a person chose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.heading = ElidedLabel("", "small")
        self.buttons: list[QToolButton] = []
        self._shown: tuple[str, ...] = ()
        self._row_widget = QWidget()
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidget(self._row_widget)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 4)
        layout.setSpacing(3)
        layout.addWidget(self.heading)
        layout.addWidget(self._area)
        self.hide()

    def show_images(self, heading: str, images: Sequence[StripImage]) -> None:
        """Show the images of a lesion; fewer than two are no reason for a strip."""
        self.setVisible(len(images) > 1)
        self.heading.setText(heading)
        shown = tuple(f"{image.line.case.image_id} {image.line.visited_on}" for image in images)
        if shown != self._shown:
            self._shown = shown
            self._make_buttons(images)
        for button, image in zip(self.buttons, images, strict=True):
            _show(button, image)
            if image.is_open:
                self._area.ensureWidgetVisible(button)

    def _make_buttons(self, images: Sequence[StripImage]) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(image) for image in images]
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(place, button)
        height = max((button.sizeHint().height() for button in self.buttons), default=0)
        self._area.setFixedHeight(height + self._area.horizontalScrollBar().sizeHint().height())

    def _button(self, image: StripImage) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        # Without an icon the button would ask for no room for one.
        button.setIcon(QIcon(_empty()))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setText(day_words(image.line.visited_on))
        restyle(button, "role", "strip")
        image_id = str(image.line.case.image_id)
        button.clicked.connect(lambda _on: self._choose(image_id))
        return button

    def _choose(self, image_id: str) -> None:
        self.image_chosen.emit(image_id)


def _show(button: QToolButton, image: StripImage) -> None:
    words = (day_words(image.line.visited_on), image.line.case.file_name, image_words(image.line))
    button.setChecked(image.is_open)
    button.setToolTip(plain_tip("\n".join(part for part in words if part)))
    button.setAccessibleName(_("Image of {day}, {kind}").format(day=words[0], kind=words[2] or words[1]))
    if image.pixmap is not None:
        button.setIcon(QIcon(_square(image.pixmap)))


def _empty() -> QPixmap:
    pixmap = QPixmap(_SIDE_PX, _SIDE_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _square(pixmap: QPixmap) -> QPixmap:
    side = min(pixmap.width(), pixmap.height())
    return pixmap.copy((pixmap.width() - side) // 2, (pixmap.height() - side) // 2, side, side)
