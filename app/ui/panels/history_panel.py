"""What happened to a case, newest first; an earlier boundary can be made the valid one again."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.ids import PredictionId, RevisionId
from app.text.figures import moment, percent_words
from app.text.history import causes_by_score, metadata_words, revision_words
from app.translation import _
from app.ui.widgets.card import Card, rule
from app.ui.widgets.labels import plain_label
from app.ui.workbench.case_view import CaseView


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history."""

    at: datetime
    title: str
    detail: str
    mask_source: PredictionId | RevisionId | None = None
    """The mask this entry brought, when it can be reverted to."""
    is_current: bool = False


def history_of(case: Case, trail: tuple[AuditEvent, ...] = ()) -> list[HistoryEntry]:
    """Return a case's history, newest first; ``trail`` tells of edited metadata and what they changed."""
    entries = [
        HistoryEntry(
            case.image.imported_at,
            _("Image imported"),
            _("by {imported_by}").format(imported_by=case.image.imported_by),
        )
    ]
    entries += _boundary_entries(case) + _score_entries(case, trail) + _metadata_entries(trail)
    entries += _revision_entries(case) + _decision_entries(case)
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


def _metadata_entries(trail: tuple[AuditEvent, ...]) -> list[HistoryEntry]:
    described = ((act, metadata_words(act)) for act in trail)
    return [
        HistoryEntry(
            act.at,
            words[0],
            ", ".join(part for part in (words[1], _("by {who}").format(who=act.who)) if part),
        )
        for act, words in described
        if words is not None
    ]


def _revision_entries(case: Case) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            revision.created_at,
            _("Boundary, revision {number}").format(number=revision.number),
            _("{revision_words}, by {author}").format(
                revision_words=revision_words(revision), author=revision.author
            ),
            revision.id,
            revision.id == case.mask_source,
        )
        for revision in case.revisions
    ]


def _decision_entries(case: Case) -> list[HistoryEntry]:
    entries = []
    for decision in case.decisions:
        said = "; ".join(_(part) for part in (decision.diagnosis, decision.management) if part)
        entries.append(
            HistoryEntry(
                decision.created_at,
                _("Decision recorded"),
                _("{value}, by {author}").format(value=said or _("comment only"), author=decision.author),
            )
        )
    return entries


class HistoryPanel(QWidget):
    """Lists the history; every earlier boundary can be made the valid one again."""

    revert_requested = Signal(str)
    """Id of the revision or boundary prediction to go back to."""

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

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's history."""
        entries = history_of(view.case, view.trail) if view is not None else []
        if entries == self.entries:
            return
        self.entries = entries
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, entry in enumerate(entries):
            if number:
                self._rows.addWidget(rule())
            self._rows.addWidget(self._row(entry))

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
        layout.addLayout(words, 1)
        if entry.mask_source is not None and not entry.is_current:
            layout.addWidget(self._revert_button(entry), 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _revert_button(self, entry: HistoryEntry) -> QPushButton:
        button = QPushButton(_("Revert to this"))
        button.setAccessibleName(
            _("Revert to {title}, {moment}").format(title=entry.title, moment=moment(entry.at))
        )
        source = str(entry.mask_source)
        button.clicked.connect(lambda: self.revert_requested.emit(source))
        return button
