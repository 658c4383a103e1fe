"""Stops a run, or goes on with one that was stopped."""

from app.domain.audit import AuditKind
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.run_records import RunLine, line_of, run_folder
from app.usecases.services import Services


def stop_run(services: Services, run_id: str) -> RunLine:
    """Ask a run to stop after the step at hand; asked again after a grace period, it is ended.

    Raises:
        LearningError: there is no such run, or it is not being carried out.
    """
    folder = run_folder(services, run_id)
    if not services.runs.is_running(folder):
        raise LearningError(_("The run “{run_id}” is not being carried out.").format(run_id=run_id))
    was_ended = services.runs.stop(folder)
    _note(services, run_id, AuditKind.TRAINING_ENDED if was_ended else AuditKind.TRAINING_ASKED_TO_STOP)
    return line_of(services, folder)


def resume_run(services: Services, run_id: str) -> RunLine:
    """Go on with a run from its last checkpoint.

    Raises:
        LearningError: there is no such run, it is finished, or it is being carried out already.
    """
    folder = run_folder(services, run_id)
    if line_of(services, folder).state == "finished":
        raise LearningError(
            _("The run “{run_id}” is finished, so there is nothing to go on with.").format(run_id=run_id)
        )
    services.runs.start(folder)
    _note(services, run_id, AuditKind.TRAINING_RESUMED)
    return line_of(services, folder)


def _note(services: Services, run_id: str, act: AuditKind) -> None:
    with services.store.writing() as work:
        work.audit.append(services.user, act, run_id)
        work.commit()
