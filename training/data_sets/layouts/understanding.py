"""Keeps count of what a table says and a converter does not understand, so that nothing is lost silently."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from training.contract.table_words import known

_MOST_NAMED = 20


class Understanding:
    """Reads single cells and remembers those that were not understood."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._unread: tuple[str, ...] = ()

    def of(self, column: str, cell: str, line: int, meaning: Callable[[str], str]) -> str:
        """What ``meaning`` finds in a cell; where it finds nothing, the cell is remembered."""
        text = known(cell)
        understood = meaning(text) if text else ""
        if text and not understood:
            self._lines[column][text].append(line)
        return understood

    def unread(self, columns: tuple[str, ...]) -> None:
        """Remember columns that nothing is taken from."""
        self._unread = columns

    def notes(self) -> Iterator[str]:
        """Sentences that count and list what was not understood."""
        for column, lines_by_word in self._lines.items():
            count = sum(len(lines) for lines in lines_by_word.values())
            words = [
                f"{word[:40]!r} ({len(lines)}, first in line {lines[0]})"
                for word, lines in sorted(lines_by_word.items(), key=lambda item: (-len(item[1]), item[0]))
            ]
            more = f" and {len(words) - _MOST_NAMED} other words" if len(words) > _MOST_NAMED else ""
            yield (
                f"{self.table}: {count} cells of {column} were not understood and count as not known: "
                f"{', '.join(words[:_MOST_NAMED])}{more}."
            )
        if self._unread:
            yield f"{self.table}: nothing was taken from the columns {', '.join(self._unread)}."
