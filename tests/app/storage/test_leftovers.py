"""What killed processes leave is cleared up at the next start, and never what a living one still needs."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.domain.ids import BlobName
from app.exporters.atomic_output import new_file
from app.storage.store import CaseStore
from app.usecases.analysis.assess_boundary import assess_boundary
from tests.builders import a_case, new_store, services_at
from tests.fakes import FakeToken

HOUR_S = 3600.0

HOLDER = """
import sys
from pathlib import Path
from tests.builders import new_store
store = new_store(Path(sys.argv[1]))
print(store.blobs.put(b"on its way into a case"), flush=True)
sys.stdin.readline()
"""

EXPORTER = """
import os, signal, sys
from pathlib import Path
from app.exporters.atomic_output import new_file
from tests.builders import new_store
store = new_store(Path(sys.argv[1]))
with store.exporting(Path(sys.argv[2])), new_file(Path(sys.argv[2]), "naevus_cases.csv") as file:
    file.path.write_bytes(b"half an export")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def aged(path: Path) -> Path:
    then = time.time() - HOUR_S
    os.utime(path, (then, then))
    return path


def restarted(store: CaseStore) -> CaseStore:
    store.close()
    return new_store(store.folder)


def test_files_of_no_case_are_put_aside_and_those_of_cases_stay(tmp_path: Path) -> None:
    services = services_at(tmp_path / "data")
    a_case(services, tmp_path / "in", corrected=True)
    orphan = services.store.blobs.put(b"a crash came before the row")
    part = services.store.folder / "blobs" / orphan[:2] / ".part-of-another-process"
    part.write_bytes(b"half")
    services.store.close()
    store = new_store(services.store.folder)
    named = set(store.blobs.names()) - {orphan}
    assert store.sweep() == 2
    assert set(store.blobs.names()) == named
    assert store.blobs.unfinished() == []
    assert not [finding for finding in store.examine() if "belong to no case" in finding.sentence]
    assert store.sweep() == 0
    store.close()


def test_the_map_of_an_assessed_boundary_stays(tmp_path: Path) -> None:
    services = services_at(tmp_path / "data")
    image_id = a_case(services, tmp_path / "in")
    assess_boundary(services, image_id, FakeToken())
    with services.store.reading() as work:
        boundary = work.cases.case(image_id).boundary
    assert boundary is not None
    assert boundary.disagreement is not None
    services.store.close()
    store = new_store(services.store.folder)
    assert store.sweep() == 0
    assert boundary.disagreement in set(store.blobs.names())
    store.close()


def test_a_file_put_aside_comes_back_when_a_case_names_it_after_all(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    name = store.blobs.put(b"of a database that was restored later")
    store = restarted(store)
    assert store.sweep() == 1
    assert store.blobs.get(name) == b"of a database that was restored later"
    assert name in set(store.blobs.names())
    store.close()


def test_files_put_aside_long_ago_are_deleted(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    name = store.blobs.put(b"x")
    store = restarted(store)
    store.sweep()
    kept = store.folder / "leftovers" / name
    then = time.time() - 31 * 24 * HOUR_S
    os.utime(kept, (then, then))
    store.sweep()
    assert not kept.exists()
    store.close()


def test_what_this_process_stored_is_never_put_aside(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    left = store.blobs.put(b"left by a crash")
    store = restarted(store)
    # The same content is being imported again when the sweep comes by.
    assert store.blobs.put(b"left by a crash") == left
    assert store.sweep() == 0
    assert left in set(store.blobs.names())
    store.close()


@pytest.mark.slow
def test_nothing_is_touched_while_another_process_has_the_folder_open(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    store = new_store(tmp_path / "data")
    unfinished = store.folder / "snapshots" / ".freezing-abc"
    unfinished.mkdir(parents=True)
    aged(unfinished)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store.folder)],
        cwd=pytestconfig.rootpath,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    name = BlobName(other.stdout.readline().strip())
    assert store.sweep() == 0
    assert unfinished.exists()
    other.kill()
    other.communicate(timeout=60)
    assert store.sweep() == 2
    assert name not in set(store.blobs.names())
    assert not unfinished.exists()
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
@pytest.mark.slow
def test_a_half_export_of_a_killed_process_is_removed_from_where_it_went(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    target = tmp_path / "on the desktop"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    of_another = target / ".naevus-of-another"
    of_another.mkdir()
    new_store(tmp_path / "data").close()
    subprocess.run(
        [sys.executable, "-c", EXPORTER, str(tmp_path / "data"), str(target)],
        cwd=pytestconfig.rootpath,
        check=False,
        timeout=120,
    )
    assert len(list(target.iterdir())) == 3
    store = new_store(tmp_path / "data")
    assert store.sweep() == 1
    assert {path.name for path in target.iterdir()} == {"mine.txt", of_another.name}
    assert store.sweep() == 0
    store.close()


def test_a_half_packed_model_is_removed_from_where_it_went(tmp_path: Path) -> None:
    store, out = new_store(tmp_path / "data"), tmp_path / "out"
    of_another = out / ".packing-of-another"
    of_another.mkdir(parents=True)
    export = store.exporting(out)
    export.__enter__()  # and never left, as in a process that is killed
    half = out / ".packing-1"
    half.mkdir()
    (half / "packed").write_bytes(b"half a bundle")
    for path in (half, of_another, *(store.folder / "exporting").iterdir()):
        aged(path)
    assert restarted(store).sweep() == 1
    assert list(out.iterdir()) == [of_another]


def test_an_export_under_way_in_this_process_goes_on(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    with store.exporting(tmp_path / "out"), new_file(tmp_path / "out", "a.csv") as file:
        file.path.write_bytes(b"a")
        assert store.sweep() == 0
        file.path.write_bytes(b"ab")
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"ab"
    assert list((store.folder / "exporting").iterdir()) == []
    store.close()


def test_unfinished_folders_go_and_finished_ones_stay(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    gone = [
        store.folder / name
        for name in (
            ".forecast-1",
            ".exam-2",
            ".importing-3",
            "snapshots/.freezing-4",
            "models/.adding-5",
            "runs/x-1",
        )
    ]
    kept = [store.folder / name for name in ("snapshots/s-1", "models/m", "runs/x-2")]
    for folder in (*gone, *kept):
        folder.mkdir(parents=True)
        if folder.name != "x-1":
            (folder / "file").write_bytes(b"x")
        aged(folder)
    part = store.folder / "settings.toml.part"
    part.write_text("half")
    aged(part)
    assert store.sweep() == len(gone) + 1
    assert not any(path.exists() for path in (*gone, part))
    assert all((path / "file").exists() for path in kept)
    store.close()
