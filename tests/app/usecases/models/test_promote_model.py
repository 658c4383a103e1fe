"""Nothing is promoted without a person and a passed exam beside the model that is active now."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import LearningError
from app.usecases.models.list_models import ModelState, list_models
from app.usecases.models.model_import_export import export_model, import_model
from app.usecases.models.promote_model import promote_model, roll_back_model
from app.usecases.services import Services
from models.contract.errors import ModelAlreadyShelvedError, ModelRefusedError, NothingToRollBackError
from models.contract.shelf.card import read_card, write_card
from models.contract.shelf.exam import write_exam
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.usecases.learning.learning_models import a_shipped_model, a_variant, an_exam, write_passed_exam
from tests.builders import services_at
from tests.fakes import FakePredictor
from tests.training.snapshots import write_snapshot

NAME = "dermomamba"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model folder that comes with the program."""
    return a_shipped_model(tmp_path_factory.mktemp("program"))


@pytest.fixture
def services(tmp_path: Path, shipped: Path) -> Iterator[Services]:
    """Return services whose active model is the shipped one."""
    opened = services_at(tmp_path / "data")
    active_file = tmp_path / "shipped_active.json"
    ModelShelf((shipped.parents[1],), active_file).promote(NAME, "1", author="the makers")
    shelf = ModelShelf(
        (tmp_path / "data" / "models", shipped.parents[1]),
        tmp_path / "data" / "active.json",
        shipped_active_file=active_file,
    )
    yield replace(opened, shelf=shelf)
    opened.store.close()


@pytest.fixture
def candidate(services: Services, shipped: Path) -> Path:
    """Return the folder on the shelf of a model that was trained here."""
    return a_variant(shipped, services.store.folder / "models", "1-clinic1", last_byte=3)


def test_a_candidate_that_passed_is_promoted_and_taken_back(
    services: Services, candidate: Path, shipped: Path
) -> None:
    write_passed_exam(candidate, shipped)
    assert _states(services) == {"1": "active", "1-clinic1": "candidate"}
    promote_model(services, NAME, "1-clinic1")
    assert _states(services) == {"1": "shipped", "1-clinic1": "active"}
    roll_back_model(services, "segmentation")
    assert _states(services) == {"1": "active", "1-clinic1": "earlier"}
    with services.store.reading() as work:
        acts = [(act.who, act.kind, act.subject, act.weights_sha256) for act in work.audit.events()]
    assert acts == [
        ("Dr Test", "model promoted", f"{NAME}/1-clinic1", read_card(candidate).weights_sha256),
        ("Dr Test", "model rolled back", f"{NAME}/1", read_card(shipped).weights_sha256),
    ]
    assert isinstance(services.predictor, FakePredictor)
    assert services.predictor.forgotten == 2
    with pytest.raises(NothingToRollBackError):
        roll_back_model(services, "segmentation")


def test_without_an_exam_nothing_is_promoted(services: Services, candidate: Path) -> None:
    _refused(services, "has not sat an exam")
    assert _states(services)["1-clinic1"] == "not examined"
    _refused(services, "trained here", unexamined=True)
    assert candidate.is_dir()


def test_a_candidate_that_did_not_pass_is_refused_with_the_figures(
    services: Services, candidate: Path, shipped: Path
) -> None:
    write_passed_exam(candidate, shipped, gain=-0.05)
    assert _states(services)["1-clinic1"] == "refused"
    _refused(services, r"did not pass its exam: .*\u22120\.050")
    _refused(services, "has sat an exam, and that decides", unexamined=True)


def test_an_exam_beside_a_model_that_is_not_active_any_more_must_be_sat_again(
    services: Services, candidate: Path, shipped: Path
) -> None:
    write_passed_exam(candidate, shipped)
    second = a_variant(shipped, services.store.folder / "models", "1-clinic2", last_byte=4)
    write_passed_exam(second, shipped)
    promote_model(services, NAME, "1-clinic2")
    assert _states(services)["1-clinic1"] == "not examined"
    _refused(services, "let it sit the exam again")


def test_an_exam_on_an_older_snapshot_must_be_sat_again_on_the_newest(
    services: Services, candidate: Path, shipped: Path
) -> None:
    snapshots = services.store.folder / "snapshots"
    older, newest = (
        write_snapshot(
            snapshots / name, (), snapshot_id=name, task="segmentation", created_at=services.clock()
        )
        for name in ("older", "newest")
    )
    cards = read_card(shipped), read_card(candidate)
    write_exam(an_exam(*cards, snapshot=older), candidate)
    assert _states(services)["1-clinic1"] == "not examined"
    _refused(services, "again on the newest snapshot")
    write_exam(an_exam(*cards, snapshot=newest), candidate)
    assert _states(services)["1-clinic1"] == "candidate"
    assert promote_model(services, NAME, "1-clinic1").folder == candidate


