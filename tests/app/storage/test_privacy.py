"""Files of patients are private from creation, whatever the umask; what is open is found and mended."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.ids import ImageId
from app.domain.mask import packed_mask
from app.domain.stroke_journal import WorkStart
from app.exporters.atomic_output import deliver_file
from app.exporters.begun_folder import begun_folder
from app.exporters.tables.csv_table import CsvTable
from app.settings import Settings, write_settings
from app.storage.journal import FileStrokeJournal
from app.storage.store import CaseStore
from app.usecases.exports.export_manner import ExportManner
from models.contract.files import windows_access
from tests.builders import a_case, a_mask, exported, services_at

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
IMAGE = ImageId("image-1")


@pytest.fixture(autouse=True)
def _permissive_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_in(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and path.lstat().st_mode & OTHERS
    ]


def test_a_new_store_with_all_that_is_beside_it_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    store = CaseStore.open(folder, bootstrap.now)
    store.blobs.put(b"a picture")
    with store.writing() as work:
        work.audit.append("Dr Test", "looked", "store")
        work.commit()
        assert {path.name for path in folder.glob("cases.sqlite*")} >= {"cases.sqlite", "cases.sqlite-wal"}
        assert open_in(folder.parent) == []
    store.close()


def test_a_backup_before_a_migration_is_private(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (old, *_) = sorted((pytestconfig.rootpath / "tests" / "golden" / "databases").glob("*.sqlite"))
    (folder / "cases.sqlite").write_bytes(old.read_bytes())
    CaseStore.open(folder, bootstrap.now).close()
    (backup,) = (folder / "backups").iterdir()
    assert not backup.stat().st_mode & OTHERS
    assert not backup.parent.stat().st_mode & OTHERS


def test_settings_journals_and_the_log_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_settings(folder / "settings.toml", Settings(user_name="Dr Test"))
    journal = FileStrokeJournal(folder / "journal")
    journal.begin(WorkStart(IMAGE, "", 96, 128, packed_mask(a_mask())))
    journal.close(IMAGE)
    log = bootstrap._PrivateLog(folder / "naevus.log", maxBytes=10, backupCount=2)
    for _ in range(3):
        log.doRollover()
    log.close()
    assert open_in(folder) == []


def test_exports_are_private(tmp_path: Path) -> None:
    folder, services = tmp_path / "out", services_at(tmp_path / "data")
    image_id = a_case(services, tmp_path / "in", predicted=False)
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    services.store.close()
    deliver_file(folder, "a.csv", b"x")
    manner = ExportManner(deidentified=True, key_folder=tmp_path / "data" / "export_keys")
    with begun_folder(folder, "naevus_isic", manner) as begun:
        begun.put(case, "images/a.png", lambda: b"x")
        assert open_in(folder) == []
    exported(CsvTable(), [], folder, deidentified=False)
    assert open_in(folder) == []
    assert len(list((tmp_path / "data" / "export_keys").iterdir())) == 1
    assert open_in(tmp_path / "data") == []


@pytest.mark.slow
def test_the_command_line_leaves_nothing_open(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    subprocess.run(
        [sys.executable, "-m", "app", "--data-dir", str(tmp_path / "data"), "list"],
        cwd=pytestconfig.rootpath,
        check=True,
        capture_output=True,
        umask=0,
    )
    assert open_in(tmp_path / "data") == []


def test_what_is_open_is_found_and_mended_and_links_are_left_alone(tmp_path: Path) -> None:
    services = services_at(tmp_path / "data")
    a_case(services, tmp_path / "in")
    outside = tmp_path / "outside"
    outside.write_text("mine")
    outside.chmod(0o644)
    (services.store.folder / "link").symlink_to(outside)
    assert services.store.open_to_others() == 0
    database = services.store.folder / "cases.sqlite"
    database.chmod(0o644)
    assert services.store.open_to_others() == 0  # nobody can enter the folder
    services.store.folder.chmod(0o755)
    (problem,) = (finding for finding in services.store.examine() if finding.is_problem)
    assert "2 files or folders" in problem.sentence
    services.store.close_to_others()
    assert not any(finding.is_problem for finding in services.store.examine())
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    services.store.close()


USER = "S-1-5-21-1-2-3-1001"


@pytest.mark.parametrize(
    ("description", "others"),
    [
        (windows_access.private_description(USER), set()),
        (f"O:{USER}D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{USER})", set()),
        (f"O:BAD:AI(A;OICIID;FA;;;{USER})(A;OICIID;0x1200a9;;;BU)", {"BU"}),
        (f"O:{USER}D:(A;;FA;;;WD)", {"WD"}),
        (f"O:{USER}D:(D;;FA;;;WD)(A;OICI;FA;;;CO)", set()),
        (f"O:{USER}D:(A;;FR;;;S-1-5-21-1-2-3-1002)", {"S-1-5-21-1-2-3-1002"}),
        (f"O:{USER}D:NO_ACCESS_CONTROL", {"WD"}),
        (f"O:{USER}", {"WD"}),
    ],
)
def test_whom_a_windows_access_list_lets_in(description: str, others: set[str]) -> None:
    assert windows_access.others_in(description, USER) == others
