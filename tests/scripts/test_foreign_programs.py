"""Other people's programs are fetched once, and only where a package system can give them."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

LISTED = """Reading package lists...
The following NEW packages will be installed:
  dcmtk libdcmtk17
'http://mirror/pool/main/d/dcmtk/libdcmtk17_3.6.7-9_amd64.deb' libdcmtk17_3.6.7-9_amd64.deb 5 MD5Sum:d
'http://mirror/pool/main/d/dcmtk/dcmtk_3.6.7-9%7ex_amd64.deb' dcmtk_3.6.7-9~x_amd64.deb 888 MD5Sum:d
"""


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    spec = importlib.util.spec_from_file_location("foreign_programs", SCRIPTS / "foreign_programs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "foreign")
    yield module
    sys.modules.pop("environment", None)


def test_the_packages_of_a_listing_are_named(programs: ModuleType) -> None:
    assert programs.packages_of(LISTED) == ["libdcmtk17", "dcmtk"]
    assert programs.packages_of("Reading package lists...\n") == []


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's package system is for Linux")
def test_a_machine_without_packages_tries_once_and_goes_on(
    programs: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bin").mkdir()
    apt = tmp_path / "bin" / "apt-get"
    apt.write_text("#!/bin/sh\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    programs.provide_foreign_programs()
    assert "could not be had" in capsys.readouterr().out
    programs.provide_foreign_programs()
    assert capsys.readouterr().out == ""
