"""The work list as a list model that reads only the windows of rows that are looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt, Signal

from app.domain.case import CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.domain.work_list.due import Reckoning
from app.text.waiting import spoken_waiting_line, waiting_tip
from app.translation import _

PAGE_ROWS = 100
"""Rows read at once: a few screens full."""

LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The CaseLine itself, or None while it is being read."""

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class CaseQuery:
    """Which cases, in which order."""

    search: str = ""
    shown: CaseFilter = CaseFilter.ALL
    order: str = "priority"
    descending: bool = False

    @property
    def is_whole(self) -> bool:
        """Say whether every case is asked for."""
        return not self.search and self.shown is CaseFilter.ALL


@dataclass(frozen=True)
class CasePage:
    """A window of the work list and how many cases there are in all."""

    query: CaseQuery
    offset: int
    total: int
    lines: Sequence[CaseLine]


class PageSource(Protocol):
    """Reads pages off the UI thread and hands them to the model's ``show_page``."""

    def request_page(self, query: CaseQuery, offset: int, limit: int) -> None:
        """Ask for a page."""
        ...


class CaseLinesModel(QStringListModel):
    """Lines of the work list, read page by page.

    The list of strings, which are empty, holds the number of rows where Qt finds it without asking Python: a
    list view that lays out 100,000 lines asks 100,000 times.
    """

    page_shown = Signal()
    """New lines can be seen; the number of rows may have changed."""

    def __init__(
        self,
        source: PageSource,
        reckon: Callable[[], Reckoning],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._reckon = reckon
        self._query = CaseQuery()
        self._total = 0
        self._lines: dict[int, CaseLine] = {}
        self._fresh: set[int] = set()
        self._requested: set[int] = set()

    @property
    def query(self) -> CaseQuery:
        """Return which cases are shown, in which order."""
        return self._query

    @property
    def total(self) -> int:
        """Return how many cases the query finds."""
        return self._total

    def ask(self, query: CaseQuery) -> None:
        """Show other cases or another order."""
        if query != self._query:
            self._query = replace(query)
            self._lines.clear()
            self.reread()

    def reread(self) -> None:
        """Read again; what is shown stays until the new lines arrive."""
        self._fresh.clear()
        self._requested.clear()
        self._request(0)

    def show_page(self, page: CasePage) -> None:
        """Take a page that was read; one for another query is dropped."""
        if page.query != self._query:
            return
        self._requested.discard(page.offset // PAGE_ROWS)
        if page.total != self._total:
            self._total = page.total
            self._lines.clear()
            self._fresh.clear()
            self._take(page)
            self.setStringList([""] * page.total)
        else:
            self._take(page)
            last = max(page.offset + len(page.lines) - 1, 0)
            self.dataChanged.emit(self.index(page.offset), self.index(last))
        self.page_shown.emit()

    def renew_lines(self, lines: Sequence[CaseLine]) -> None:
        """Take what lines say now, each at the row where it is."""
        for line in lines:
            if (row := self.row_of(line.image_id)) is not None:
                self._lines[row] = line
                self.dataChanged.emit(self.index(row), self.index(row))

    def known_line(self, row: int) -> CaseLine | None:
        """Return a row's line if it was read, without asking for it."""
        return self._lines.get(row)

    def line(self, row: int) -> CaseLine | None:
        """Return a row's line, or None after asking for it to be read."""
        page = row // PAGE_ROWS
        if 0 <= row < self._total and page not in self._fresh:
            self._request(page)
        return self._lines.get(row)

    def row_of(self, image_id: ImageId) -> int | None:
        """Return the row of a case among those read so far."""
        return next((row for row, line in self._lines.items() if line.image_id == image_id), None)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Say that a line can be chosen, and nothing else."""
        del index
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a row says in a role; the delegate draws it from ``LINE_ROLE``."""
        line = self.line(index.row())
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.patient_code} {line.patient_name}".strip() if line else "…"
        if role == Qt.ItemDataRole.ToolTipRole and line:
            return waiting_tip(line, self._reckon())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_waiting_line(line, self._reckon()) if line else _("being read")
        return None

    def _take(self, page: CasePage) -> None:
        self._lines.update(enumerate(page.lines, start=page.offset))
        self._fresh.add(page.offset // PAGE_ROWS)

    def _request(self, page: int) -> None:
        if page not in self._requested:
            self._requested.add(page)
            self._source.request_page(self._query, page * PAGE_ROWS, PAGE_ROWS)
