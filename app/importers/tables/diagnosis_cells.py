"""Diagnoses of public tables in the words of the decision form; what has no such word is refused."""

import re
from collections.abc import Mapping
from typing import Final

from app.domain.errors import InvalidFieldError
from app.domain.vocabulary import Vocabulary
from app.translation import N_, _
from training.contract.table_words import CONFIRMED_BY, known

_NAME_BY_WORD: Final[Mapping[str, str]] = {
    **dict.fromkeys(("nv", "naevus", "melanocytic nevus", "common nevus"), "Nevus"),
    **dict.fromkeys(("atypical nevus", "dysplastic nevus"), "Nevus, Atypical, Dysplastic, or Clark"),
    **dict.fromkeys(("mel", "melanoma"), "Melanoma, NOS"),
    "df": "Dermatofibroma",
    "bcc": "Basal cell carcinoma",
    **dict.fromkeys(("scc", "squamous cell carcinoma"), "Squamous cell carcinoma, NOS"),
    **dict.fromkeys(("actinic keratosis", "ak"), "Solar or actinic keratosis"),
    **dict.fromkeys(("seborrheic keratosis", "sk"), "Seborrheic keratosis"),
}
_SEVERAL: Final[Mapping[str, str]] = {
    "bkl": N_("seborrheic keratosis, solar lentigo or lichen planus like keratosis"),
    "vasc": N_("hemangioma, angiokeratoma, pyogenic granuloma or hemorrhage"),
    "akiec": N_("actinic keratosis or Bowen's disease"),
}
"""Classes of challenges that stand for several diagnoses."""

_OF_PH2: Final = {"0": "common nevus", "1": "atypical nevus", "2": "melanoma"}
_MARKED, _UNMARKED = frozenset({"x", "1", "1.0"}), frozenset({"0", "0.0"})


def diagnosis_of(cell_by_column: Mapping[str, str], vocabulary: Vocabulary) -> str | None:
    """Return the diagnosis that the cells of a line name, None where they name none.

    Of several columns the first counts that names a diagnosis of the list: the finest level comes first.
    A column called after a diagnosis may be marked with X or 1 instead.

    Raises:
        InvalidFieldError: what stands there is no diagnosis of the list, or stands for several.
    """
    refused: InvalidFieldError | None = None
    for column, cell in cell_by_column.items():
        word = _word(column, known(cell))
        if not word:
            continue
        try:
            return _named(word, vocabulary)
        except InvalidFieldError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return None


def confirmation_of(cell: str, vocabulary: Vocabulary) -> str | None:
    """Return how a diagnosis was confirmed; raises InvalidFieldError for other words."""
    text = known(cell)
    word = CONFIRMED_BY.get(text.lower(), text)
    if not word:
        return None
    for permitted in vocabulary.confirm_types:
        if permitted.casefold() == word.casefold():
            return permitted
    raise InvalidFieldError(
        "diagnosis_confirm_type", _("“{text}” is no way to confirm a diagnosis.").format(text=text)
    )


def _word(column: str, text: str) -> str:
    name = re.sub(r"[\W_]+", " ", column).strip().casefold()
    if name == "clinical diagnosis":
        return _OF_PH2.get(text, text)
    if text.lower() in _MARKED:
        return name
    return "" if text.lower() in _UNMARKED else text


def _named(word: str, vocabulary: Vocabulary) -> str:
    folded = word.casefold()
    if folded in _SEVERAL:
        raise InvalidFieldError(
            "diagnosis", _("“{word}” stands for {several}.").format(word=word, several=_(_SEVERAL[folded]))
        )
    found = vocabulary.diagnosis(_NAME_BY_WORD.get(folded, word))
    if found is None:
        raise InvalidFieldError("diagnosis", _("“{word}” is not in the list of diagnoses.").format(word=word))
    return found.name
