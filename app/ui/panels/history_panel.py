"""What happened to a case, newest first; an earlier boundary can be made the valid one again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.domain.audit import MOVES, AuditEvent
from app.domain.case import Case
from app.domain.ids import BlobName, MoveId, PredictionId, ReadingId, RevisionId
from app.domain.moves import DescribedMove
from app.domain.revision import MaskRevision
from app.text.figures import moment, percent_words
from app.text.history import causes_by_score, decision_words, metadata_words, move_words, revision_words
from app.text.lesions import lesion_changes, lesion_title
from app.text.outcomes import outcome_title, outcome_words
from app.text.readings import form_words, reading_words
from app.translation import _
from app.ui.widgets.card import Card, rule
from app.ui.widgets.labels import plain_label
from app.ui.workbench.case_view import CaseView

_OUTLINE_PX = 56
"""Of the longer side of a small picture."""


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history."""

    at: datetime
    title: str
    detail: str
    mask_source: PredictionId | RevisionId | None = None
    """The mask this entry brought, when it can be reverted to."""
    is_current: bool = False
    mask: BlobName | None = None
    """The mask this entry brought, to be shown small."""
    move_id: MoveId | None = None
    """The move this entry tells of, when it can be undone."""
    reading: ReadingId | None = None
    """A reading that can be opened."""


def history_of(
    case: Case,
    trail: tuple[AuditEvent, ...] = (),
    moves: Mapping[MoveId, DescribedMove] = MappingProxyType({}),
) -> list[HistoryEntry]:
    """Return a case's history, newest first; ``trail`` tells of edited metadata, ``moves`` of its moves."""
    entries = [
        HistoryEntry(
            case.image.imported_at,
            _("Image imported"),
            _("by {imported_by}").format(imported_by=case.image.imported_by),
        )
    ]
    entries += _boundary_entries(case) + _score_entries(case, trail)
    entries += _metadata_entries(trail, moves)
    entries += _revision_entries(case) + _lesion_entries(case)
    entries += _decision_entries(case) + _outcome_entries(case)
    entries += _reading_entries(case)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _boundary_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            boundary.predicted_at,
            _("Boundary predicted"),
            _("{name} {version}, weights {weights_sha256}").format(
                name=boundary.model.name,
                version=boundary.model.version,
                weights_sha256=boundary.model.weights_sha256[:12],
            ),
            boundary.id,
            boundary.id == case.mask_source,
            boundary.mask,
        )
        for boundary in case.boundaries
    ]


def _score_entries(case: Case, trail: tuple[AuditEvent, ...]) -> list[HistoryEntry]:
    causes, entries = causes_by_score(case, trail), []
    for score in case.scores:
        model = _("{name} {version}, weights {weights_sha256}").format(
            name=score.model.name, version=score.model.version, weights_sha256=score.model.weights_sha256[:12]
        )
        again = _("Computed again: {causes}.\n").format(causes=causes[score.id]) if score.id in causes else ""
        title = _("Score {probability}").format(probability=percent_words(score.probability))
        entries.append(HistoryEntry(score.predicted_at, title, again + model))
    return entries


def _metadata_entries(
    trail: tuple[AuditEvent, ...], moves: Mapping[MoveId, DescribedMove]
) -> list[HistoryEntry]:
    return [_metadata_entry(act, words, moves) for act in trail if (words := metadata_words(act)) is not None]


def _metadata_entry(
    act: AuditEvent, words: tuple[str, str], moves: Mapping[MoveId, DescribedMove]
) -> HistoryEntry:
    title, told = words
    move_id = MoveId(act.detail) if act.kind in MOVES else None
    move = None if move_id is None else moves.get(move_id)
    if move is not None:
        told = move_words(move)
        title += _(" (undone)") if move.is_undone else ""
    between = "\n" if act.edits else ", "
    detail = between.join(part for part in (told, _("by {who}").format(who=act.who)) if part)
    can_undo = move is not None and not move.is_undone
    return HistoryEntry(act.at, title, detail, move_id=move_id if can_undo else None)


def _revision_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            revision.created_at,
            _revision_title(case, revision),
            _("{revision_words}, by {author}").format(
                revision_words=revision_words(revision), author=revision.author
            ),
            revision.id,
            revision.id == case.mask_source,
            revision.mask,
        )
        for revision in case.revisions
    ]


def _revision_title(case: Case, revision: MaskRevision) -> str:
    """Which lesion it outlines is said where an image has had several."""
    title = _("Boundary, revision {number}").format(number=revision.number)
    return f"{title}, {lesion_title(revision.lesion)}" if case.lesion_lists else title


def _lesion_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(found.created_at, words, _("by {who}").format(who=found.author))
        for found, words in lesion_changes(case)
    ]


