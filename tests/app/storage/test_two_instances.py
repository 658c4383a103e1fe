import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.storage import database
from app.storage.store import CaseStore
from tests.builders import new_store, store_image

IMPORTER = """
import sys
from pathlib import Path
from tests.builders import new_store, store_image
store = new_store(Path(sys.argv[1]))
for number in range(15):
    with store.writing() as work:
        image_id = store_image(work, code=work.cases.fresh_patient_code())
        work.audit.append(sys.argv[2], "image imported", image_id)
        work.commit()
store.close()
"""


def test_a_reader_is_not_held_up_by_a_writer_and_sees_no_half_act(store: CaseStore, folder: Path) -> None:
    other = new_store(folder)
    with store.writing() as writing:
        store_image(writing)
        started = time.perf_counter()
        with other.reading() as work:
            assert work.cases.case_count() == 0
        assert time.perf_counter() - started < database.BUSY_SECONDS / 2
        writing.commit()
    with other.reading() as work:
        assert work.cases.case_count() == 1
    other.close()


def test_a_writer_waits_for_its_turn(store: CaseStore, folder: Path) -> None:
    other = new_store(folder)
    has_begun = threading.Event()

    def write_slowly() -> None:
        with other.writing() as work:
            has_begun.set()
            time.sleep(0.3)
            store_image(work, code="slow")
            work.commit()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert has_begun.wait(10)
    with store.writing() as work:
        seen = work.cases.patient_by_code("slow")
        store_image(work, code="quick")
        work.commit()
    thread.join()
    other.close()
    assert seen is not None


def test_a_writer_that_never_gets_its_turn_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    first, second = new_store(folder), new_store(folder)
    with first.writing(), pytest.raises(StorageError, match="Another window is writing"):
        second.writing().__enter__()
    first.close()
    second.close()


@pytest.mark.slow
def test_two_processes_that_import_at_once_lose_nothing(folder: Path, pytestconfig: pytest.Config) -> None:
    new_store(folder).close()
    processes = [
        subprocess.Popen([sys.executable, "-c", IMPORTER, str(folder), name], cwd=pytestconfig.rootpath)
        for name in ("first", "second")
    ]
    assert [process.wait(timeout=240) for process in processes] == [0, 0]
    store = new_store(folder)
    with store.reading() as work:
        codes = [patient.code for patient in work.cases.patients()]
        events = work.audit.events()
        assert work.cases.case_count() == 30
    store.close()
    assert codes == [f"NAEV-{number:05d}" for number in range(1, 31)]
    assert len(events) == 30
    assert {event.who for event in events} == {"first", "second"}
