"""A run is planned with the very snapshot and a version that its model card will take."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from app.domain.errors import LearningError
from app.usecases.learning.freeze_snapshot import freeze_snapshot
from app.usecases.learning.run_records import read_record, run_folder, runs_folder
from app.usecases.learning.start_run import start_run
from app.usecases.services import Services
from models.contract.shelf.card import PlainName
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.ui.training.recorded_runs import RecordedRuns
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.app.usecases.learning.learning_models import a_shipped_model, a_variant
from tests.builders import result_of
from tests.fakes import FakeToken
from training.contract.run_folder import RunFolder
from training.contract.snapshot import read_snapshot

NAME = "dermomamba"


def with_active(services: Services, version: str) -> Services:
    data = services.store.folder
    a_variant(a_shipped_model(data / "program"), data / "models", version, last_byte=3)
    shelf = ModelShelf((data / "models",), data / "active.json")
    shelf.promote(NAME, version, author="Dr Test")
    return replace(services, shelf=shelf, runs=RecordedRuns())


@pytest.mark.parametrize("version", ["1", "9" * 64, "1-clinic3"])
def test_a_candidate_gets_a_version_that_a_card_takes(
    services: Services, tmp_path: Path, version: str
) -> None:
    services = with_active(services, version)
    a_clinic(services, tmp_path, 4)
    result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    lines = [start_run(services, "segmentation") for _ in range(2)]
    versions = [RunFolder(run_folder(services, line.id)).plan().model_version for line in lines]
    assert len(set(versions)) == 2
    for each in versions:
        TypeAdapter(PlainName).validate_python(each)
        assert "-clinic" in each


def test_the_plan_names_the_snapshot_by_its_hash(services: Services, tmp_path: Path) -> None:
    services = with_active(services, "1")
    a_clinic(services, tmp_path, 4)
    frozen = result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    plan = RunFolder(run_folder(services, start_run(services, "segmentation").id)).plan()
    assert plan.fine_tuning is not None
    assert plan.fine_tuning.snapshot_manifest_sha256 == read_snapshot(frozen.folder).manifest_sha256


def test_base_seed_threads_and_person_reach_the_plan_and_the_record(
    services: Services, tmp_path: Path
) -> None:
    services = with_active(services, "1")
    a_clinic(services, tmp_path, 4)
    result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    services = replace(services, user="Dr Teacher")
    line = start_run(services, "segmentation", amp=True, seed=23, threads=3)
    plan = RunFolder(run_folder(services, line.id)).plan()
    assert (plan.seed, plan.threads, plan.amp) == (23, 3, True)
    assert plan.fine_tuning is not None
    active = services.shelf.active("segmentation")
    assert active is not None
    assert plan.fine_tuning.base == active.folder
    record = read_record(run_folder(services, line.id))
    assert (record.started_by, record.base_sha256) == ("Dr Teacher", active.card.weights_sha256)
    with services.store.reading() as work:
        (act,) = [act for act in work.audit.events() if act.kind == "training started"]
    assert act.who == "Dr Teacher"


def test_nothing_is_started_without_the_bundled_images(services: Services, tmp_path: Path) -> None:
    services = replace(with_active(services, "1"), learning_images=tmp_path / "gone")
    a_clinic(services, tmp_path, 4)
    result_of(freeze_snapshot(services, "segmentation", token=FakeToken()))
    with pytest.raises(LearningError, match=r"manifest\.csv is missing"):
        start_run(services, "segmentation")
    assert not list(runs_folder(services).iterdir())
