"""No module imports itself through others, not even for type checking or inside a function."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, known: set[str]) -> set[str]:
    """Return which of the known modules a file imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in known else node.module)
    return found & known


def import_circle(root: Path, package: str) -> list[str]:
    """Return the modules of one circle, the first one again at the end; empty when there is none."""
    paths = {module_name(path, root): path for path in sorted((root / package).rglob("*.py"))}
    graph = {name: imported_modules(path, set(paths)) - {name} for name, path in paths.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


@pytest.mark.parametrize("package", ["app", "models", "training"])
def test_no_module_imports_itself_through_others(package: str) -> None:
    assert import_circle(ROOT, package) == []


def test_a_circle_hidden_for_type_checking_is_found(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "door.py").write_text("from house import wall\n", encoding="utf-8")
    hidden = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from house.door import Door\n"
    (package / "wall.py").write_text(hidden, encoding="utf-8")
    assert set(import_circle(tmp_path, "house")) == {"house.door", "house.wall"}
