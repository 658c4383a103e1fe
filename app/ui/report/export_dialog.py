"""Reports and exports: what, in which form, where, and whether the patient can be recognised."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QWidget,
)

from app.domain.errors import CancelledError
from app.translation import N_, _, in_numerals, ngettext
from app.ui.jobs.worker_queues import QueueName
from app.ui.report.overlay_card import OverlayCard
from app.ui.session import Session
from app.ui.widgets.card import Card
from app.ui.widgets.labels import ElidedLabel, plain_label, restyle
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.cancellation import CancelToken
from app.usecases.cases.import_images import Refusal
from app.usecases.exports.case_selection import CaseSelection, count_selected, selected_images
from app.usecases.exports.export_cases import export_cases
from app.usecases.exports.export_manner import ExportManner, NamedBy
from app.usecases.exports.report_layout import DICOM_FORMATS, REPORT_FORMAT, REPORT_FORMATS, ReportForm
from app.usecases.exports.write_report import write_report
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job


@dataclass(frozen=True)
class CaseChoice:
    """A set of cases that can be exported."""

    label: str
    selection: CaseSelection


@dataclass(frozen=True)
class ExportOrder:
    """What the person asked for."""

    selection: CaseSelection
    formats: tuple[str, ...]
    folder: Path
    manner: ExportManner


class ExportDialog(PageDialog):
    """Collects an order, carries it out and shows where the files are."""

    def __init__(
        self,
        session: Session,
        choices: Sequence[CaseChoice],
        folder: Path | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Report and export"))
        self.setMinimumWidth(640)
        self._session = session
        self._choices = choices
        self.folder = folder
        self._job: Job | None = None
        self.finished.connect(lambda _result: self._cancel())
        self.files: list[Path] = []
        self._cases = QButtonGroup(self)
        self._identity = QButtonGroup(self)
        self._names = QButtonGroup(self)
        self._forms = QButtonGroup(self)
        self._format_by_name: dict[str, QCheckBox] = {}
        self._build()
        self._review()
        self._count()
        self._offer_overlays()

    @property
    def order(self) -> ExportOrder | None:
        """Return the order, or None while something is missing."""
        formats = tuple(name for name, box in self._format_by_name.items() if box.isChecked())
        chosen, identity = self._cases.checkedId(), self._identity.checkedId()
        if chosen < 0 or identity < 0 or not formats or self.folder is None:
            return None
        named_by = _NAMES[self._names.checkedId()][0]
        manner = ExportManner(
            identity == _DEIDENTIFIED,
            named_by,
            form=_FORMS[self._forms.checkedId()][0],
            shows_clinic=self._letterhead.isChecked(),
            overlay=self._overlay.chosen if self._is_any_chosen(DICOM_FORMATS) else None,
        )
        return ExportOrder(self._choices[chosen].selection, formats, self.folder, manner)

    def use_folder(self, folder: Path) -> None:
        """Write into a folder."""
        self.folder = folder
        self._review()

    def start(self) -> None:
        """Write the files."""
        order = self.order
        if order is None:
            return
        self._export.setEnabled(False)
        self._open.hide()
        self._job = self._session.follow(
            QueueName.FILES,
            lambda services, token: _carried_out(services, order, token),
            progressed=self._show,
            done=self._finish,
            failed=self._fail,
        )

    def _build(self) -> None:
        self._overlay = OverlayCard()
        cards = (
            self._cases_card(),
            self._formats_card(),
            self._identity_card(),
            self._report_card(),
            self._overlay,
            self._names_card(),
            self._folder_card(),
        )
        for card in cards:
            self.page.addWidget(card)
        self.page.addStretch(1)
        self._said = plain_label("", "muted", wraps=True)
        self._progress = ProgressFoot()
        self._progress.cancel_requested.connect(self._cancel)
        self.foot.addWidget(self._progress)
        self.foot.addWidget(self._said)
        self.foot.addLayout(self._buttons())

    def _cases_card(self) -> Card:
        card = Card(_("Which cases"))
        for number, choice in enumerate(self._choices):
            button = QRadioButton(choice.label)
            self._cases.addButton(button, number)
            card.body.addWidget(button)
        if self._choices:
            self._cases.button(0).setChecked(True)
        self._cases.idToggled.connect(lambda _number, _on: self._review())
        return card

    def _formats_card(self) -> Card:
        card = Card(_("What to write"))
        grid = QGridLayout()
        exporters = self._session.services.exporters
        rows = (len(exporters) + 1) // 2
        for number, exporter in enumerate(exporters):
            box = QCheckBox(_(exporter.label))
            box.setChecked(exporter.name == REPORT_FORMAT)
            box.toggled.connect(lambda _on: self._review())
            self._format_by_name[exporter.name] = box
            grid.addWidget(box, number % rows, number // rows)
        card.body.addLayout(grid)
        return card

    def _report_card(self) -> Card:
        self._report_options = Card(_("How long the report is"))
        for number, (_form, words) in enumerate(_FORMS):
            button = QRadioButton(_(words))
            self._forms.addButton(button, number)
            self._report_options.body.addWidget(button)
        self._forms.button(0).setChecked(True)
        self._letterhead = QCheckBox(_("Show the letterhead in de-identified reports, too"))
        self._report_options.body.addWidget(self._letterhead)
        return self._report_options

    def _identity_card(self) -> Card:
        card = Card(_("May the patient be recognised?"))
        for number, label in (
            (_DEIDENTIFIED, _("No: leave out names, numbers, birth years, dates and notes")),
            (_IDENTIFIED, _("Yes: write the patient's details into the files")),
        ):
            button = QRadioButton(label)
            self._identity.addButton(button, number)
            card.body.addWidget(button)
        self._identity.idToggled.connect(lambda _number, _on: self._offer_names())
        return card

    def _names_card(self) -> Card:
        card = Card(_("What files are named by"))
        row = QHBoxLayout()
        for number, (_named_by, label) in enumerate(_NAMES):
            button = QRadioButton(_(label))
            self._names.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        self._names.button(0).setChecked(True)
        self._names.idToggled.connect(lambda _number, _on: self._review())
        return card

    def _offer_names(self) -> None:
        """De-identified files are never named by the original."""
        is_hidden = self._identity.checkedId() == _DEIDENTIFIED
        original = self._names.button(_ORIGINAL)
        original.setEnabled(not is_hidden)
        if is_hidden and original.isChecked():
            self._names.button(_PSEUDONYM).setChecked(True)
        self._review()

    def _folder_card(self) -> Card:
        card = Card(_("Where"))
        self._where = ElidedLabel()
        choose = QPushButton(_("Choose a folder…"))
        choose.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.addWidget(self._where, 1)
        row.addWidget(choose)
        card.body.addLayout(row)
        return card

    def _buttons(self) -> QHBoxLayout:
        self._open = QPushButton(_("Open the folder"))
        self._open.clicked.connect(self._open_folder)
        self._open.hide()
        close = QPushButton(_("Close"))
        close.clicked.connect(self.close)
        self._export = QPushButton(_("Write files"))
        self._export.setProperty("role", "primary")
        self._export.clicked.connect(self.start)
        row = QHBoxLayout()
        row.addWidget(self._open)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self._export)
        return row

    def _review(self) -> None:
        """Say what is missing before files can be written."""
        self._where.setText(str(self.folder) if self.folder is not None else _("No folder chosen yet"))
        is_running = self._job is not None and not self._job.is_ended
        self._export.setEnabled(self.order is not None and not is_running)
        self._report_options.setEnabled(self._is_any_chosen((*REPORT_FORMATS, *DICOM_FORMATS)))
        self._overlay.setVisible(self._is_any_chosen(DICOM_FORMATS))
        restyle(self._said, "role", "muted")
        if self._identity.checkedId() < 0:
            self._said.setText(_("Say whether the patient may be recognised in the files."))
        elif not any(box.isChecked() for box in self._format_by_name.values()):
            self._said.setText(_("Choose at least one form."))
        elif self.folder is None:
            self._said.setText(_("Choose the folder for the files."))
        else:
            self._said.setText("")

    def _is_any_chosen(self, names: Sequence[str]) -> bool:
        boxes = (self._format_by_name[name] for name in names if name in self._format_by_name)
        return any(box.isChecked() for box in boxes)

    def _offer_overlays(self) -> None:
        """Ask the engines which overlays they can compute."""
        if any(name in self._format_by_name for name in DICOM_FORMATS):
            self._session.query(
                QueueName.INFERENCE,
                lambda services, _token: services.predictor.overlay_names(),
                self._overlay.offer,
            )

    def _count(self) -> None:
        """Say behind each choice how many cases it is, once that is known."""
        selections = tuple(choice.selection for choice in self._choices)
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: [count_selected(services, one) for one in selections],
            self._show_counts,
        )

    def _show_counts(self, counts: Sequence[int]) -> None:
        for number, (choice, count) in enumerate(zip(self._choices, counts, strict=True)):
            button = self._cases.button(number)
            button.setText(f"{choice.label} ({in_numerals(format(count, ','))})")
            button.setEnabled(count > 0)

    def _choose_folder(self) -> None:
        start = str(self.folder) if self.folder is not None else ""
        if found := QFileDialog.getExistingDirectory(self, _("Folder for the files"), start):
            self.use_folder(Path(found))

    def _open_folder(self) -> None:
        if self.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder)))

    def _show(self, progress: Progress) -> None:
        self._progress.show_progress(progress.done, progress.of, progress.label)

    def _finish(self, written: WrittenCases) -> None:
        self.files = list(written.files)
        self._progress.finish()
        self._review()
        count = len(written.files)
        self._said.setText(
            ngettext("{count} file written to {folder}.", "{count} files written to {folder}.", count).format(
                count=count, folder=self.folder
            )
        )
        if written.left_out:
            self._name_skipped(written.left_out)
        self._open.setVisible(count > 0)

    def _name_skipped(self, refusals: Sequence[Refusal]) -> None:
        restyle(self._said, "role", "error")
        shown = [
            _("Left out: {name}: {sentence}").format(name=one.path.name, sentence=one.sentence)
            for one in refusals[:_MAX_NAMED]
        ]
        if len(refusals) > _MAX_NAMED:
            shown.append(
                _("… and {count} more; “naevus doctor” names every damaged file.").format(
                    count=len(refusals) - _MAX_NAMED
                )
            )
        self._said.setText("\n".join([self._said.text(), *shown]))

    def _fail(self, error: NaevusError) -> None:
        self._progress.finish()
        self._review()
        is_stopped = isinstance(error, CancelledError)
        restyle(self._said, "role", "muted" if is_stopped else "error")
        self._said.setText(
            _("Stopped. Write the same files into the same folder again to go on from here.")
            if is_stopped
            else str(error)
        )

    def _cancel(self) -> None:
        """Stop writing; what was written is kept."""
        if self._job is not None:
            self._job.cancel()


_DEIDENTIFIED, _IDENTIFIED = 0, 1
_NAMES = (
    (NamedBy.ORIGINAL, N_("Original file")),
    (NamedBy.NUMBER, N_("Number")),
    (NamedBy.PSEUDONYM, N_("Pseudonym")),
)
_ORIGINAL, _PSEUDONYM = 0, 2
_FORMS = (
    (
        ReportForm.SHORT,
        N_("One page: the decision first, then lesion, measurements and score"),
    ),
    (ReportForm.LONG, N_("Long: everything, with an overlay, the history and the models' limits")),
)
_MAX_NAMED = 8
"""Cases that are named in the dialog, so that it does not outgrow the screen."""


def _carried_out(
    services: Services, order: ExportOrder, token: CancelToken
) -> Generator[Progress, None, WrittenCases]:
    """Write every form that was ordered, one after the other."""
    written = WrittenCases()
    image_ids = selected_images(services, order.selection)
    for name in order.formats:
        if name in REPORT_FORMATS:
            written += yield from write_report(
                services, image_ids, order.folder, manner=order.manner, token=token, format_name=name
            )
        else:
            written += yield from export_cases(
                services, image_ids, name, order.folder, manner=order.manner, token=token
            )
    return written
