"""The names of a case's files in one export: portable, and never twice the same, whatever the capitals."""

from pathlib import PurePath

from app.domain.case import Case
from app.domain.pseudonym import pseudonym
from app.exporters.file_names import portable_stem
from app.usecases.exports.export_manner import ExportManner, NamedBy


class CaseNames:
    """Gives each case of an export a name without an ending; a repeated one gets a number: IMG_1, IMG_1-2."""

    def __init__(self, manner: ExportManner) -> None:
        self._manner = manner
        self._number = manner.first_number - 1
        self._taken: set[str] = set()

    def next_stem(self, case: Case) -> str:
        """Return the name for the files of the next case."""
        self._number += 1
        wanted = self._wanted(case)
        stem, repeat = wanted, 1
        # Windows and macOS take names that differ in capitals alone for the same.
        while stem.casefold() in self._taken:
            repeat += 1
            stem = f"{wanted}-{repeat}"
        self._taken.add(stem.casefold())
        return stem

    def _wanted(self, case: Case) -> str:
        match self._manner.names:
            case NamedBy.NUMBER:
                return f"case-{self._number:05d}"
            case NamedBy.PSEUDONYM:
                return pseudonym("I", case.image.id)
            case NamedBy.ORIGINAL:
                # An original of another system may hold a path with backslashes.
                return portable_stem(PurePath(case.image.file_name.replace("\\", "/")).stem)
