"""Entries that fill a field of a header and name nobody: "Anonymous", "UNKNOWN", "000000", "-", "XXXX".

Letters followed by a number ("ANON-0017") are a pseudonym, which does tell one person from another.
"""

import re
import unicodedata
from collections.abc import Iterator

_NOBODY = """
anon anonym anonyma anonyme anonymer anonymes anonymous anonymus anonymized anonymised anonymisiert anonymise
anonymizado anonimo anonima anonimizado anonimizzato anonymiserad anoniem deidentified deid pseudonym
pseudonymized pseudonymised unknown unkown unk unbekannt inconnu inconnue desconocido desconocida desconhecido
sconosciuto sconosciuta onbekend okand ukjent ukendt tuntematon nieznany neznamy none null nil nan na nv ka
undefined undef unspecified unassigned unnamed nameless noname noid nopid missing empty blank leer keine
keiner kein ohne redacted removed deleted withheld suppressed hidden masked confidential notavailable
notapplicable notspecified notassigned notprovided notknown default dummy placeholder test testing tester
tbd todo tmp temp sample example demo patient patientid patientname pid mrn nobody vide leeg
аноним неизвестно неизвестный 匿名 未知 不明 无 無 無名 无名 테스트 익명 미상
"""
_BESIDE_NOBODY = """
id name no not the of subject person number nr num given first last family surname available applicable
specified assigned provided known identified de angabe data value
"""
"""Words that mean nothing by themselves but do not name anybody either."""

_WORDS, _FILLERS = frozenset(_NOBODY.split()), frozenset(_BESIDE_NOBODY.split())

_SENTINEL = re.compile(r"[-\u2212\u2013]\s*[0-9]{1,4}")
"""A negative number stands for a missing value in many programs."""

_COUNTED_UP = "1234567890"
_SHORTEST_COUNT = 6
_SHORTEST_REPEATED_DIGIT = 5
"""Shorter ones, such as 11 or 777, are numbers that a small practice really gives."""

_LONGEST_JOINT = 32


def is_placeholder(text: str) -> bool:
    """Say whether an entry stands for "no name" or "no number"; an empty one does, too."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SENTINEL.fullmatch(plain):
        return True
    words = re.findall(r"[^\W_]+", _folded(plain))
    joint = "".join(words)
    return _fills_only(joint) or any(map(_names_nobody, (words, *_halves(joint))))


def _folded(text: str) -> str:
    """Return text without upper case and accents; Korean syllables stay whole."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in apart if not unicodedata.combining(letter))
    )


def _fills_only(joint: str) -> bool:
    """Say whether letters and digits are none, one repeated, or the digits counted up."""
    if not joint:
        return True
    if len(set(joint)) == 1:
        if joint[0].isdecimal():
            return int(joint[0]) == 0 or len(joint) >= _SHORTEST_REPEATED_DIGIT
        return joint[0] == "x" or (joint.isascii() and len(joint) > 1)
    counted = joint.removeprefix("0")
    return len(counted) >= _SHORTEST_COUNT and _COUNTED_UP.startswith(counted)


def _halves(joint: str) -> Iterator[list[str]]:
    """Return the word, and what it can be put together from: unknownpatient."""
    yield [joint]
    if len(joint) <= _LONGEST_JOINT:
        yield from ([joint[:at], joint[at:]] for at in range(2, len(joint) - 1))


def _names_nobody(words: list[str]) -> bool:
    known = [word in _WORDS or word in _FILLERS or _fills_only(word) for word in words]
    return all(known) and any(word in _WORDS for word in words)
