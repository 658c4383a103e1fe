"""A port is a Protocol with two fillings or more; what has one is a class, one click from its caller."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("app/usecases", "app/inference")
"""Where ports are; the Protocols of the window are what one of its parts shows another."""


def classes(*folders: str, root: Path = ROOT) -> Iterator[ast.ClassDef]:
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield node


def is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def methods(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(part.name for part in node.body if isinstance(part, ast.FunctionDef))


def fillings(port: ast.ClassDef, candidates: list[ast.ClassDef]) -> list[str]:
    """Return the classes that have every method of a port."""
    wanted = methods(port)
    return [node.name for node in candidates if not is_protocol(node) and wanted <= methods(node)]


@pytest.fixture(scope="module")
def candidates() -> list[ast.ClassDef]:
    return list(classes("app", "tests"))


def test_every_port_has_two_fillings(candidates: list[ast.ClassDef]) -> None:
    ports = [node for node in classes(*PLACES) if is_protocol(node)]
    found = {port.name: fillings(port, candidates) for port in ports}
    assert found
    assert {name: who for name, who in found.items() if len(who) < 2} == {}


def test_a_port_with_one_filling_is_found(tmp_path: Path) -> None:
    lamp = "from typing import Protocol\n\n\nclass Lamp(Protocol):\n    def shine(self) -> None: ...\n"
    (tmp_path / "lamp.py").write_text(
        f"{lamp}\n\nclass OilLamp:\n    def shine(self) -> None:\n        pass\n", encoding="utf-8"
    )
    found = list(classes(".", root=tmp_path))
    assert [fillings(node, found) for node in found if is_protocol(node)] == [["OilLamp"]]
