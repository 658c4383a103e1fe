"""Changelog fragments have a known kind, and are folded under the headings of the top section."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "fold_changelog.py"
CHANGELOG = """# Changelog

## 0.1.0 (unreleased)

### Since the first version

#### Added
- An old thing.

#### Fixed
- An old fault.

### The first version

#### Added
- Everything.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the script, a change log and no fragments yet."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / SCRIPT.name).write_text(SCRIPT.read_text("utf-8"), "utf-8")
    (tmp_path / "changelog.d").mkdir()
    (tmp_path / "changelog.d" / "README.md").write_text("About fragments.\n", "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")
    return tmp_path


def fold(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "scripts" / SCRIPT.name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def write(project: Path, name: str, text: str) -> Path:
    file = project / "changelog.d" / name
    file.write_text(text, "utf-8")
    return file


def test_the_fragments_of_this_project_have_a_known_kind() -> None:
    done = fold(ROOT, "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_fragments_go_under_their_headings_of_the_top_section_and_disappear(project: Path) -> None:
    fragments = [
        write(project, "a-thing.added.md", "- A new thing.\n"),
        write(project, "figures.numbers.md", "- Scores differ."),
    ]

    assert fold(project).returncode == 0

    text = (project / "CHANGELOG.md").read_text("utf-8")
    top, first = text.split("### The first version")
    assert "#### Added\n- A new thing.\n- An old thing.\n" in top
    assert top.endswith("- An old fault.\n\n#### Numbers changed\n- Scores differ.\n\n")
    assert first == CHANGELOG.split("### The first version")[1]
    assert [file for file in fragments if file.exists()] == []
    assert (project / "changelog.d" / "README.md").exists()


@pytest.mark.parametrize(("name", "text"), [("thing.feature.md", "- A thing.\n"), ("thing.added.md", " \n")])
def test_a_fragment_that_cannot_be_folded_is_named_and_kept(project: Path, name: str, text: str) -> None:
    file = write(project, name, text)

    done = fold(project)

    assert done.returncode == 1
    assert name in done.stderr
    assert file.exists()
    assert (project / "CHANGELOG.md").read_text("utf-8") == CHANGELOG


def test_without_fragments_the_change_log_stays_as_it_is(project: Path) -> None:
    assert fold(project).returncode == 0
    assert (project / "CHANGELOG.md").read_text("utf-8") == CHANGELOG