def test_an_exam_of_other_weights_counts_for_nothing(
    services: Services, candidate: Path, shipped: Path, tmp_path: Path
) -> None:
    other = a_variant(shipped, tmp_path / "elsewhere", "1-clinic1", last_byte=9)
    write_passed_exam(other, shipped)
    shutil.copy(other / "exam.json", candidate / "exam.json")
    _refused(services, "other weights")


def test_an_exam_counts_for_nothing_once_the_threshold_was_changed(
    services: Services, candidate: Path, shipped: Path
) -> None:
    write_passed_exam(candidate, shipped)
    write_card(read_card(candidate).model_copy(update={"threshold": 0.99}), candidate)
    assert _states(services)["1-clinic1"] == "not examined"
    _refused(services, "other thresholds")


@pytest.mark.parametrize("spoil", [shutil.rmtree, lambda folder: (folder / "graph.onnx").write_bytes(b"")])
def test_a_damaged_active_model_can_be_left(
    services: Services, candidate: Path, shipped: Path, spoil: Callable[[Path], object]
) -> None:
    write_passed_exam(candidate, shipped)
    promote_model(services, NAME, "1-clinic1")
    spoil(candidate)
    with pytest.raises(ModelRefusedError):
        services.shelf.active("segmentation")
    assert roll_back_model(services, "segmentation").folder == shipped
    assert _states(services)["1"] == "active"


def test_another_model_can_be_chosen_when_the_active_one_is_damaged(
    services: Services, candidate: Path, shipped: Path
) -> None:
    write_passed_exam(candidate, shipped)
    promote_model(services, NAME, "1-clinic1")
    shutil.rmtree(candidate)
    promote_model(services, NAME, "1", unexamined=True)
    assert _states(services)["1"] == "active"


@pytest.mark.parametrize("user", ["", "  ", "unknown user"])
def test_nobody_is_no_author(services: Services, candidate: Path, shipped: Path, user: str) -> None:
    write_passed_exam(candidate, shipped)
    nobody = replace(services, user=user)
    with pytest.raises(LearningError, match="named person"):
        promote_model(nobody, NAME, "1-clinic1")
    with pytest.raises(LearningError, match="named person"):
        roll_back_model(nobody, "segmentation")
    assert _states(services)["1"] == "active"


def test_an_imported_model_may_pass_without_an_exam_and_the_trail_says_so(
    services: Services, shipped: Path, tmp_path: Path
) -> None:
    elsewhere = a_variant(shipped, tmp_path / "elsewhere", "7", last_byte=5)
    write_passed_exam(elsewhere, shipped)
    sender = services_at(tmp_path / "sender")
    sender.shelf.add(elsewhere)
    file = export_model(sender, NAME, "7", tmp_path / "seven.naevusmodel")
    sender.store.close()
    imported = import_model(services, file)
    assert imported.card == read_card(elsewhere)
    _refused(services, "has not sat an exam", version="7")
    promote_model(services, NAME, "7", unexamined=True)
    with services.store.reading() as work:
        assert [(act.kind, act.detail) for act in work.audit.events(f"{NAME}/7")] == [
            ("model imported", "seven.naevusmodel"),
            ("model promoted", f"without an exam, instead of {NAME}/1"),
        ]


@pytest.mark.parametrize("act", ["model shelved", "model examined"])
def test_a_model_that_was_judged_here_does_not_pass_unexamined_by_an_import(
    services: Services, candidate: Path, tmp_path: Path, act: str
) -> None:
    with services.store.writing() as work:
        sha256 = read_card(candidate).weights_sha256
        work.audit.append("Dr Test", act, f"{NAME}/1-clinic1", weights_sha256=sha256)
        work.commit()
    file = export_model(services, NAME, "1-clinic1", tmp_path / "own.naevusmodel")
    shutil.rmtree(candidate)
    import_model(services, file)
    _refused(services, "trained or examined here", unexamined=True)


def test_an_imported_model_never_takes_the_name_of_a_shipped_one(
    services: Services, shipped: Path, tmp_path: Path
) -> None:
    sender = services_at(tmp_path / "sender")
    forged = a_variant(shipped, tmp_path / "elsewhere", "1", last_byte=6)
    sender.shelf.add(forged)
    file = export_model(sender, NAME, "1", tmp_path / "one.naevusmodel")
    sender.store.close()
    with pytest.raises(ModelAlreadyShelvedError):
        import_model(services, file)
    assert services.shelf.get(NAME, "1").folder == shipped
    assert not list(services.store.folder.glob(".importing-*"))


def _states(services: Services) -> dict[str, ModelState]:
    return {line.card.version: line.state for line in list_models(services) if line.card.name == NAME}


def _refused(
    services: Services, sentence: str, *, version: str = "1-clinic1", unexamined: bool = False
) -> None:
    before = services.shelf.active("segmentation")
    with pytest.raises(LearningError, match=sentence):
        promote_model(services, NAME, version, unexamined=unexamined)
    assert services.shelf.active("segmentation") == before