def _decision_entries(case: Case) -> list[HistoryEntry]:
    entries = []
    for before, decision in zip((None, *case.decisions), case.decisions, strict=False):
        said = decision_words(before, decision)
        title, words = (
            (_("Decision recorded"), _("{value}, by {author}"))
            if before is None
            else (_("Decision changed"), _("{value}\nby {author}"))
        )
        detail = words.format(value=said, author=decision.author)
        entries.append(HistoryEntry(decision.created_at, title, detail))
    return entries


def _outcome_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            outcome.created_at,
            outcome_title(before, outcome),
            _("{value}, by {author}").format(value=outcome_words(outcome), author=outcome.author),
        )
        for before, outcome in zip((None, *case.outcomes), case.outcomes, strict=False)
    ]


def _reading_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            reading.created_at,
            _("Reading: {form}").format(form=form_words(reading.form)),
            _("{words} By {author}").format(words=reading_words(reading), author=reading.author),
            reading=reading.id,
        )
        for reading in case.readings
    ]


class HistoryPanel(QWidget):
    """Lists the history; every earlier boundary can be made the valid one again."""

    revert_requested = Signal(str)
    """Id of the revision or boundary prediction to go back to."""
    outlines_wanted = Signal(list)
    """Names of masks whose small pictures are to be shown."""

    undo_requested = Signal(str)
    """Id of the move to be undone."""
    reading_requested = Signal(str)
    """Id of a reading to open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = Card(_("History"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(7)
        self._card.body.addLayout(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._card)
        layout.addStretch(1)
        self.entries: list[HistoryEntry] = []
        self._pictures: dict[BlobName, list[QLabel]] = {}
        self._outline_by_mask: dict[BlobName, QPixmap] = {}

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's history."""
        entries = history_of(view.case, view.trail, view.moves) if view is not None else []
        if entries == self.entries:
            return
        self.entries = entries
        self._pictures = {}
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, entry in enumerate(entries):
            if number:
                self._rows.addWidget(rule())
            self._rows.addWidget(self._row(entry))
        self._outline_by_mask = {
            mask: outline for mask, outline in self._outline_by_mask.items() if mask in self._pictures
        }
        self.show_outlines(self._outline_by_mask)
        self._ask_for_outlines()

    def show_outlines(self, outline_by_mask: Mapping[BlobName, QPixmap]) -> None:
        """Show small pictures of masks beside the entries that brought them."""
        self._outline_by_mask |= outline_by_mask
        for mask, outline in outline_by_mask.items():
            for shown in self._pictures.get(mask, ()):
                outline.setDevicePixelRatio(max(outline.width(), outline.height(), 1) / _OUTLINE_PX)
                shown.setPixmap(outline)
                shown.show()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the pictures when they come into sight."""
        super().showEvent(event)
        self._ask_for_outlines()

    def _ask_for_outlines(self) -> None:
        wanted = [mask for mask in self._pictures if mask not in self._outline_by_mask]
        if wanted and self.isVisible():
            self.outlines_wanted.emit(wanted)

    def _row(self, entry: HistoryEntry) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(1)
        title = entry.title + (_(" (in force)") if entry.is_current else "")
        words.addWidget(plain_label(title, "heading", wraps=True))
        words.addWidget(plain_label(entry.detail, "muted", wraps=True))
        words.addWidget(plain_label(moment(entry.at), "small"))
        if entry.mask is not None:
            layout.addWidget(self._outline(entry, entry.mask), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        for button in self._buttons(entry):
            words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return row

    def _outline(self, entry: HistoryEntry, mask: BlobName) -> QLabel:
        """Return the place of a small picture, which is hidden until it is drawn."""
        shown = plain_label()
        shown.setAccessibleName(_("Outline of {title}").format(title=entry.title))
        shown.hide()
        self._pictures.setdefault(mask, []).append(shown)
        return shown

    def _buttons(self, entry: HistoryEntry) -> Iterator[QPushButton]:
        source, move_id, reading_id = str(entry.mask_source), str(entry.move_id), str(entry.reading)
        if entry.mask_source is not None and not entry.is_current:
            name = _("Revert to {title}, {moment}")
            yield _button(_("Revert to this"), name, entry, lambda: self.revert_requested.emit(source))
        if entry.move_id is not None:
            name = _("Undo: {title}, {moment}")
            yield _button(_("Undo"), name, entry, lambda: self.undo_requested.emit(move_id))
        if entry.reading is not None:
            name = _("Open {title}, {moment}")
            yield _button(_("Open"), name, entry, lambda: self.reading_requested.emit(reading_id))


def _button(text: str, name: str, entry: HistoryEntry, ask: Callable[[], None]) -> QPushButton:
    """A button of an entry; ``name`` says with title and moment which entry it is of."""
    button = QPushButton(text)
    button.setAccessibleName(name.format(title=entry.title, moment=moment(entry.at)))
    button.clicked.connect(ask)
    return button
