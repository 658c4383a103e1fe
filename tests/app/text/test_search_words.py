import pytest

from app.domain.work_list.search import parse_search
from app.text.search_words import completions, condition_words
from app.usecases.work_list.keep_filter import KnownWords

KNOWN = KnownWords(
    tags=("Tumour board", "teaching"),
    people=("Dr Adams", "Dr Brown"),
    models=("mambaderm 1.0",),
    sites=("head/neck", "palms/soles"),
    diagnoses=("Melanoma Invasive",),
)


def _texts(begun: str) -> list[str]:
    return [each.text for each in completions(begun, KNOWN)]


@pytest.mark.parametrize(
    ("begun", "first"),
    [
        ("ba", ["band:"]),
        ("-ta", ["-tag:"]),
        ("band:u", ["band:urgent", "band:routine"]),
        ("-band:rou", ["-band:routine"]),
        ("tag:tu", ['tag:"Tumour board"']),
        ('tag:"tumour b', ['tag:"Tumour board"']),
        ("assigned:", ["assigned:me", "assigned:nobody", 'assigned:"Dr Adams"', 'assigned:"Dr Brown"']),
        ("assigned:adam", ['assigned:"Dr Adams"']),
        ("overd", ["due:overdue"]),
        ("urgent", ["band:urgent"]),
        ("melano", ['diagnosis:"Melanoma Invasive"']),
        ("site:neck", ["site:head/neck"]),
        ("zzz", []),
        ("imported:20", []),
    ],
)
def test_typing_completes(begun: str, first: list[str]) -> None:
    assert _texts(begun) == first


def test_nothing_typed_offers_every_field() -> None:
    assert "band:" in _texts("")
    assert all(text.endswith(":") for text in _texts(""))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("band:urgent", "Band: Urgent"),
        ("-tag:teaching", "Not Tag: teaching"),
        ("due:overdue", "Due: overdue"),
        ("due:week", "Due: within 7 days"),
        ("is:second-look", "State: For a second look"),
        ("site:head/neck", "Site: Head/neck"),
        ("assigned:me", "Assigned to: me"),
        ("imported:2026-03", "Imported: 2026-03"),
    ],
)
def test_a_condition_is_told_in_words(text: str, words: str) -> None:
    (condition,) = parse_search(text).conditions
    assert condition_words(condition) == words


def test_every_completion_is_a_condition_that_means_something() -> None:
    for field in _texts(""):
        for text in _texts(field):
            assert len(parse_search(text).conditions) == 1
