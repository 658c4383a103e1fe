"""Folds the fragments of changelog.d into the top section of CHANGELOG.md; run it when a version is made.

python scripts/fold_changelog.py             fold, and remove the fragments
python scripts/fold_changelog.py --check     only say which fragments have no known kind; exit code 1 if any
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING_BY_KIND = {"added": "Added", "changed": "Changed", "fixed": "Fixed", "numbers": "Numbers changed"}
"""The kind is the part of a fragment's name before .md; headings stand in the change log in this order."""


class FragmentError(Exception):
    """A fragment cannot be folded; the message says what the person can do."""


def fragments_in(folder: Path) -> dict[str, list[Path]]:
    """Return the fragments of each kind, by name.

    Raises:
        FragmentError: one has no known kind or no text.
    """
    found: dict[str, list[Path]] = {kind: [] for kind in HEADING_BY_KIND}
    for file in sorted(each for each in folder.glob("*.md") if each.name != "README.md"):
        kind = file.name.split(".")[-2]
        if kind not in found:
            raise FragmentError(f"Name {file.name} as WHAT.KIND.md, with one of {', '.join(found)} as KIND.")
        if not file.read_text(encoding="utf-8").strip():
            raise FragmentError(f"{file.name} is empty; write one bullet into it, or remove it.")
        found[kind].append(file)
    return found


def folded(changelog: str, text_by_kind: dict[str, str]) -> str:
    """Return the change log with the text of each kind put first under its heading of the top section."""
    for kind, heading in HEADING_BY_KIND.items():
        if text_by_kind.get(kind):
            changelog = _inserted(changelog, heading, text_by_kind[kind])
    return changelog


def _inserted(changelog: str, heading: str, text: str) -> str:
    sections = list(re.finditer(r"^### .*\n", changelog, flags=re.MULTILINE))
    if not sections:
        raise FragmentError("CHANGELOG.md has no section (### ...) that fragments could be folded into.")
    begin = sections[0].end()
    end = sections[1].start() if len(sections) > 1 else len(changelog)
    known = re.search(rf"^#### {heading}\n", changelog[begin:end], flags=re.MULTILINE)
    if known:
        at = begin + known.end()
        return f"{changelog[:at]}{text}{changelog[at:]}"
    return f"{changelog[:end].rstrip()}\n\n#### {heading}\n{text}\n{changelog[end:]}".rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Fold the fragments, or only check their names."""
    changelog = ROOT / "CHANGELOG.md"
    try:
        found = fragments_in(ROOT / "changelog.d")
        texts = {
            kind: "".join(file.read_text(encoding="utf-8").strip() + "\n" for file in files)
            for kind, files in found.items()
        }
        if "--check" not in arguments:
            text = folded(changelog.read_text(encoding="utf-8"), texts)
            changelog.write_text(text, encoding="utf-8")
            for file in (each for files in found.values() for each in files):
                file.unlink()
    except FragmentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
