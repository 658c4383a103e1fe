"""A few images with their outline before and during training, each in a colour and a stroke of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.translation import _
from app.ui.widgets.labels import plain_label
from training.contract.events import ContourPreview, Polygons

BEFORE_COLOUR = "#ffb000"
AFTER_COLOUR = "#00c8ff"
_HALO = QColor(0, 0, 0, 150)
_MOST_PICTURES = 4
_LONGEST_SIDE_PX = 640
_HEIGHT_PX = 170


def read_preview_images(data_folder: Path, previews: Sequence[ContourPreview]) -> dict[str, QImage]:
    """Decode the images of outlines, at most 640 px long; one that lies elsewhere or is gone is left out."""
    pictures = {}
    for preview in previews[:_MOST_PICTURES]:
        file = (data_folder / preview.image_file).resolve()
        if not file.is_relative_to(data_folder.resolve()):
            continue
        reader = QImageReader(str(file), QByteArray(file.suffix.removeprefix(".").encode()))
        # To guess, Qt makes objects of every kind, which can block this thread and the window's; see `jobs`.
        reader.setAutoDetectImageFormat(False)
        size = reader.size()
        if max(size.width(), size.height()) > _LONGEST_SIDE_PX:
            reader.setScaledSize(
                size.scaled(_LONGEST_SIDE_PX, _LONGEST_SIDE_PX, Qt.AspectRatioMode.KeepAspectRatio)
            )
        picture = reader.read()
        if not picture.isNull():
            picture.setText("width_px", str(size.width()))
            pictures[preview.image_file] = picture
    return pictures


class BoundaryPreviewRow(QWidget):
    """Pictures in a row above their legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = plain_label("", "small")
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self.pictures = [BoundaryPreviewView() for _ in range(_MOST_PICTURES)]
        for picture in self.pictures:
            self._row.addWidget(picture, 1)
        legend = QHBoxLayout()
        legend.setSpacing(18)
        legend.addWidget(LegendLine(_("Before training"), BEFORE_COLOUR, is_dashed=True))
        legend.addWidget(LegendLine(_("Now"), AFTER_COLOUR, is_dashed=False))
        legend.addStretch(1)
        legend.addWidget(self._step)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._row)
        layout.addLayout(legend)

    def show_previews(
        self, previews: Sequence[ContourPreview], pictures: Mapping[str, QImage], step: int | None
    ) -> None:
        """Show the newest outlines over their images."""
        for place, widget in enumerate(self.pictures):
            preview = previews[place] if place < len(previews) else None
            widget.setVisible(preview is not None)
            if preview is not None:
                widget.show_preview(preview, pictures.get(preview.image_file))
        self._step.setText("" if step is None else _("After step {step}").format(step=step))


class BoundaryPreviewView(QWidget):
    """One image with two outlines."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QImage()
        self._before: Polygons = ()
        self._after: Polygons = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_preview(self, preview: ContourPreview, picture: QImage | None) -> None:
        """Show an image (None: it cannot be read) with its outlines."""
        self._picture = picture if picture is not None else QImage()
        self._before, self._after = preview.before, preview.after
        self.setAccessibleName(
            _("Exam image {image_id} with its outline before training and now").format(
                image_id=preview.image_id
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a picture."""
        return QSize(220, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw image and outlines as large as they fit."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.isNull():
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), _("The image cannot be shown."))
            return
        shown = QSize(self._picture.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, (self.height() - shown.height()) / 2, shown.width(), shown.height())
        painter.drawImage(box, self._picture)
        scale = box.width() / (int(self._picture.text("width_px") or 0) or self._picture.width())
        for polygons, colour, is_dashed in (
            (self._before, BEFORE_COLOUR, True),
            (self._after, AFTER_COLOUR, False),
        ):
            for polygon in polygons:
                corners = QPolygonF([box.topLeft() + QPointF(x, y) * scale for x, y in polygon])
                painter.setPen(QPen(_HALO, 3.5))
                painter.drawPolygon(corners)
                painter.setPen(_pen(colour, is_dashed=is_dashed))
                painter.drawPolygon(corners)


class LegendLine(QWidget):
    """A stroke as it is drawn, with its meaning."""

    def __init__(self, words: str, colour: str, *, is_dashed: bool) -> None:
        super().__init__()
        stroke = _Stroke(colour, is_dashed=is_dashed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        layout.addWidget(stroke)
        layout.addWidget(plain_label(words, "small"))


class _Stroke(QWidget):
    def __init__(self, colour: str, *, is_dashed: bool) -> None:
        super().__init__()
        self._colour, self._is_dashed = colour, is_dashed
        self.setFixedSize(34, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stroke on its dark halo, as over an image."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QLineF(2, 6, 32, 6)
        painter.setPen(QPen(_HALO, 4.5))
        painter.drawLine(line)
        painter.setPen(_pen(self._colour, is_dashed=self._is_dashed))
        painter.drawLine(line)


def _pen(colour: str, *, is_dashed: bool) -> QPen:
    pen = QPen(QColor(colour), 2)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if is_dashed:
        pen.setDashPattern([4, 2.5])
    return pen
