"""From corrections to a model that serves, and back, on the command line; a stand-in does the training."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.launcher import ProcessRunLauncher
from app.usecases.services import Services
from models.contract.shelf.model_shelf import ModelShelf
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.app.usecases.learning.learning_models import a_shipped_model
from tests.builders import services_at
from tests.command_line import Run, as_json, command_line

NAME = "dermomamba"
VERSION = "1"
ROOT = Path(__file__).resolve().parents[2]

TRAINING = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from models.contract.shelf.card import read_card
from models.contract.shelf.exam import write_exam
from models.contract.shelf.gate import verdict
from tests.app.usecases.learning.learning_models import a_variant, an_exam
from training.contract.events import *
from training.contract.run_folder import RunFolder
from training.contract.snapshot import read_snapshot_card
if sys.argv[1] == "forecast":
    print('{{"seconds_per_step": 1, "seconds": 90, "memory_bytes": null, "device": "cpu"}}'); sys.exit()
if sys.argv[1] == "exam":
    candidate, active = Path(sys.argv[2]), Path(sys.argv[4])
    snapshot = read_snapshot_card(Path(sys.argv[6]))
    write_exam(an_exam(read_card(active), read_card(candidate), snapshot=snapshot), candidate); sys.exit()
run = RunFolder(Path(sys.argv[1])); plan = run.plan(); base = plan.fine_tuning.base
run.append(RunStarted(task=plan.task, architecture=plan.architecture, parameters=1, device="cpu",
    train_images=2, validation_images=1, epochs=plan.epochs, total_steps=9, first_step=0))
while (run.path.parent / "wait").exists():
    if run.is_stop_requested():
        run.append(RunStopped(step=3)); sys.exit()
    time.sleep(0.05)
model = a_variant(base, run.path / "published", plan.model_version, last_byte=int(plan.model_version[-1]))
run.append(ModelPublished(name=plan.model_name, version=plan.model_version, folder=str(model)))
snapshot = read_snapshot_card(plan.data_dir)
exam = an_exam(read_card(base), read_card(model), snapshot=snapshot); write_exam(exam, model)
gate = verdict(exam)
run.append(ExamSat(passed=gate.passed, reasons=gate.reasons, headline={{}}))
run.append(RunFinished(step=9, best_epoch=0, metrics={{}}))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with corrections of four patients and a shipped active model."""
    services = services_at(tmp_path / "data")
    a_clinic(services, tmp_path, 4)
    services.store.close()
    a_shipped_model(tmp_path / "program")
    ModelShelf((tmp_path / "program",), tmp_path / "shipped.json").promote(NAME, VERSION, author="the makers")
    (tmp_path / "training_program.py").write_text(TRAINING, encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that carries out a command line as a program of its own would."""

    def open_services(_: Path | None) -> Services:
        roots = (data / "models", tmp_path / "program")
        return replace(
            services_at(data),
            shelf=ModelShelf(roots, data / "active.json", shipped_active_file=tmp_path / "shipped.json"),
            runs=ProcessRunLauncher(command=[sys.executable, str(tmp_path / "training_program.py")]),
        )

    return command_line(capsys, open_services)


def _ctrl_c(_: float) -> None:
    raise KeyboardInterrupt


def _states(run: Run) -> dict[str, str]:
    return {line["version"]: line["state"] for line in as_json(run, "models") if line["name"] == NAME}


def test_corrections_become_a_model_that_serves_and_can_be_taken_back(run: Run, data: Path) -> None:
    frozen = as_json(run, "train", "snapshot", "segmentation")
    assert frozen["images_by_side"] == {"train": 2, "val": 1, "exam": 1, "uncorrected": 0}
    assert as_json(run, "train", "forecast", "segmentation")["seconds"] == 90
    started = as_json(run, "train", "start", "segmentation")
    assert (started["base"], started["candidate"]) == (f"{NAME}/{VERSION}", f"{NAME}/{VERSION}-clinic1")
    assert started["snapshot_id"] == frozen["id"]
    story = as_json(run, "train", "watch", started["id"])
    assert (story["state"], story["verdict"]["passed"]) == ("finished", True)
    (line,) = as_json(run, "train", "runs")
    assert (line["state"], line["passed"], line["is_running"]) == ("finished", True, False)
    assert _states(run) == {VERSION: "active"}
    # The corrections have left a score of other inputs, which is outstanding.
    assert len(as_json(run, "predict")["lines"]) == 4
    assert as_json(run, "predict")["lines"] == []
    as_json(run, "models", "promote", f"{NAME}/{VERSION}-clinic1")
    assert _states(run) == {VERSION: "shipped", f"{VERSION}-clinic1": "active"}
    # Nothing is predicted again because another model serves: what there was is only offered anew.
    assert as_json(run, "predict")["lines"] == []
    assert as_json(run, "models", "rollback", "segmentation")["reference"] == f"{NAME}/{VERSION}"
    assert _states(run) == {VERSION: "active", f"{VERSION}-clinic1": "earlier"}
    code, _, err = run("train", "resume", started["id"])
    assert (code, "is finished" in err) == (1, True)
    assert not list(data.glob(".*"))


def test_a_candidate_examined_beside_another_model_sits_the_exam_again(run: Run) -> None:
    as_json(run, "train", "snapshot", "segmentation")
    for number in (1, 2):
        started = as_json(run, "train", "start", "segmentation")
        assert started["candidate"] == f"{NAME}/{VERSION}-clinic{number}"
        as_json(run, "train", "watch", started["id"])
    as_json(run, "models", "promote", f"{NAME}/{VERSION}-clinic1")
    code, _, err = run("models", "promote", f"{NAME}/{VERSION}-clinic2")
    assert code == 1
    assert "let it sit the exam again" in err
    assert as_json(run, "models", "exam", f"{NAME}/{VERSION}-clinic2")["passed"] is True
    as_json(run, "models", "promote", f"{NAME}/{VERSION}-clinic2")
    assert _states(run)["1-clinic2"] == "active"


def test_looking_away_stops_nothing_but_stop_does_and_the_run_goes_on(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_json(run, "train", "snapshot", "segmentation")
    (data / "runs").mkdir()
    (data / "runs" / "wait").touch()
    started = as_json(run, "train", "start", "segmentation")
    assert as_json(run, "train", "watch", started["id"], "--once")["state"] in ("waiting", "running")
    with monkeypatch.context() as patched:
        patched.setattr("app.cli.training.time.sleep", _ctrl_c)
        code, _, err = run("train", "watch", started["id"])
    assert (code, f"{started['id']} goes on" in err) == (0, True)
    assert run("train", "resume", started["id"])[0] == 1
    as_json(run, "train", "stop", started["id"])
    assert as_json(run, "train", "watch", started["id"])["state"] == "stopped"
    (data / "runs" / "wait").unlink()
    as_json(run, "train", "resume", started["id"])
    assert as_json(run, "train", "watch", started["id"])["state"] == "finished"


def test_what_is_missing_is_said_in_a_sentence(run: Run) -> None:
    for arguments, sentence in (
        (("train", "start", "segmentation"), "There is no snapshot for this task yet; freeze one first."),
        (("train", "snapshot", "classification"), "no confirmed diagnosis yet"),
        (("train", "watch", "nothing"), "There is no run “nothing”."),
        (("models", "rollback", "segmentation"), "nothing to go back to"),
        (("models", "promote", f"{NAME}/9"), "no model"),
    ):
        code, _, err = run(*arguments)
        assert code == 1
        assert sentence in err
    assert run("models", "promote", "no-version")[0] == 2
