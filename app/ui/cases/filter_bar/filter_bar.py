"""Search line, chips, part of the list and saved filters, which together say what the list shows."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.case_filter import CaseFilter
from app.domain.changes import Changes
from app.domain.work_list.saved_filter import SavedFilter
from app.domain.work_list.search import (
    BAND_BY_WORD,
    STATE_BY_WORD,
    Condition,
    SearchField,
    parse_search,
    search_text,
    words_alone,
)
from app.text.search_words import PART_WORDS
from app.translation import _, ngettext
from app.ui.cases.filter_bar.chip_row import ChipRow
from app.ui.cases.filter_bar.filter_menu import FilterMenu
from app.ui.cases.filter_bar.search_line import SearchLine
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.usecases.work_list.keep_filter import KnownWords, give_up_filter, keep_filter, known_words

_SEARCH_PAUSE_MS = 180


class FilterBar(QWidget):
    """Says what the list shows; everything of it can be reached and done by keys."""

    changed = Signal()
    """Other cases are asked for."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._conditions: tuple[Condition, ...] = ()
        self.line = SearchLine()
        self.chips = ChipRow()
        self.menu = FilterMenu()
        self._problem = plain_label("", "error", wraps=True)
        self._problem.hide()
        self.count = plain_label("", "small")
        self.shown = ChoiceBox(((words, part) for part, words in PART_WORDS.items()), unknown=_("All cases"))
        self.shown.setAccessibleName(_("Which cases are shown"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        self._lay_out()
        self._pause.timeout.connect(self.changed)
        self.line.textChanged.connect(lambda _text: self._pause.start())
        self.line.conditions_typed.connect(self._add)
        self.line.last_unwanted.connect(self._drop_last)
        self.line.refused.connect(self._show_problem)
        self.chips.unwanted.connect(self._drop)
        self.shown.chosen.connect(self._announce)
        self.menu.taken.connect(self._take)
        self.menu.keep_requested.connect(self._keep)
        self.menu.give_up_requested.connect(self._give_up)
        self.menu.everything_requested.connect(self.show_everything)
        session.changed.connect(self._refresh)

    @property
    def kept(self) -> tuple[SavedFilter, ...]:
        """Return the filters that are kept under a name."""
        return self.menu.kept

    @property
    def search(self) -> str:
        """Return words and conditions as one text."""
        return search_text(self.line.words, self._conditions)

    @property
    def part(self) -> CaseFilter:
        """Return which part of the list is chosen."""
        return CaseFilter(self.shown.currentData() or CaseFilter.ALL)

    @property
    def search_with_part(self) -> str:
        """Return the search with the chosen part of the list as a condition."""
        own = () if self.part is CaseFilter.ALL else (_as_condition(self.part),)
        return search_text(self.line.words, tuple(dict.fromkeys((*self._conditions, *own))))

    def read_known(self) -> None:
        """Read what values conditions can have, and the saved filters."""
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: known_words(services),
            self._show_known,
            replaces="words of the filter bar",
        )

    def show_count(self, total: int) -> None:
        """Say how many cases are found."""
        self.count.setText(ngettext("{total:,} case", "{total:,} cases", total).format(total=total))
        self.menu.show_state(is_anything_set=bool(self.search_with_part))

    def focus_line(self) -> None:
        """Let the person type; what stands in the line is marked."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def show_everything(self) -> None:
        """Take every condition and word away."""
        self._set((), "", CaseFilter.ALL)

    def set_search(self, text: str) -> None:
        """Show what a text asks for, in place of all that was set.

        Raises:
            InvalidFieldError: the text has a condition that means nothing.
        """
        self._set(parse_search(text).conditions, words_alone(text), CaseFilter.ALL)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.shown, 1)
        row.addWidget(self.menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.line)
        layout.addWidget(self._problem)
        layout.addWidget(self.chips)
        layout.addLayout(row)

    def _set(self, conditions: tuple[Condition, ...], words: str, part: CaseFilter) -> None:
        self._conditions = conditions
        self.line.setText(words)
        self.shown.set_value(None if part is CaseFilter.ALL else part)
        self._show_problem("")
        self.chips.show_conditions(conditions)
        self._announce()

    def _announce(self) -> None:
        self._pause.stop()
        self.changed.emit()

    def _add(self, conditions: tuple[Condition, ...]) -> None:
        self._conditions = tuple(dict.fromkeys((*self._conditions, *conditions)))
        self.chips.show_conditions(self._conditions)
        self._announce()

    def _drop(self, gone: Condition) -> None:
        self._conditions = tuple(each for each in self._conditions if each != gone)
        self.chips.show_conditions(self._conditions)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._announce()

    def _drop_last(self) -> None:
        if self._conditions:
            self._drop(self._conditions[-1])

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def _take(self, kept: SavedFilter) -> None:
        self.set_search(kept.search)
        self._session.tell(_("Filter “{name}”: {search}").format(name=kept.name, search=kept.search))

    def _keep(self, name: str) -> None:
        if not self.line.hand_over():
            return
        search = self.search_with_part
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: keep_filter(services, name, search),
            done=lambda _changes: self._session.tell(
                _("The filter is kept as “{name}”.").format(name=" ".join(name.split()))
            ),
        )

    def _give_up(self, name: str) -> None:
        self._session.act(QueueName.DATABASE, lambda services, _token: give_up_filter(services, name))

    def _refresh(self, changes: Changes) -> None:
        if changes.settings or changes.case_list:
            self.read_known()

    def _show_known(self, known: KnownWords) -> None:
        self.line.set_known(known)
        self.menu.show_kept(known.filters)


def _as_condition(part: CaseFilter) -> Condition:
    """Return a part of the list as a condition."""
    if part.value in BAND_BY_WORD:
        return Condition(SearchField.BAND, part.value)
    return Condition(SearchField.IS, next(word for word, own in STATE_BY_WORD.items() if own is part))
