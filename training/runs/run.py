"""One training run from its plan to its published model, in the order in which things happen."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from models.contract.shelf.exam import OVERALL, write_exam
from models.contract.shelf.gate import verdict
from training.contract.events import (
    Event,
    ExamSat,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
)
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.evaluation.exam import exam_of_run
from training.loop.distributed import ProcessGroup, init_distributed, is_first_process, processes_here
from training.loop.error_messages import plain_reason
from training.loop.loop import Outcome, Trainer
from training.loop.task import TrainingTask
from training.loop.tensorboard import curves_for_tensorboard
from training.publishing.publish import publish
from training.runs.previews import BoundaryPreviews
from training.runs.run_report import NothingToReportError, write_report
from training.runs.setup import chosen_device, first_network, planned_task, use_threads
from training.tasks.run_context import RunContext


def run(folder: RunFolder, *, device: str = "auto", started_at: float | None = None) -> Event:
    """Carry out the plan in ``folder``, or go on with it; returns the one terminal event.

    Of several processes that torchrun started, the first alone publishes and writes events.

    Args:
        folder: a run folder with a plan.
        device: "cpu", "cuda", or "auto" for CUDA where there is one.
        started_at: when the process was started, in seconds since 1970; an older stop request is forgotten.

    Raises:
        RunFolderError: there is no usable plan; nothing was started.
    """
    plan = folder.plan()
    if not is_first_process():
        return _assisted(folder, plan, device)
    folder.withdraw_stop(before=started_at)
    try:
        folder.keep_space_for_ending()
        with init_distributed(chosen_device(device)) as processes:
            ending = _carried_out(folder, plan, processes)
    except BaseException as error:
        reason = plain_reason(error)
        unforeseen = f"The run was broken off by {type(error).__name__}: {error}"
        ending = RunFailed(reason=reason or unforeseen)
        folder.append_ending(ending)
        if reason is None:
            raise
    else:
        folder.append_ending(ending)
    _draw(folder, plan)
    return ending


def _draw(folder: RunFolder, plan: TrainingPlan) -> None:
    """Draw how the run went; a picture that cannot be drawn is no reason to call the run anything else."""
    try:
        write_report(folder, plan)
    except NothingToReportError:
        return
    except (OSError, MemoryError, ImportError) as error:
        print(f"The report of the run could not be drawn: {error}", file=sys.stderr)  # noqa: T201  its log


def _assisted(folder: RunFolder, plan: TrainingPlan, device: str) -> Event:
    """Carry out one process's part of every step; the first process, not this one, writes the ending."""
    try:
        with init_distributed(chosen_device(device)) as processes:
            outcome = _worked_along(folder, plan, processes)
    except Exception as error:
        reason = plain_reason(error)
        if reason is None:
            raise
        return RunFailed(reason=reason)
    step = outcome.state.step
    if outcome.was_stopped:
        return RunStopped(step=step)
    return RunFinished(step=step, best_epoch=outcome.state.best_epoch, metrics={})


def _worked_along(folder: RunFolder, plan: TrainingPlan, processes: ProcessGroup) -> Outcome:
    # A function of its own, so that nothing of the network is left when the processes part:
    # see `init_distributed`.
    trainer = _prepared(folder, plan, processes).trainer
    return trainer.train(lambda _event: None)


class _Prepared(NamedTuple):
    """What a run is carried out with."""

    context: RunContext
    task: TrainingTask
    trainer: Trainer


def _prepared(folder: RunFolder, plan: TrainingPlan, processes: ProcessGroup) -> _Prepared:
    use_threads(plan.threads, processes=processes_here())
    with processes.main_process_first():
        context = RunContext.of(folder, plan)
        task = planned_task(context)
    network = first_network(plan, task).to(processes.device)
    return _Prepared(context, task, Trainer(folder, plan, task, network, processes))


def _carried_out(folder: RunFolder, plan: TrainingPlan, processes: ProcessGroup) -> Event:
    """Train, publish, and let a fine-tuned model sit its exam."""
    context, task, trainer = _prepared(folder, plan, processes)
    folder.append(_started(plan, task, trainer, processes))
    outcome = _trained(context, trainer)
    if outcome.was_stopped:
        return RunStopped(step=outcome.state.step)
    model = publish(context, folder.path / "published")
    folder.append(ModelPublished(name=plan.model_name, version=plan.model_version, folder=str(model)))
    if plan.fine_tuning is not None:
        folder.append(_examined(context, model))
    state = outcome.state
    note = _early_ending(plan) if outcome.ended_early else ""
    return RunFinished(step=state.step, best_epoch=state.best_epoch, metrics=state.best_metrics, note=note)


def _early_ending(plan: TrainingPlan) -> str:
    waited = "1 epoch" if plan.early_stop_epochs == 1 else f"{plan.early_stop_epochs} epochs"
    return f"The score had not risen for {waited}, so the epochs that were left were not taken."


def _trained(context: RunContext, trainer: Trainer) -> Outcome:
    emit = _event_sink(context, trainer)
    if not context.plan.tensorboard:
        return trainer.train(emit)
    with curves_for_tensorboard(context.folder.path, emit, first_step=trainer.state.step) as emit_and_draw:
        return trainer.train(emit_and_draw)


def _event_sink(context: RunContext, trainer: Trainer) -> Callable[[Event], None]:
    """Return what writes events; for a fine-tuned boundary also how it looks before and after each epoch."""
    plan, folder = context.plan, context.folder
    if plan.fine_tuning is None or plan.task != "segmentation":
        return folder.append
    previews = BoundaryPreviews(context.base, context.data)
    if trainer.state.step == 0:
        folder.append(previews.after(0, trainer.average.network))
    return previews.with_previews(folder.append, trainer.average.network)


def _examined(context: RunContext, model: Path) -> ExamSat:
    """The exam of the candidate beside the model it was trained from, kept in both places."""
    exam = exam_of_run(context, model)
    write_exam(exam, context.folder.path)
    write_exam(exam, model)
    gate = verdict(exam)
    figures = [part for part in exam.parts if part.group == OVERALL]
    headline = {part.metric: part.candidate for part in figures if part.candidate is not None}
    headline |= {f"{part.metric}_active": part.active for part in figures if part.active is not None}
    return ExamSat(passed=gate.passed, reasons=gate.reasons, headline=headline)


def _started(plan: TrainingPlan, task: TrainingTask, trainer: Trainer, processes: ProcessGroup) -> RunStarted:
    train_images, validation_images = task.counts
    core = getattr(trainer.network, "core", trainer.network)
    return RunStarted(
        task=plan.task,
        architecture=plan.architecture,
        parameters=sum(parameter.numel() for parameter in core.parameters()),
        device=str(processes.device),
        train_images=train_images,
        validation_images=validation_images,
        epochs=plan.epochs,
        total_steps=trainer.total_steps,
        first_step=trainer.state.step,
    )
