"""The command line in a process of its own, on streams that lack letters, as a Windows terminal's do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from tests.builders import an_image_file

NAME = "日本😀.png"


def naevus(data: Path, *arguments: object, encoding: str = "cp1252") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "NAEVUS_DATA_DIR": str(data), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    file = an_image_file(folder / "in", NAME)
    done = naevus(folder / "data", "import", file)
    assert (done.returncode, done.stdout) == (0, b"Imported: 1. Refused: 0." + os.linesep.encode())
    return folder / "data"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_the_list_is_printed_with_what_the_encoding_has(data: Path, encoding: str) -> None:
    done = naevus(data, "list", encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    line = next(line for line in done.stdout.decode(encoding).splitlines() if ".png" in line)
    assert line.split("\t")[5] == NAME.encode(encoding, "replace").decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_json_keeps_every_letter(data: Path, encoding: str) -> None:
    done = naevus(data, "list", "--json", encoding=encoding)
    assert json.loads(done.stdout.decode(encoding))["lines"][0]["file_name"] == NAME


def test_a_refusal_is_printed_too(data: Path) -> None:
    done = naevus(data, "import", data / "不在.png")
    assert done.returncode == 1
    assert b"??.png" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_version_is_told_without_a_store(tmp_path: Path) -> None:
    done = naevus(tmp_path / "data", "--version")
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"Naevus {__version__}")
    assert not (tmp_path / "data").exists()
