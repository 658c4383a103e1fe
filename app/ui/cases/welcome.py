"""What fills the middle of the window while there is no case: how to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.text.research_use import RESEARCH_USE
from app.translation import _
from app.ui.theme import icon_pixmap
from app.ui.widgets.labels import plain_label
from app.ui.widgets.wrapping_layout import WrappingLayout

_OFFERS_PX = 560
"""Width at which the three buttons stand side by side."""


class Welcome(QWidget):
    """Offers the bundled sample cases, and the person's own images."""

    samples_requested = Signal()
    import_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = QPushButton(_("Try it with the sample cases"))
        self.samples.setProperty("role", "primary")
        self.samples.clicked.connect(self.samples_requested)
        images = QPushButton(_("Import images…"))
        images.clicked.connect(self.import_requested)
        folder = QPushButton(_("Import a folder…"))
        folder.clicked.connect(self.folder_requested)
        picture = QLabel()
        picture.setPixmap(icon_pixmap("naevus", "#000000", 88))
        offers = QWidget()
        offers.setMaximumWidth(_OFFERS_PX)
        buttons = WrappingLayout(offers)
        buttons.setSpacing(10)
        for button in (self.samples, images, folder):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addStretch(2)
        for part in (
            picture,
            plain_label(_("No cases yet"), "title"),
            plain_label(
                _(
                    "Drop dermoscopy images or folders here, or begin with eight sample cases:\n"
                    "each is segmented and scored on this computer, nothing leaves it."
                ),
                "muted",
                wraps=True,
            ),
        ):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        centre = QHBoxLayout()
        centre.addWidget(offers)
        layout.addLayout(centre)
        research_use = plain_label(_(RESEARCH_USE), "small", wraps=True)
        research_use.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(research_use)
        layout.addStretch(3)
