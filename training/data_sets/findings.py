"""What a check of a data folder can find: how grave it is, and how it is put into words."""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from models.contract.imaging.mask_plausibility import LARGEST_SHARE, LEAST_SHARE
from training.contract.table_words import OLDEST_YEARS

Level: TypeAlias = Literal["problem", "warning"]

LEAST_SIDE_PX = 64
"""Below this no dermoscopic structure can be seen."""

CATALOGUE: dict[str, tuple[Level, str]] = {
    "id_missing": ("problem", "rows without image_id or image_file"),
    "id_twice": ("problem", "image ids that stand in more than one row"),
    "split_unknown": ("problem", "splits other than train, train_extra, val and test"),
    "file_outside": ("problem", "files outside the data folder"),
    "image_missing": ("problem", "images that are not there"),
    "image_unreadable": ("problem", "images that cannot be read"),
    "image_cut_off": ("problem", "images that are cut off or damaged"),
    "mask_missing": ("problem", "masks that are not there"),
    "mask_unreadable": ("problem", "masks that cannot be read or are no masks"),
    "mask_other_size": ("problem", "masks of another size than their image"),
    "mask_empty": ("problem", "masks that mark nothing"),
    "mask_inverted": ("problem", "masks that mark the frame and not the middle (lesion and skin exchanged?)"),
    "label_unknown": ("problem", "cells of malignant or attr_* other than 0, 1 or empty"),
    "number_unreadable": ("problem", "cells where a number is expected and none stands"),
    "group_divided": ("problem", "duplicate groups with images on several sides"),
    "patient_divided": ("problem", "patients or lesions with images on several sides"),
    "fold_divided": ("problem", "groups, patients or lesions with images in several folds"),
    "fold_missing": ("problem", "training images without fold, though others have one"),
    "file_on_two_sides": ("problem", "identical image files on several sides"),
    "no_train": ("problem", "no image to learn from (train)"),
    "near_copies": ("warning", "near copies on several sides (look at them)"),
    "file_twice": ("warning", "identical image files on one side"),
    "image_tiny": ("warning", f"images with a side below {LEAST_SIDE_PX} px"),
    "mask_small": ("warning", f"masks below {LEAST_SHARE:.1%} of their image"),
    "mask_large": ("warning", f"masks above {LARGEST_SHARE:.0%} of their image"),
    "age_unlikely": ("warning", f"ages below 0 or above {OLDEST_YEARS} years"),
    "word_unknown": ("warning", "words for sex or site that count as missing"),
    "diagnosis_at_odds": ("warning", "diagnoses that contradict malignant"),
    "leak": ("warning", "columns that exist only after the diagnosis (never read)"),
    "no_val": ("warning", "no image to choose by (val); only --fold can be trained"),
    "no_test": ("warning", "no image to report on (test)"),
    "one_class": ("warning", "splits with labels, but of one class only"),
    "few_malignant": ("warning", "splits with fewer than 20 malignant images"),
}
"""Level and words by kind, in the order in which a report lists them."""

_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One kind of finding: how often, and the first names it was found at."""

    kind: str
    level: Level
    words: str
    count: int
    first: tuple[str, ...]


class Tally:
    """Counts findings by kind and keeps the first few names of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = defaultdict(list)

    def add(self, kind: str, name: str) -> None:
        """Count one finding at ``name``."""
        self._counts[kind] += 1
        if len(self._first[kind]) < _NAMED:
            self._first[kind].append(name)

    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of the catalogue."""
        return tuple(
            Finding(kind, level, words, self._counts[kind], tuple(self._first[kind]))
            for kind, (level, words) in CATALOGUE.items()
            if self._counts[kind]
        )


@dataclass(frozen=True)
class CheckReport:
    """The result of a check."""

    folder: str
    images: int
    looked_at: str
    """How closely files were looked at, in one sentence."""
    findings: tuple[Finding, ...]
    clean: tuple[str, ...]
    """Kinds that were looked for and not found."""

    @property
    def has_problem(self) -> bool:
        """Whether training would refuse or mislearn the folder as it is."""
        return any(finding.level == "problem" for finding in self.findings)

    def plain(self) -> dict[str, Any]:
        """The report in the types of JSON."""
        return {**asdict(self), "has_problem": self.has_problem}
