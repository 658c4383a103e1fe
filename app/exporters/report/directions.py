"""The direction of each letter of a line, by the Unicode Bidirectional Algorithm (Standard Annex 9).

python-bidi does the work step by step. It leaves out the rule for pairs of brackets (N0), which is added
here: without it a bracket after a Hebrew name in an English sentence opens to the wrong side. Letters that
set directions by themselves never come here, because a report prints no control characters.
"""

import unicodedata
from typing import Any

from bidi import algorithm

_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}
"""The direction that a letter's type gives to brackets around or after it."""

_TURNED = ("R", "AL")
"""Types of letters that are read from right to left."""


def levels_of(text: str, *, is_right_to_left: bool = False) -> tuple[int, list[int]]:
    """Return the level of a paragraph and of each of its letters; odd levels are read from right to left.

    ``is_right_to_left`` says that a paragraph with any letter of such a script is read so, whatever it begins
    with.
    """
    is_turned = is_right_to_left and any(unicodedata.bidirectional(one) in _TURNED for one in text)
    base = 1 if is_turned else algorithm.get_base_level(text)
    if text.isascii():
        return base, [0] * len(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels(text, storage)
    letters = list(storage["chars"])
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    return base, _with_joiners(letters, {id(one) for one in storage["chars"]}, base)


def _with_joiners(letters: list[dict[str, Any]], kept: set[int], base: int) -> list[int]:
    """Return all levels: joiners, which the algorithm takes out, have that of the letter before."""
    levels: list[int] = []
    for letter in letters:
        is_joiner = id(letter) not in kept
        levels.append((levels[-1] if levels else base) if is_joiner else letter["level"])
    return levels


def _resolve_brackets(letters: list[dict[str, Any]], embedding: str) -> None:
    """Give both brackets of a pair one direction: that of what they enclose (rule N0)."""
    for opening, closing in _bracket_pairs(letters):
        inside = {_STRONG[one["type"]] for one in letters[opening + 1 : closing] if one["type"] in _STRONG}
        if not inside:
            continue
        if embedding in inside or _strong_before(letters, opening, embedding) == embedding:
            direction = embedding
        else:
            direction = "R" if embedding == "L" else "L"
        letters[opening]["type"] = letters[closing]["type"] = direction


def _strong_before(letters: list[dict[str, Any]], place: int, embedding: str) -> str:
    before = (_STRONG[one["type"]] for one in reversed(letters[:place]) if one["type"] in _STRONG)
    return next(before, embedding)


def _bracket_pairs(letters: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return where brackets open and close, in the order in which they open."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for place, letter in enumerate(letters):
        category = unicodedata.category(letter["ch"]) if letter["type"] == "ON" else ""
        if category == "Ps":
            waiting.append((algorithm.MIRRORED.get(letter["ch"], ""), place))
        elif category == "Pe":
            fitting = [at for at, (closed_by, _) in enumerate(waiting) if closed_by == letter["ch"]]
            if fitting:
                pairs.append((waiting[fitting[-1]][1], place))
                del waiting[fitting[-1] :]
    return sorted(pairs)
