"""The repository keeps its own promises: pinned packages, no forbidden imports, no oversize weights."""

import re
import tomllib
from pathlib import Path

import pytest

from app.domain.audit import AuditKind

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for top in ("app", "models", "training", "scripts") for path in (ROOT / top).rglob("*.py")]


def test_every_direct_requirement_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    assert [line for line in requirements if "==" not in line] == []


def test_direct_pins_agree_with_the_tried_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "scripts" / "pins.txt").read_text(encoding="utf-8").lower().replace("_", "-").splitlines()
    requirements = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    unconditional = [
        line.lower() for line in requirements if ";" not in line and not line.startswith("torch==")
    ]
    assert [line for line in unconditional if line not in pins] == []


@pytest.mark.parametrize(
    "forbidden",
    [r"\bimport pickle\b", r"torch\.load\((?!.*weights_only=True)", r"\bPyQt\d", r"allow_pickle=True"],
)
def test_no_source_can_unpickle_or_pull_in_a_foreign_licence(forbidden: str) -> None:
    assert [path.name for path in SOURCES if re.search(forbidden, path.read_text(encoding="utf-8"))] == []


def test_module_names_say_what_is_inside() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert [path for path in SOURCES if path.stem.strip("_") in drawers] == []


def test_shipped_models_stay_below_one_hundred_megabytes() -> None:
    files = [path for path in (ROOT / "resources" / "models").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 100 * 1024 * 1024


def test_every_expected_error_has_the_one_root() -> None:
    roots = {
        name
        for path in SOURCES
        if path.parent.name != "scripts"
        for name in re.findall(r"class (\w+)\((?:Exception|RuntimeError)\)", path.read_text(encoding="utf-8"))
        if not name.startswith("_")
    }
    # The second never leaves app.runs, where it becomes a LearningError with the run's name.
    assert roots == {"NaevusError", "AlreadyLockedError"}


@pytest.mark.parametrize(
    "reading", [r"\.(?:starts|ends)with\(f?[\"'][^\"']*[A-Za-z]{2,} [A-Za-z]", r"\.split\([\"'], [\"']\)"]
)
def test_no_logic_of_the_application_reads_sentences(reading: str) -> None:
    sources = (ROOT / "app").rglob("*.py")
    found = {path.name for path in sources if re.search(reading, path.read_text(encoding="utf-8"))}
    assert found == set()


def test_acts_are_named_by_their_kind() -> None:
    words = "|".join(re.escape(kind) for kind in AuditKind)
    written = re.compile(rf"[\"'](?:{words})[\"']")
    homes = {"audit.py", "r0009_samples.py"}
    found = {path.name for path in SOURCES if written.search(path.read_text(encoding="utf-8"))}
    assert found - homes == set()
