"""The documents name files, links and commands that exist."""

import re
from pathlib import Path

import pytest
import typer

from app import cli

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "training/README.md", "changelog.d/README.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BY_DOCUMENT = pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())


def anchors_of(file: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@BY_DOCUMENT
def test_every_link_leads_somewhere(file: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", file.read_text(encoding="utf-8")):
        path, anchor = link
        target = file if not path else file.parent / path
        if path.startswith("http"):
            continue
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            lost.append(link)
    assert lost == []


@BY_DOCUMENT
def test_every_script_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\bscripts/\w+\.py", file.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@BY_DOCUMENT
def test_every_command_that_is_printed_exists(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    known = set(typer.main.get_group(cli._commands).commands)
    printed = set(re.findall(r"^naevus ([a-z]+)", text, flags=re.MULTILINE))
    printed |= set(re.findall(r"`naevus ([a-z]+)", text))
    assert printed - known == set()


def test_the_page_says_that_it_is_for_research_use_only() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Research use only. Not a medical device." in text
    assert "The clinician decides." in text
