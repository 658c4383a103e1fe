"""Collects every sentence that is translated into resources/locale/naevus.pot, where translations begin.

The catalogues of the languages follow (scripts/update_translations.py): a new sentence is there in English.

python scripts/extract_sentences.py             write the template
python scripts/extract_sentences.py --check     only say whether it is up to date; exit code 1 if not
"""

import csv
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "resources" / "locale" / "naevus.pot"

_TERMS = ROOT / "resources" / "terms"

_SAME_EVERYWHERE = frozenset({"fitzpatrick_skin_type"})
"""Lists whose words are Roman numbers."""

_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_HEADER = (
    "# Sentences of Naevus, in English. A translation is a copy of this file with the other halves filled in."
)


def template() -> bytes:
    """Return the template of translations, sorted by file, the same for the same source."""
    catalog = Catalog(project="Naevus", header_comment=_HEADER, fuzzy=False)
    found = extract_from_dir(ROOT / "app", keywords=_KEYWORDS, comment_tags=())
    for file, line, sentence, comments, context in sorted(found, key=lambda each: each[:2]):
        # Line numbers would change the template with every edit of the source.
        catalog.add(sentence, None, [(f"app/{Path(file).as_posix()}", line)], (), comments, context=context)
    for file_name, term in _terms():
        catalog.add(term, None, [(f"resources/terms/{file_name}", 1)])
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=False, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if b"-Date: " not in line and b"Generated-By" not in line)


def _terms() -> Iterator[tuple[str, str]]:
    """Return the permitted words of the forms, which are stored in English and shown in translation."""
    fields = tomllib.loads((_TERMS / "case_fields.toml").read_text(encoding="utf-8"))
    for name, words in fields.items():
        if name not in _SAME_EVERYWHERE:
            yield from (("case_fields.toml", word) for word in words)
    diagnoses = tomllib.loads((_TERMS / "diagnoses.toml").read_text(encoding="utf-8"))
    yield from (("diagnoses.toml", diagnosis["name"]) for diagnosis in diagnoses["diagnosis"])
    with (_TERMS / "anatomic_sites.csv").open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            yield "anatomic_sites.csv", row["site"].split(":")[-1]


def _update_catalogues() -> int:
    from update_translations import main as update

    return update()


def main() -> int:
    """Write the template, or check it."""
    now = template()
    if "--check" in sys.argv[1:]:
        is_current = TEMPLATE.is_file() and TEMPLATE.read_bytes() == now
        print("The template is up to date." if is_current else "Run python scripts/extract_sentences.py.")
        return 0 if is_current else 1
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(now)
    print(f"{now.count(b'msgid ') - 1} sentences were written to {TEMPLATE}.")
    return _update_catalogues()


if __name__ == "__main__":
    raise SystemExit(main())
