"""Whether two spellings of a name can be one person's: order, case, accents and left-out parts differ."""

import re
import unicodedata

_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "œ": "oe", "æ": "ae"})
_PLAIN = str.maketrans(
    {"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
_APOSTROPHES = re.compile("['’‘ʼ`´]")  # noqa: RUF001 - these are the letters that are meant


def is_same_name(one: str, other: str) -> bool:
    """Say whether nothing in two names contradicts: each part of the shorter one occurs in the longer.

    An initial stands for every name that begins with it, as long as another part is there in full. An
    empty name contradicts none.
    """
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    # Hyphens and spaces come and go: Jean-Luc is Jeanluc, van der Berg is Vanderberg.
    if not shorter or _spellings("".join(shorter)) & _spellings("".join(longer)):
        return True
    left, unmatched = list(longer), []
    for word in shorter:
        found = next((each for each in left if _spellings(each) & _spellings(word)), None)
        if found is None:
            unmatched.append(word)
        else:
            left.remove(found)
    return len(unmatched) < len(shorter) and _fit_as_initials(unmatched, left)


def _fit_as_initials(words: list[str], left: list[str]) -> bool:
    """Say whether each word is an initial of one that is left, or the other way round."""
    for word in words:
        found = next((each for each in left if _is_initial(word, each) or _is_initial(each, word)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _is_initial(initial: str, word: str) -> bool:
    return len(initial) == 1 and initial.isascii() and word.startswith(initial)


def _words(name: str) -> list[str]:
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    return re.findall(r"[^\W_]+", _APOSTROPHES.sub("", composed))


def _spellings(word: str) -> frozenset[str]:
    """Return a word without accents, and as it is written where the letters are missing (Mueller)."""
    return frozenset(_without_accents(word.translate(table)) for table in (_PLAIN, _TRANSLITERATED))


def _without_accents(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in apart if not unicodedata.combining(letter))
    )
