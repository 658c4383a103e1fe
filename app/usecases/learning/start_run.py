"""Starts teaching the active model the corrections of a snapshot, or measures what that would cost."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.freeze_snapshot import SNAPSHOTS
from app.usecases.learning.run_records import RunLine, RunRecord, line_of, runs_folder, write_record
from app.usecases.services import Services
from models.contract.files.private_files import make_private_folder
from models.contract.shelf.card import ModelTask, Task
from models.contract.shelf.model_shelf import ShelvedModel
from training.contract.data_set import DataSetError
from training.contract.forecast import Forecast
from training.contract.plan import TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import RunFolderError, create_run_folder
from training.contract.snapshot import Snapshot, SnapshotError, read_snapshot, read_snapshot_card

_CLINIC_VERSION = re.compile(r"(?P<root>.+)-clinic(?P<number>\d+)")
_LONGEST_VERSION = 64
"""What a model card takes (``PlainName``)."""


def start_run(
    services: Services,
    task: Task,
    snapshot_id: str | None = None,
    *,
    amp: bool = False,
    seed: int = 17,
    threads: int = 0,
) -> RunLine:
    """Write plan and snapshot reference of a new run and start its process; the newest snapshot by default.

    The base is the active model; the candidate gets its name and the clinic's next version, as 1-clinic3.

    Raises:
        LearningError: there is no such snapshot, it is damaged, or the process cannot be started.
        ModelRefusedError: the active model cannot be used.
    """
    snapshot_dir, base = snapshot_folder(services, task, snapshot_id), base_model(services, task)
    with _said_in_a_sentence():
        snapshot = read_snapshot(snapshot_dir)
        folder, version = _claimed_folder(services, base)
        try:
            plan = plan_from(
                services, snapshot_dir, snapshot, base, version, amp=amp, seed=seed, threads=threads
            )
            create_run_folder(folder, plan)
            write_record(folder, _record(services, snapshot, base, version))
            services.runs.start(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    with services.store.writing() as work:
        detail = f"{base.card.reference} from {snapshot.id}"
        work.audit.append(services.user, AuditKind.TRAINING_STARTED, folder.name, detail)
        work.commit()
    return line_of(services, folder)


def forecast_run(
    services: Services,
    task: Task,
    snapshot_id: str | None = None,
    *,
    amp: bool = False,
    seed: int = 17,
    threads: int = 0,
) -> Forecast:
    """Measure a few real steps of the run that ``start_run`` would start; nothing is kept.

    Raises:
        LearningError: there is no such snapshot, or the steps could not be measured.
        ModelRefusedError: the active model cannot be used.
    """
    snapshot_dir, base = snapshot_folder(services, task, snapshot_id), base_model(services, task)
    with (
        _said_in_a_sentence(),
        tempfile.TemporaryDirectory(dir=services.store.folder, prefix=".forecast-") as temporary,
    ):
        folder = Path(temporary) / "run"
        snapshot = read_snapshot_card(snapshot_dir)
        plan = plan_from(
            services, snapshot_dir, snapshot, base, "forecast", amp=amp, seed=seed, threads=threads
        )
        create_run_folder(folder, plan)
        said = services.runs.answer(["forecast", str(folder)]).splitlines()
    try:
        return Forecast.model_validate_json(said[-1] if said else "")
    except ValidationError as error:
        raise LearningError(_("The training program did not say what the run will cost.")) from error


def base_model(services: Services, task: Task) -> ShelvedModel:
    """Return the model that is taught: the active one."""
    base = services.shelf.active(task)
    if base is None:
        raise LearningError(_("No model is active for this task, so there is none to teach."))
    return base


def plan_from(
    services: Services,
    snapshot_dir: Path,
    snapshot: Snapshot,
    base: ShelvedModel,
    version: str,
    *,
    amp: bool,
    seed: int,
    threads: int,
) -> TrainingPlan:
    """Return the plan that teaches ``base`` a snapshot, among the bundled images."""
    return fine_tuning_plan(
        task=snapshot.task,
        snapshot_dir=snapshot_dir,
        base=base.folder,
        model_name=base.card.name,
        model_version=version,
        rehearsal=services.learning_images,
        snapshot_manifest_sha256=snapshot.manifest_sha256,
        amp=amp,
        seed=seed,
        threads=threads,
    )


@contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (DataSetError, RunFolderError) as error:
        raise LearningError(str(error)) from error
    except OSError as error:
        raise LearningError(
            _("The run could not be written ({strerror}).").format(strerror=error.strerror)
        ) from error


def _record(services: Services, snapshot: Snapshot, base: ShelvedModel, version: str) -> RunRecord:
    return RunRecord(
        task=snapshot.task,
        snapshot_id=snapshot.id,
        snapshot_manifest_sha256=snapshot.manifest_sha256,
        base=base.card.reference,
        base_sha256=base.card.weights_sha256,
        model_name=base.card.name,
        model_version=version,
        started_by=services.user,
        started_at=services.clock(),
    )


def snapshots_of(services: Services, task: ModelTask) -> tuple[Snapshot, ...]:
    """Return the readable snapshots of a task, the newest last."""
    found = []
    for folder in sorted((services.store.folder / SNAPSHOTS).glob("[!.]*")):
        try:
            snapshot = read_snapshot_card(folder)
        except SnapshotError:
            continue  # starting a run from it says what is wrong
        if snapshot.task == task:
            found.append(snapshot)
    return tuple(sorted(found, key=lambda snapshot: snapshot.created_at))


def newest_snapshot(services: Services, task: ModelTask) -> Snapshot | None:
    """Return the newest readable snapshot of a task, None when there is none."""
    return next(reversed(snapshots_of(services, task)), None)


def snapshot_folder(services: Services, task: Task, snapshot_id: str | None) -> Path:
    """Return the folder of a snapshot of ``task``, the newest by default; raises LearningError."""
    folder = services.store.folder / SNAPSHOTS
    if snapshot_id is None:
        known = snapshots_of(services, task)
        if not known:
            raise LearningError(_("There is no snapshot for this task yet; freeze one first."))
        return folder / known[-1].id
    names = {path.name for path in folder.glob("[!.]*")}
    if snapshot_id not in names:
        raise LearningError(_("There is no snapshot “{snapshot_id}”.").format(snapshot_id=snapshot_id))
    try:
        snapshot = read_snapshot_card(folder / snapshot_id)
    except SnapshotError as error:
        raise LearningError(str(error)) from error
    if snapshot.task != task:
        raise LearningError(
            _("The snapshot “{snapshot_id}” was frozen for {task}.").format(
                snapshot_id=snapshot_id, task=snapshot.task
            )
        )
    return folder / snapshot_id


def _claimed_folder(services: Services, base: ShelvedModel) -> tuple[Path, str]:
    """Make the folder of the clinic's next version; two windows never get the same one."""
    named = _CLINIC_VERSION.fullmatch(base.card.version)
    root = named["root"] if named else base.card.version
    taken = [0]
    for model in services.shelf.list(base.card.task):
        found = _CLINIC_VERSION.fullmatch(model.card.version)
        if found and model.card.name == base.card.name:
            taken.append(int(found["number"]))
    make_private_folder(runs_folder(services))
    number = max(taken)
    while True:
        number += 1
        version = _clinic_version(root, number)
        folder = runs_folder(services) / f"{base.card.name}-{version}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder, version


def _clinic_version(root: str, number: int) -> str:
    """As 1-clinic3; a long root is cut, and the number still tells the versions apart."""
    suffix = f"-clinic{number}"
    return root[: _LONGEST_VERSION - len(suffix)] + suffix
