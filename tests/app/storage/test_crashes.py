"""A process that is killed while it writes loses at most the act it was in."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.domain.ids import ImageId
from app.storage.store import CaseStore
from tests.builders import new_store

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.builders import a_boundary, new_store, store_image
store = new_store(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    mask = store.blobs.put(f"mask {sys.argv[2]} {number}".encode() * 500)
    with store.writing() as work:
        image_id = store_image(work, code=f"{sys.argv[2]}-{number}")
        work.cases.add_boundary(replace(a_boundary(image_id), mask=mask, probability=mask))
        work.audit.append("writer", "image imported", image_id)
        work.commit()
    print(image_id, flush=True)
"""


def _killed_while_writing(folder: Path, root: Path, name: str, moments: random.Random) -> list[ImageId]:
    """Return the images that the writer had reported as stored before it was killed at a random moment.

    The moment lies after a number of acts, not of seconds, so that it falls into an act on any machine.
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    heard = [writer.stdout.readline() for _ in range(moments.randint(0, 3))]
    time.sleep(moments.uniform(0.0, 0.05))
    writer.kill()
    said, _ = writer.communicate(timeout=60)
    lines = "".join(heard) + said
    return [ImageId(line) for line in lines.splitlines() if len(line) == 32]


def _check_whole(store: CaseStore, reported: list[ImageId]) -> None:
    with store.reading() as work:
        lines = work.cases.case_lines(limit=100_000)
        cases = [work.cases.case(line.image_id) for line in lines]
        acts = {event.subject for event in work.audit.events(limit=100_000)}
    assert set(reported) <= {line.image_id for line in lines}
    assert acts == {line.image_id for line in lines}
    for case in cases:
        assert case.boundary is not None
        assert store.blobs.get(case.boundary.mask)
    assert all(line.status == "predicted" for line in lines)


@pytest.mark.slow
def test_what_was_reported_as_stored_survives_being_killed(folder: Path, pytestconfig: pytest.Config) -> None:
    moments = random.Random(7)
    reported: list[ImageId] = []
    new_store(folder).close()
    for attempt in range(5):
        reported += _killed_while_writing(folder, pytestconfig.rootpath, f"w{attempt}", moments)
        store = CaseStore.open(folder, lambda: pytest.fail("nothing is written here"))
        _check_whole(store, reported)
        store.close()
    assert reported
