"""Finds diagnoses by what is typed: names, parts of names, other words for them, abbreviations."""

from collections.abc import Sequence

from app.domain.vocabulary import Diagnosis

_NO_MATCH = 5


def matching_diagnoses(diagnoses: Sequence[Diagnosis], typed: str) -> tuple[Diagnosis, ...]:
    """Return the diagnoses that something typed may mean, the likeliest first; all when nothing is typed."""
    wanted = " ".join(typed.casefold().split())
    if not wanted:
        return tuple(diagnoses)
    ranked = [(_rank(diagnosis, wanted), diagnosis) for diagnosis in diagnoses]
    found = [(rank, diagnosis) for rank, diagnosis in ranked if rank < _NO_MATCH]
    # The sort is stable, so that diagnoses of one rank keep the order of the vocabulary.
    return tuple(diagnosis for _, diagnosis in sorted(found, key=lambda each: each[0]))


def _rank(diagnosis: Diagnosis, wanted: str) -> int:
    """Return how well a diagnosis fits, 0 being the best: the whole name or another word for it."""
    name, also = diagnosis.name.casefold(), [word.casefold() for word in diagnosis.also]
    if wanted == name or wanted in also:
        return 0
    if name.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in also):
        return 2
    words = " ".join((name, *also)).replace(",", " ").split()
    if all(any(word.startswith(part) for word in words) for part in wanted.split()):
        return 3
    return 4 if len(wanted) > 2 and any(wanted in text for text in (name, *also)) else _NO_MATCH
