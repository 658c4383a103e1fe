"""Masks and outlines drawn elsewhere: looked through first, then taken as corrections or starting points."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.translation import _, ngettext
from app.ui.cases.reviewed_import_dialog import ReviewedImportDialog
from app.ui.cases.sentence_table import SentenceTable
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.usecases.cases.import_images import FileNotice, Refusal
from app.usecases.corrections.import_corrections import (
    ImplausibleMask,
    ImportedCorrections,
    MaskChoices,
    MaskUse,
    import_corrections,
)
from models.contract.errors import NaevusError

_USES = (MaskUse.CORRECTION, MaskUse.STARTING_POINT)


class MasksDialog(ReviewedImportDialog):
    """Chooses files, shows which cases they fit and which not, and takes them."""

    folder_used = Signal(str)
    """The folder in which files were chosen."""

    def __init__(self, session: Session, start_folder: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setWindowTitle(_("Masks drawn elsewhere"))
        self.resize(900, 600)
        self._start_folder = start_folder
        self._paths: tuple[Path, ...] = ()
        self._found = ImportedCorrections((), ())
        self._is_taking = False
        self._build()
        self._review()

    def look_through(self, paths: Sequence[Path]) -> None:
        """Look which cases the masks in files and folders fit; nothing is stored."""
        self._paths = tuple(paths)
        self._try()

    def take(self) -> None:
        """Take what fits."""
        if not self._found.taken or self._is_taking:
            return
        self._is_taking = True
        self._review()
        self._follow(self._paths, is_trial=False)

    @property
    def choices(self) -> MaskChoices:
        """Return what the person chose."""
        return MaskChoices(
            in_doubt=ImplausibleMask(str(self.in_doubt.value or ImplausibleMask.REFUSE)),
            use=_USES[self._use.checkedId()],
            label=self.label_line.text().strip() or None,
            scales=self.scales.isChecked(),
            separates=self.separates.isChecked(),
        )

    def _build(self) -> None:
        self._said = plain_label(
            _(
                "Mask files named as their images (PNG, TIFF, …), outlines of COCO, labelme, CVAT for "
                "images 1.1 or YOLO, or DICOM segmentations."
            ),
            "muted",
            wraps=True,
        )
        self._take = QPushButton()
        self._take.clicked.connect(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(self._sources())
        layout.addWidget(self._said)
        layout.addLayout(self._uses())
        layout.addLayout(self._options())
        layout.addWidget(self._pages(), 1)
        layout.addWidget(self._progress)
        layout.addLayout(self._buttons(self._take, self._refused_lines))

    def _sources(self) -> QHBoxLayout:
        self._where = plain_label(_("No files are chosen."), "heading")
        files, folder = QPushButton(_("Choose files…")), QPushButton(_("Choose a folder…"))
        files.clicked.connect(self._choose_files)
        folder.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.addWidget(self._where, 1)
        row.addWidget(files)
        row.addWidget(folder)
        return row

    def _uses(self) -> QVBoxLayout:
        self._use = QButtonGroup(self)
        rows = QVBoxLayout()
        rows.setSpacing(4)
        for number, text in enumerate(
            (
                _("Corrections, signed by me: models may learn from them"),
                _("Starting points, unsigned: to be corrected or confirmed"),
            )
        ):
            button = QRadioButton(text)
            self._use.addButton(button, number)
            rows.addWidget(button)
        self._use.button(0).setChecked(True)
        self.scales = QCheckBox(_("Scale masks of other sizes and the same proportions"))
        self.scales.toggled.connect(self._try)
        rows.addWidget(self.scales)
        self.separates = QCheckBox(_("Several shapes on an image are several lesions"))
        self.separates.setToolTip(
            _("The one that the file names, or the largest, is measured and scored; else all are one.")
        )
        self.separates.toggled.connect(self._try)
        rows.addWidget(self.separates)
        return rows

    def _options(self) -> QHBoxLayout:
        self.in_doubt = ChoiceBox(
            (
                (_("taken as they are"), ImplausibleMask.AS_MARKED),
                (_("exchanged, if they mark skin"), ImplausibleMask.EXCHANGE),
            ),
            unknown=_("refused"),
        )
        self.in_doubt.setMinimumWidth(190)
        self.in_doubt.setAccessibleName(_("What is done with doubtful masks"))
        self.in_doubt.chosen.connect(self._try)
        self.label_line = QLineEdit()
        self.label_line.setPlaceholderText(_("any, if there is only one"))
        self.label_line.setAccessibleName(_("Label of the lesion"))
        self.label_line.editingFinished.connect(self._try_other_label)
        row = QHBoxLayout()
        row.addWidget(plain_label(_("Label of the lesion")))
        row.addWidget(self.label_line, 1)
        row.addWidget(plain_label(_("Doubtful masks are")))
        row.addWidget(self.in_doubt, 1)
        return row

    def _pages(self) -> QTabWidget:
        self.fitting = SentenceTable((_("Image"), _("File"), _("How it was read")))
        self.refusals = SentenceTable((_("File"), _("Why it is not taken")))
        for table in (self.fitting, self.refusals):
            table.setColumnWidth(0, 240)
        self.pages = QTabWidget()
        self.pages.addTab(self.fitting, "")
        self.pages.addTab(self.refusals, "")
        return self.pages

    def _choose_files(self) -> None:
        names, _filter = QFileDialog.getOpenFileNames(self, _("Masks drawn elsewhere"), self._start_folder)
        if names:
            self._use_paths([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, _("Masks drawn elsewhere"), self._start_folder)
        if name:
            self._use_paths([Path(name)])

    def _use_paths(self, paths: Sequence[Path]) -> None:
        first = paths[0]
        self._start_folder = str(first if first.is_dir() else first.parent)
        self.folder_used.emit(self._start_folder)
        self.look_through(paths)

    def _try_other_label(self) -> None:
        if self.label_line.isModified():
            self.label_line.setModified(False)
            self._try()

    def _try(self) -> None:
        """Look through the files anew with what is chosen now."""
        if not self._paths or self._is_taking:
            return
        if self._job is not None:
            self._job.supersede()
        first = self._paths[0].name
        more = len(self._paths) - 1
        self._where.setText(_("{first} and {more} more").format(first=first, more=more) if more else first)
        self._follow(self._paths, is_trial=True)

    def _follow(self, paths: Sequence[Path], *, is_trial: bool) -> None:
        choices = self.choices
        self._job = self._session.follow(
            QueueName.FILES,
            lambda services, token: import_corrections(
                services, paths, token=token, choices=choices, is_trial=is_trial
            ),
            progressed=self._show_progress,
            done=self._show_found if is_trial else self._finish,
            failed=self._fail,
            changes_of=None if is_trial else lambda taken: taken.changes,
        )

    def _show_found(self, found: ImportedCorrections) -> None:
        self._progress.finish()
        self._found = found
        said_by_path: dict[Path, list[str]] = {}
        for notice in found.notices:
            said_by_path.setdefault(notice.path, []).append(notice.sentence)
        self.fitting.show_lines(
            [(one.image_file, one.path.name, " ".join(said_by_path.get(one.path, []))) for one in found.taken]
        )
        self._show_refused(found.refused)
        self._said.setText(_sum_of(found.notices, found.taken_files))
        self._said.setVisible(bool(self._said.text()))
        self._review()

    def _show_refused(self, refused: Sequence[Refusal]) -> None:
        self.refusals.show_lines([(one.path.name, one.sentence) for one in refused])

    def _finish(self, taken: ImportedCorrections) -> None:
        self._is_taking = False
        self._progress.finish()
        self._found = ImportedCorrections((), taken.refused)
        self.fitting.show_lines([])
        self._show_refused(taken.refused)
        count = len(taken.taken)
        said = [ngettext("{count} mask was taken.", "{count} masks were taken.", count).format(count=count)]
        if not taken.is_whole:
            said.append(_("It was stopped; what was taken before is kept."))
        self._said.setText(" ".join(said))
        self._said.show()
        self._review()

    def _fail(self, error: NaevusError) -> None:
        self._is_taking = False
        self._progress.finish()
        self._said.setText(str(error))
        self._said.show()
        self._review()

    def _review(self) -> None:
        count = len(self._found.taken)
        self._take.setText(ngettext("Take {count} mask", "Take {count} masks", count).format(count=count))
        self._take.setEnabled(count > 0 and not self._is_taking)
        self.pages.setTabText(0, _("Fitting ({count})").format(count=count))
        self.pages.setTabText(1, _("Refused ({count})").format(count=len(self._found.refused)))

    def _refused_lines(self) -> list[str]:
        return [f"{one.path}\t{one.sentence}" for one in self._found.refused]


def _sum_of(notices: Sequence[FileNotice], taken: frozenset[Path]) -> str:
    """What is to be said of files of which nothing is taken, and of what was left out of others."""
    return " ".join(
        f"{notice.path.name}: {notice.sentence}" for notice in notices if notice.path not in taken
    )
