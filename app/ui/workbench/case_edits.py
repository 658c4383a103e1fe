"""Takes what the panels hand over into the case store, and shows refused values at their fields."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.ids import LesionId
from app.domain.image import Calibration
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.case_panels import CasePanels
from app.ui.panels.decision_draft import DecisionDraft
from app.ui.panels.form_leftovers import FormCard
from app.ui.panels.outcome_card import OutcomeDraft
from app.ui.session import Session
from app.ui.widgets.field import Remedy
from app.ui.workbench.case_review import CaseReview
from app.usecases.analysis.accept_band import accept_band
from app.usecases.cases.record_outcome import record_outcome, withdraw_outcome
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.cases.set_decision import set_decision
from app.usecases.patients.edit_lesion import assign_lesion, edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.readings.record_reading import ReadingEntry, record_reading
from app.usecases.services import Services
from models.contract.errors import NaevusError


class CaseEdits(QObject):
    """Patient, lesion, visit, decision, outcome and scale of the open case."""

    def __init__(
        self, session: Session, panels: CasePanels, review: CaseReview, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._panels = panels
        self._review = review
        panels.patient.patient_edited.connect(self._edit_patient)
        panels.patient.lesion_edited.connect(self._edit_lesion)
        panels.patient.visit_edited.connect(self._edit_visit)
        panels.decision.decision_made.connect(self._record_decision)
        panels.outcome.outcome_entered.connect(self._record_outcome)
        panels.outcome.withdrawal_requested.connect(self._withdraw_outcome)
        panels.readings.recorded.connect(self._record_reading)
        panels.score.band_accepted.connect(self._accept_band)
        panels.measurements.calibration_removed.connect(lambda: self.calibrate(None))

    def calibrate(self, calibration: Calibration | None) -> None:
        """Store the scale of the open image."""
        if (image_id := self._review.image_id) is not None:
            self._store(lambda services: set_calibration(services, image_id, calibration))

    def _edit_patient(self, patient: Patient) -> None:
        if self._review.view is None or patient == self._review.view.case.patient:
            return
        case = self._review.view.case
        before = case.patient
        self._store_form(
            FormCard.PATIENT,
            lambda services: edit_patient(services, before, patient),
            remedy=lambda error: self._assigning(error, case.lesion.id, patient.code),
        )

    def _edit_lesion(self, lesion: Lesion) -> None:
        if self._review.view is None or lesion == self._review.view.case.lesion:
            return
        before = self._review.view.case.lesion
        self._store_form(
            FormCard.LESION,
            lambda services: edit_lesion(services, before, lesion),
        )

    def _edit_visit(self, visit: Visit) -> None:
        if self._review.view is None or visit == self._review.view.case.visit:
            return
        before = self._review.view.case.visit
        self._store_form(
            FormCard.VISIT,
            lambda services: edit_visit(services, before, visit),
        )

    def _store_form(
        self,
        which: FormCard,
        verb: Callable[[Services], Changes],
        *,
        remedy: Callable[[NaevusError], Remedy | None] = lambda _error: None,
    ) -> None:
        """Store a card of the form; without what is refused of it, the rest is handed over again."""
        image_id = self._review.image_id
        if image_id is None:
            return

        def refuse(error: NaevusError) -> None:
            form, is_named = self._panels.patient, isinstance(error, InvalidFieldError)
            is_shown = form.take_refusal(image_id, which, error, remedy(error))
            if not (is_named and is_shown):
                self._session.report_error(error)
            elif self._review.image_id == image_id:
                self._panels.turn_to("Patient")
                form.hand_over(which)

        self._store(verb, failed=refuse)

    def _accept_band(self) -> None:
        if self._review.view is None or (score := self._review.view.case.score) is None:
            return
        score_id, image_id = score.id, score.image_id
        self._store(lambda services: accept_band(services, image_id, score_id))

    def record_pending_decision(self, then: Callable[[], None]) -> None:
        """Record what was entered as a decision, if anything was, and go on once it is stored."""
        if self._review.image_id is not None and self._panels.decision.is_pending:
            self._record_decision(self._panels.decision.draft, then)
        else:
            then()

    def _record_decision(self, draft: DecisionDraft, then: Callable[[], None] = lambda: None) -> None:
        if (image_id := self._review.image_id) is not None:
            self._store(
                lambda services: set_decision(
                    services,
                    image_id,
                    diagnosis=draft.diagnosis,
                    diagnosis_confirm_type=draft.diagnosis_confirm_type,
                    management=draft.management,
                    comment=draft.comment,
                ),
                then=then,
            )

    def _record_outcome(self, draft: OutcomeDraft) -> None:
        if (image_id := self._review.image_id) is not None:
            self._store(
                lambda services: record_outcome(
                    services,
                    image_id,
                    diagnosis=draft.diagnosis,
                    confirm_type=draft.confirm_type,
                    known_on=draft.known_on,
                    note=draft.note,
                )
            )

    def _withdraw_outcome(self) -> None:
        if (image_id := self._review.image_id) is not None:
            self._store(lambda services: withdraw_outcome(services, image_id))

    def _record_reading(self, entry: ReadingEntry) -> None:
        if (image_id := self._review.image_id) is not None:
            self._store(lambda services: record_reading(services, image_id, entry))

    def _assigning(self, error: NaevusError, lesion_id: LesionId, code: str) -> Remedy | None:
        """When the number is another patient's, the lesion may belong to that patient."""
        if not (isinstance(error, InvalidFieldError) and error.field == "code" and code):
            return None

        def assign() -> None:
            self._store(lambda services: assign_lesion(services, lesion_id, code))

        return Remedy(_("Assign the lesion to {code}").format(code=code), assign)

    def _store(
        self,
        verb: Callable[[Services], Changes],
        *,
        failed: Callable[[NaevusError], None] | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: verb(services),
            done=lambda _changes: then(),
            failed=failed or self._show_error,
        )

    def _show_error(self, error: NaevusError) -> None:
        if not (isinstance(error, InvalidFieldError) and self._panels.show_field_error(error)):
            self._session.report_error(error)
