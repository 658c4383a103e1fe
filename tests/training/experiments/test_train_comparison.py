"""The comparison's trainings: one recipe for all, as many epochs as the budget holds, no work twice."""

import argparse
import signal
from pathlib import Path

import pytest

from models.nets import CATALOGUE
from tests.training.data_folders import mini_data_folder
from training.contract.events import RunFinished
from training.contract.run_folder import RunFolder, create_run_folder
from training.experiments import train_comparison
from training.loop.step import TrainingFailedError


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    return argparse.Namespace(
        data=tmp_path / "data", out=tmp_path / "out", minutes=1.0, threads=1, amp=False, seed=17, version="c"
    )


def test_every_name_is_an_architecture_of_its_task() -> None:
    known = {each.name: each.task for each in CATALOGUE}

    assert {name: known.get(name) for name in train_comparison.TASK_BY_NAME} == train_comparison.TASK_BY_NAME


@pytest.mark.parametrize("task", ["segmentation", "classification"])
def test_networks_of_a_task_share_the_whole_recipe(options: argparse.Namespace, task: str) -> None:
    own = ("architecture", "model_name", "init")
    plans = [
        train_comparison.plan_of(name, 3, options)
        for name, its in train_comparison.TASK_BY_NAME.items()
        if its == task
    ]

    recipes = [plan.model_dump(exclude=dict.fromkeys(own, True)) for plan in plans]
    assert len({plan.architecture for plan in plans}) == len(plans) > 1
    assert all(recipe == recipes[0] for recipe in recipes)


def test_a_run_has_one_size_throughout_so_that_a_step_costs_what_was_measured(
    options: argparse.Namespace,
) -> None:
    for name in train_comparison.TASK_BY_NAME:
        plan = train_comparison.plan_of(name, 40, options)
        assert [stage.epochs for stage in plan.stages] == [40]


@pytest.mark.parametrize(("minutes", "epochs"), [(0.1, 1), (7.0, 1), (8.0, 2), (60.0, 12)])
def test_as_many_epochs_are_planned_as_come_closest_to_the_budget(minutes: float, epochs: int) -> None:
    budget = train_comparison.Budget(
        minutes=minutes, seconds_per_step=2.0, seconds_per_measurement=60.0, steps_per_epoch=120, clock=""
    )
    assert budget.epoch_seconds == 300
    assert budget.epochs == epochs
    assert budget.to_json()["foreseen_minutes"] == epochs * 5


def test_the_budget_is_measured_on_real_steps_of_the_data(options: argparse.Namespace) -> None:
    mini_data_folder(options.data, train=16, val=4, test=0)
    plan = train_comparison.plan_of("mamba_unet_small", 1, options)
    small = plan.model_copy(update={"architecture": "mamba_unet_tiny"})

    budget = train_comparison.measured_budget(small, RunFolder(options.out), minutes=1.0)

    assert budget.steps_per_epoch == 2
    assert budget.seconds_per_step > 0
    assert budget.seconds_per_measurement > 0
    assert not (options.out / "plan.json").exists()


def test_a_model_that_fails_keeps_no_other_waiting_and_fails_the_whole(
    options: argparse.Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    published = options.out / "unet" / "published" / "unet" / "c"
    published.mkdir(parents=True)
    (published / "card.json").write_text("{}", "utf-8")
    asked = [str(options.data), "--out", str(options.out), "--version", "c", "--only", "mamba_unet", "unet"]

    assert train_comparison.main(asked) == 1
    said = capsys.readouterr()
    assert "mamba_unet: " in said.err
    assert "manifest.csv is missing" in said.err
    assert "unet: published already" in said.out


def test_networks_of_one_task_can_be_asked_for(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []

    def note(name: str, _: argparse.Namespace) -> bool:
        trained.append(name)
        return True

    monkeypatch.setattr(train_comparison, "train", note)
    asked = [str(options.data), "--out", str(options.out), "--task", "classification"]
    assert train_comparison.main(asked) == 0
    assert trained == [
        name for name, task in train_comparison.TASK_BY_NAME.items() if task == "classification"
    ]


def test_ctrl_c_ends_the_program_though_the_run_at_hand_still_finishes(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (options.out / "unet").mkdir(parents=True)
    (options.out / "unet" / "plan.json").write_text("{}", "utf-8")

    def run(*_: object, **__: object) -> RunFinished:
        signal.raise_signal(signal.SIGINT)
        return RunFinished(step=1, best_epoch=0, metrics={})

    monkeypatch.setattr(train_comparison, "run", run)
    assert train_comparison.train_all(["unet", "mamba_unet"], options) == 130
    assert not (options.out / "mamba_unet").exists()


@pytest.mark.parametrize("change", [{}, {"threads": 2}, {"minutes": 2.0}, {"seed": 3}, {"amp": True}])
def test_a_run_is_only_gone_on_with_by_the_options_it_was_begun_with(
    options: argparse.Namespace, change: dict[str, object]
) -> None:
    folder = create_run_folder(options.out / "unet", train_comparison.plan_of("unet", 4, options))
    (folder.path / train_comparison.BUDGET).write_text('{"minutes": 1.0}', "utf-8")
    published = folder.path / "published" / "unet" / "c"
    published.mkdir(parents=True)
    (published / "card.json").write_text("{}", "utf-8")
    vars(options).update(change)

    if set(change) <= {"threads"}:
        assert train_comparison.train("unet", options)
    else:
        with pytest.raises(TrainingFailedError, match="begun with other data"):
            train_comparison.train("unet", options)


@pytest.mark.parametrize("minutes", ["0", "-5", "nan", "inf", "soon"])
def test_a_budget_that_is_none_is_refused(options: argparse.Namespace, minutes: str) -> None:
    with pytest.raises(SystemExit) as ending:
        train_comparison.main([str(options.data), "--out", str(options.out), "--minutes", minutes])
    assert ending.value.code == 2
    assert not options.out.exists()


def test_a_published_model_is_left_alone_and_its_decoded_images_serve_the_next(
    options: argparse.Namespace,
) -> None:
    published = options.out / "unet" / "published" / "unet" / "c"
    published.mkdir(parents=True)
    (published / "card.json").write_text("{}", "utf-8")
    (options.out / "unet" / "cache").mkdir()
    (options.out / "mamba_unet").mkdir()

    assert train_comparison.train("unet", options)
    assert not (options.out / "unet" / "plan.json").exists()
    train_comparison._take_over_cache(options.out, RunFolder(options.out / "mambaderm"), "classification")
    assert (options.out / "unet" / "cache").exists()
    train_comparison._take_over_cache(options.out, RunFolder(options.out / "mamba_unet"), "segmentation")
    assert (options.out / "mamba_unet" / "cache").is_dir()
    assert not (options.out / "unet" / "cache").exists()
