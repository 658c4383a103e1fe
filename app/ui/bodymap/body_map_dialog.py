"""The window of the body map: figures with pins, the list of sites, and the patient's lesions."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.domain.analysis.triage import Band
from app.domain.anatomic_sites import lesion_site_words
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.lesion import Lesion
from app.domain.patient_tree import LesionLine
from app.text.body_map import pin_words
from app.text.patient_tree import lesion_name
from app.translation import N_, _
from app.ui.bodymap.body_view import BodyView, pin_badge
from app.ui.bodymap.figures.outline import BodyRegion
from app.ui.bodymap.site_list import SiteList
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.badge import BadgeLabel
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label, plain_tip
from app.ui.widgets.page_dialog import FittedDialog
from app.usecases.lesions.patient_tree import lesions_beside
from app.usecases.patients.edit_lesion import edit_lesion
from models.contract.errors import NaevusError

_SIDE_PX: Final = 350
_ASK: Final = N_("Click on the figure, or choose in the list, to say where the open lesion is.")
_LINE = Qt.ItemDataRole.UserRole


class BodyMapDialog(FittedDialog):
    """Says where the lesions of a patient are; a click sets the site of the open case's lesion."""

    image_chosen = Signal(str)
    """Id of the newest image of a lesion that is to be opened."""

    def __init__(
        self, session: Session, theme: Theme, image_id: ImageId, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Body map"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(1320, 730)
        self._session = session
        self._image_id = image_id
        self._lines: tuple[LesionLine, ...] = ()
        self._shown: tuple[str | None, str | None] | None = None
        """Exact site and side that the list was last set to."""
        self._before: Lesion | None = None
        """The lesion as it was before the last change here."""
        sites = session.services.vocabulary.anatomic_sites
        self.view, self.sites = BodyView(theme, sites), SiteList(sites)
        self.lesions = QListWidget()
        self.lesions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lesions.setAccessibleName(_("Lesions of the patient"))
        self.heading = plain_label("", "heading", wraps=True)
        self.message = plain_label(_(_ASK), "muted", wraps=True)
        self.pointed = plain_label("", "small")
        self.undo_button = QPushButton(_("Take it back"))
        self.undo_button.setAutoDefault(False)
        self._build(theme)
        self._connect()
        self._read()

    def set_site(self, path: str, laterality: str | None) -> None:
        """Store another exact site and side of the open case's lesion."""
        if (line := self._own_line) is not None:
            self._store(line.lesion, replace(line.lesion, anatomic_site=path, laterality=laterality))

    def take_back(self) -> None:
        """Store the site as it was before the last change here; the history tells of both."""
        line, before = self._own_line, self._before
        if line is not None and before is not None:
            names = ("site", "anatomic_site", "laterality")
            self._store(line.lesion, replace(line.lesion, **{name: getattr(before, name) for name in names}))

    @property
    def _own_line(self) -> LesionLine | None:
        """The open case's lesion."""
        return next(
            (
                line
                for line in self._lines
                if any(image.case.image_id == self._image_id for image in line.images)
            ),
            None,
        )

    def _build(self, theme: Theme) -> None:
        sites, lesions = Card(_("Site")), Card(_("Lesions of the patient"))
        sites.body.addWidget(self.sites)
        lesions.body.addWidget(self.lesions)
        beside = QVBoxLayout()
        beside.setSpacing(8)
        said = QHBoxLayout()
        said.addWidget(self.message, 1)
        said.addWidget(self.undo_button)
        beside.addWidget(self.heading)
        beside.addLayout(said)
        beside.addWidget(sites, 3)
        beside.addWidget(lesions, 2)
        frame = QWidget()
        frame.setFixedWidth(_SIDE_PX)
        frame.setLayout(beside)
        below = QHBoxLayout()
        below.setSpacing(8)
        for band in Band:
            label = BadgeLabel()
            label.show_badge(pin_badge(theme, band))
            below.addWidget(label)
        below.addWidget(self.pointed, 1)
        drawn = QVBoxLayout()
        drawn.addWidget(self.view, 1)
        drawn.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(14)
        layout.addLayout(drawn, 1)
        layout.addWidget(frame)
        self.undo_button.hide()

    def _connect(self) -> None:
        self.view.site_chosen.connect(self._take_region)
        self.view.lesion_chosen.connect(self._open)
        self.view.pointed_at.connect(self.pointed.setText)
        self.sites.chosen.connect(self.set_site)
        self.lesions.itemActivated.connect(lambda entry: self._open(entry.data(_LINE)))
        self.undo_button.clicked.connect(self.take_back)
        QShortcut(QKeySequence.StandardKey.Find, self, self.sites.search.setFocus)
        self._session.changed.connect(self._follow)
        self.sites.search.setFocus()

    def _read(self) -> None:
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: lesions_beside(services, self._image_id),
            self._show,
            replaces="body map",
        )

    def _follow(self, changes: Changes) -> None:
        if changes.case_list or changes.touches(self._image_id):
            self._read()

    def _show(self, lines: tuple[LesionLine, ...]) -> None:
        self._lines = lines
        own = self._own_line
        self.view.show_lesions(lines, None if own is None else own.lesion.id)
        self.lesions.clear()
        for line in lines:
            entry = QListWidgetItem(pin_words(line))
            entry.setData(_LINE, line)
            entry.setToolTip(plain_tip(pin_words(line)))
            self.lesions.addItem(entry)
            if line is own:
                self.lesions.setCurrentItem(entry)
        if own is not None:
            self.heading.setText(_where_words(own))
            self._show_site(own.lesion)

    def _show_site(self, lesion: Lesion) -> None:
        """Mark the stored site in the list once; afterwards the list is the person's."""
        if self._shown != (site := (lesion.anatomic_site, lesion.laterality)):
            self._shown = site
            self.sites.show_site(*site)

    def _take_region(self, region: BodyRegion) -> None:
        sites = self._session.services.vocabulary.anatomic_sites
        path = next(site.path for site in sites if site.name == region.site)
        self.set_site(path, region.laterality)

    def _store(self, before: Lesion, after: Lesion) -> None:
        if before == after:
            return

        def tell(_changes: Changes) -> None:
            self._before = before
            self.undo_button.show()
            was = lesion_site_words(before) or _("not known")
            self.message.setText(_("Stored. Before: {site}.").format(site=was))

        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: edit_lesion(services, before, after),
            done=tell,
            failed=self._refuse,
        )

    def _refuse(self, error: NaevusError) -> None:
        self.message.setText(str(error))

    def _open(self, line: LesionLine) -> None:
        self.image_chosen.emit(str(line.newest_image.case.image_id))
        self.accept()


def _where_words(line: LesionLine) -> str:
    where = lesion_site_words(line.lesion) or _("Site not known")
    return f"{lesion_name(line.lesion, line.number)}: {where}"
