"""Brings the catalogues of every language up to the template, compiles them and says how much is translated.

python scripts/update_translations.py             write resources/locale/XX/LC_MESSAGES/naevus.po and .mo
python scripts/update_translations.py --check     only say whether they are up to date; exit code 1 if not

A sentence that the template does not have any more is dropped; a new one is added, untranslated, so that it
is shown in English until somebody fills it in. scripts/extract_sentences.py
does the same after it has renewed the template.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
LANGUAGE_CODES = ("de", "fr", "es", "ar")

_HEADER = "# Sentences of Naevus. What has no other half is shown in English."
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Of the compiled catalogues: the real one would change them with every run."""


def read_catalogue(code: str) -> Catalog:
    """Return what is translated into a language."""
    with (LOCALE / code / "LC_MESSAGES" / "naevus.po").open("rb") as opened:
        return read_po(opened, locale=code)


def read_template() -> Catalog:
    """Return the sentences of the program."""
    with (LOCALE / "naevus.pot").open("rb") as opened:
        return read_po(opened)


def renewed(code: str) -> Catalog:
    """Return the catalogue of a language with exactly the sentences of the template."""
    known = {_key(message): message.string for message in _sentences(read_catalogue(code)) if _begun(message)}
    catalogue = Catalog(
        locale=code, project="Naevus", header_comment=_HEADER, fuzzy=False, creation_date=_NO_DATE
    )
    catalogue.revision_date = _NO_DATE
    for message in _sentences(read_template()):
        catalogue.add(message.id, known.get(_key(message)), message.locations, message.flags)
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as a person edits it, without anything that changes by itself."""
    written = BytesIO()
    write_po(written, catalogue, width=110, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if b"-Date: " not in line and b"Generated-By" not in line)


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    compiled = Catalog(
        locale=catalogue.locale, project="Naevus", fuzzy=False, creation_date=_NO_DATE, charset="utf-8"
    )
    compiled.revision_date = _NO_DATE
    for message in _sentences(catalogue):
        # Half a plural would be shown as nothing at all.
        if is_translated(message):
            compiled.add(message.id, message.string)
    written = BytesIO()
    write_mo(written, compiled)
    return written.getvalue()


def translated_share(catalogue: Catalog) -> tuple[int, int]:
    """Return how many sentences are translated, and how many there are."""
    sentences = list(_sentences(catalogue))
    return sum(is_translated(message) for message in sentences), len(sentences)


def is_translated(message: Message) -> bool:
    """Say whether a sentence has a translation, in every number."""
    return all(_strings(message))


def _begun(message: Message) -> bool:
    return any(_strings(message))


def _strings(message: Message) -> tuple[str | None, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def _sentences(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def main() -> int:
    """Write the catalogues, or check them."""
    is_check, outdated = "--check" in sys.argv[1:], []
    for code in LANGUAGE_CODES:
        folder, catalogue = LOCALE / code / "LC_MESSAGES", renewed(code)
        for name, now in (("naevus.po", po_bytes(catalogue)), ("naevus.mo", mo_bytes(catalogue))):
            file = folder / name
            if is_check and not (file.is_file() and file.read_bytes() == now):
                outdated.append(f"{code}/{name}")
            elif not is_check:
                file.write_bytes(now)
        translated, of = translated_share(catalogue)
        print(f"{code}: {translated} of {of} sentences are translated ({100 * translated / of:.0f} %)")
    if outdated:
        print(f"Run python scripts/update_translations.py; out of date: {', '.join(outdated)}.")
    return 1 if outdated else 0


if __name__ == "__main__":
    raise SystemExit(main())
