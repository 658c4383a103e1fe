"""The glossary is law: the code has its terms where the glossary says, and none of the words it rules out."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("app", "models", "training", "scripts")

OTHER_MEANINGS = {
    "archive": "a ZIP file with images in it",
    "check": "to verify a value before it is used",
    "class": "what a classifier tells apart",
    "contour": "the traced line of pixels, as OpenCV names it, and the stored name of a training event",
    "diagnosis": "the coded term that a decision or a model's list names",
    "duplicate": "a column of the data folder's manifest",
    "edit": "changing the fields of a patient, a lesion or a visit",
    "evaluation": "measuring a model on held-out images; an exam has two models side by side",
    "experiment": "what training/experiments holds",
    "export": "writing cases in another format",
    "item": "an element of a list, as Qt and ReportLab name it",
    "job": "work off the UI thread, and a fine-tuning of an experiment",
    "label": "text in the window or of a format, and the truth that a training image has",
    "object": "an element of a PDF file",
    "output": "what a network or a graph puts out, and files that are written",
    "quality": "focus, light and size of an image",
    "registry": "the table of Windows' settings",
    "save": "writing weights, arrays or a correction to disk",
    "scan": "the selective scan of a network",
    "side": "an edge of a square or a frame, and one of two halves of a window",
}
"""Words of the *not* column that the code needs in another sense."""

EXCEPTIONS = {
    "app/storage/rows.py": ("result", "SQLAlchemy's name of the method that is overridden"),
    "app/usecases/analysis/predictor.py": (
        "result",
        "a prediction together with the arrays that are stored beside it",
    ),
    "models/nets/classification/medmamba.py": ("merging", "the published network's name of its layer"),
    "models/contract/photographs/": ("picture", "what a file holds before it is an upright sRGB image"),
}
"""A file or folder, the word it may use, and why."""


def _rows() -> Iterator[list[str]]:
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| **"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _terms() -> frozenset[str]:
    return frozenset(term.lower() for row in _rows() for term in re.split(r" / ", row[0].strip("*")))


def _ruled_out() -> Iterator[str]:
    """The words of the *not* column; some are other terms of the glossary."""
    for row in _rows():
        yield from (word.strip().lower() for word in row[2].split(","))


def _declared(file: Path) -> Iterator[str]:
    """The names of a module and of every class and function in it."""
    yield file.stem
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


@functools.cache
def _names() -> frozenset[tuple[str, str]]:
    """Each declared name with the path of its file."""
    files = [file for top in TOPS for file in (ROOT / top).rglob("*.py")]
    return frozenset((file.relative_to(ROOT).as_posix(), name) for file in files for name in _declared(file))


@functools.cache
def words_of(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case and singular."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return [singular(word.lower()) for word in words]


def singular(word: str) -> str:
    """The word without the s of a plural; the same rule for terms and names is all that matters."""
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is")) else word


def uses(name: str, term: str) -> bool:
    """Say whether a name has the words of a term, one after the other."""
    wanted, words = [singular(word) for word in term.split()], words_of(name)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def _is_excepted(path: str, word: str) -> bool:
    return any(path.startswith(place) and word == allowed for place, (allowed, _why) in EXCEPTIONS.items())


@pytest.mark.parametrize(
    ("name", "term", "is_used"),
    [
        ("DrawnPictures", "picture", True),
        ("revert_annotation", "annotation", True),
        ("heat_map", "heat map", True),
        ("map_of_heat", "heat map", False),
        ("repicturing", "picture", False),
    ],
)
def test_words_are_found_whole_in_any_number(name: str, term: str, is_used: bool) -> None:
    assert uses(name, term) is is_used


def test_no_name_uses_a_word_that_the_glossary_rules_out() -> None:
    banned = {word for word in _ruled_out() if word not in _terms() and word not in OTHER_MEANINGS}
    found = [
        f"{path}: {name} ({word})"
        for path, name in _names()
        for word in banned
        if uses(name, word) and not _is_excepted(path, word)
    ]
    assert sorted(found) == []


def test_every_exception_is_still_needed() -> None:
    ruled_out = set(_ruled_out())
    needed = {
        place
        for place, (word, _why) in EXCEPTIONS.items()
        if word in ruled_out and any(path.startswith(place) and uses(name, word) for path, name in _names())
    }
    assert set(EXCEPTIONS) - needed == set()
    assert set(OTHER_MEANINGS) - ruled_out == set()


def test_the_code_has_the_names_that_the_glossary_gives() -> None:
    declared = {name for _path, name in _names()}
    said = [name for row in _rows() for name in re.findall(r"`(\w+)`", row[3])]

    assert said
    assert [name for name in said if name not in declared] == []
