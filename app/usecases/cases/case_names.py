"""Finds cases by the names of their image files, however a system spells accents and capitals."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePath

from app.domain.ids import ImageId
from app.imaging.file_kind import promises_image
from app.usecases.services import Services

_AT_A_TIME = 500


@dataclass
class _Index:
    exact: dict[str, list[ImageId]] = field(default_factory=lambda: defaultdict(list))
    folded: dict[str, list[ImageId]] = field(default_factory=lambda: defaultdict(list))

    def found(self, name: str) -> tuple[ImageId, ...]:
        """The cases called exactly so, else those whose name differs in capitals only."""
        return tuple(self.exact.get(name, ())) or tuple(self.folded.get(name.casefold(), ()))


class CaseNames:
    """The cases of the work list by the names of their image files."""

    def __init__(self, services: Services, among: Collection[ImageId] | None = None) -> None:
        self._ids: set[ImageId] = set()
        self._by_file, self._by_stem = _Index(), _Index()
        with services.store.reading() as work:
            for offset in range(0, work.cases.case_count(), _AT_A_TIME):
                for line in work.cases.case_lines(offset=offset, limit=_AT_A_TIME, order="imported"):
                    if among is None or line.image_id in among:
                        self._add(line.image_id, composed(line.file_name))

    def has(self, image_id: ImageId) -> bool:
        """Say whether a case is in the work list."""
        return image_id in self._ids

    def of_file(self, name: str) -> tuple[ImageId, ...]:
        """Return the cases whose image file is called so, with or without folders and ending."""
        file_name = composed(re.split(r"[/\\]", name.strip())[-1])
        for index, wanted in (
            (self._by_file, file_name),
            (self._by_stem, file_name),
            (self._by_stem, _without_ending(file_name)),
        ):
            if found := index.found(wanted):
                return found
        return ()

    def of_stem(self, stem: str) -> tuple[ImageId, ...]:
        """Return the cases whose image file is called so without its ending."""
        return self._by_stem.found(composed(stem))

    def _add(self, image_id: ImageId, file_name: str) -> None:
        self._ids.add(image_id)
        for index, name in ((self._by_file, file_name), (self._by_stem, _without_ending(file_name))):
            index.exact[name].append(image_id)
            index.folded[name.casefold()].append(image_id)


def _without_ending(file_name: str) -> str:
    """A name without the ending of an image file; what else follows a point, as in a UID, belongs to it."""
    suffix = PurePath(file_name).suffix
    return file_name.removesuffix(suffix) if promises_image(suffix) else file_name


def composed(name: str) -> str:
    """Return a name with its accents in one form: macOS takes letters and accents apart, others do not."""
    return unicodedata.normalize("NFC", name)
