"""The rules that single rows of a manifest must keep."""

from collections.abc import Iterable, Iterator, Mapping

from models.contract.imaging.structures import STRUCTURES
from models.contract.lesion.tabular import CATEGORICAL_VALUES
from training.contract.data_set import GIVEN_NUMBERS, LEAKS, SPLITS, is_fold, number_of
from training.contract.table_words import OLDEST_YEARS

_BENIGN = ("nevus", "seborrheic keratosis")
_FLAGS = ("malignant", *(f"attr_{name}" for name in STRUCTURES))
_SITES = (*CATEGORICAL_VALUES["anatom_site_general"], "palms/soles", "oral/genital", "lateral torso", "torso")
"""General sites as published; the last four are known words that no input has a value for."""


def column_findings(columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the header of a manifest gives away: kind of finding and name of the column."""
    yield from (("leak", name) for name in columns if name in LEAKS)


def row_findings(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The rules that a row breaks: kind of finding, and the cell in words."""
    name = row.get("image_id", "")
    if not name or not row.get("image_file"):
        yield "id_missing", name or "a row without image_id"
    if row.get("split", "") not in SPLITS:
        yield "split_unknown", f"{name} ({row.get('split', '')!r})"
    for column in _FLAGS:
        if row.get(column, "") not in ("", "0", "1"):
            yield "label_unknown", f"{name} ({column} {row[column]!r})"
    yield from _number_findings(row, name)
    if row.get("sex", "") not in ("", *CATEGORICAL_VALUES["sex"]):
        yield "word_unknown", f"{name} (sex {row['sex']!r})"
    if row.get("site", "") not in ("", *_SITES):
        yield "word_unknown", f"{name} (site {row['site']!r})"
    expected = {"melanoma": "1", **dict.fromkeys(_BENIGN, "0")}.get(row.get("diagnosis", ""))
    if expected and row.get("malignant", "") == str(1 - int(expected)):
        yield "diagnosis_at_odds", f"{name} ({row['diagnosis']}, malignant {row['malignant']})"


def _number_findings(row: Mapping[str, str], name: str) -> Iterator[tuple[str, str]]:
    for column in ("age", *GIVEN_NUMBERS):
        text = row.get(column, "")
        if text and (number := number_of(text)) is None:
            yield "number_unreadable", f"{name} ({column} {text[:40]!r})"
        elif text and column == "age" and not 0 <= (number or 0) <= OLDEST_YEARS:
            yield "age_unlikely", f"{name} ({text})"
    fold = row.get("fold", "")
    if fold and not is_fold(fold):
        yield "number_unreadable", f"{name} (fold {fold[:40]!r})"
