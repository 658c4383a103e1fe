"""The open case: reads it, shows it on the canvas, and tells the panels what to show."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.ids import ImageId, PredictionId, RevisionId
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.sampling import ImagePyramid
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.case_view import CaseView
from app.ui.workbench.correction import Correction
from app.ui.workbench.lesion_choice import LesionChoice
from app.ui.workbench.prepared_images import PreparedImage
from app.ui.workbench.score_preview import Preview
from app.usecases.cases.open_case import OpenedCase, open_case
from app.usecases.cases.show_image import ShownImage, show_image
from models.contract.errors import NaevusError


class CaseReview(QObject):
    """Keeps store, canvas and panels in step for one case at a time."""

    view_changed = Signal(object)
    """CaseView, or None when no case is open."""
    opened = Signal(str)
    """Id of the image that is now on the canvas."""

    def __init__(
        self, session: Session, canvas: EditorCanvas, queue: AnalysisQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._queue = queue
        self._wanted: ImageId | None = None
        self.view: CaseView | None = None
        self.correction = Correction(session, canvas, self)
        self.lesions = LesionChoice(session, canvas, self.correction, self)
        self.correction.state_changed.connect(self._show_state)
        self.correction.previewed.connect(self._show_preview)
        queue.is_running_changed.connect(self._show_state)
        session.changed.connect(self.refresh)

    @property
    def image_id(self) -> ImageId | None:
        """Return the image whose case is open."""
        return self.view.case.image.id if self.view is not None else None

    def open(self, image_id: ImageId) -> None:
        """Open a case; a correction of the one before is stored first."""
        if image_id != self._wanted:
            self.correction.save_before_leaving()
            self._wanted = image_id
            self._read_first(image_id)

    def open_prepared(self, prepared: PreparedImage) -> None:
        """Open a case whose image was read ahead; a correction of the one before is stored first."""
        image_id = prepared.shown.case.image.id
        if image_id != self._wanted:
            self.correction.save_before_leaving()
            self._wanted = image_id
            self._show_first(prepared.shown, prepared.pyramid)

    def close_case(self) -> None:
        """Show no case; a correction is stored first."""
        self.correction.leave()
        self.lesions.show(None)
        self._queue.attend(None)
        self._wanted = None
        self._canvas.show_nothing()
        self._publish(None)

    def refresh(self, changes: Changes) -> None:
        """Read the open case again when something about it changed."""
        if self.image_id is not None and changes.touches(self.image_id):
            self._read(self.image_id)

    def predict(self) -> None:
        """Ask the models for boundary and score of the open image."""
        if (image_id := self.image_id) is not None:
            self._queue.predict_again([image_id])

    def score_anyway(self) -> None:
        """Score the open image although it does not look like one to score; the history says who asked."""
        if (image_id := self.image_id) is not None:
            self._queue.score_anyway(image_id)

    def revert_to(self, source: str) -> None:
        """Make the boundary of an earlier revision or prediction the valid one again."""
        if self.view is not None:
            case = self.view.case
            known: list[RevisionId | PredictionId] = [one.id for one in case.revisions]
            known += [one.id for one in case.boundaries]
            self.correction.revert_to(next(one for one in known if str(one) == source))

    def _read_first(self, image_id: ImageId) -> None:
        self._session.query(
            QueueName.IMAGES,
            lambda services, _token: show_image(services, image_id),
            self._show_first,
            failed=self._fail_to_open,
            replaces="open case",
        )

    def _show_first(self, shown: ShownImage, pyramid: ImagePyramid | None = None) -> None:
        """Put the image on the canvas at once; what has to be computed follows."""
        case = shown.case
        if case.image.id != self._wanted:
            return
        self.correction.leave()
        self.correction.show(shown, pyramid)
        self.lesions.show(shown)
        scale = case.image.calibration
        self._canvas.view.set_calibration(scale.mm_per_px if scale is not None else None)
        # A person waits for the image, not for what the panels say.
        self._canvas.view.repaint()
        self._queue.attend(case.image.id)
        self._publish(CaseView(case, is_scoring=self._is_scoring(case.image.id)))
        self.opened.emit(str(case.image.id))
        self._read(case.image.id)

    def _fail_to_open(self, error: NaevusError) -> None:
        """Show no case rather than another one than was chosen."""
        self.close_case()
        self._session.report_error(error)

    def _read(self, image_id: ImageId) -> None:
        self._session.query(
            QueueName.IMAGES,
            lambda services, _token: open_case(services, image_id),
            self._show,
            replaces="read case",
        )

    def _show(self, opened: OpenedCase) -> None:
        case, before = opened.case, self.view.case if self.view is not None else None
        if before is None or before.image.id != case.image.id:
            return
        is_other_mask = before.mask_source != case.mask_source or before.lesions != case.lesions
        self.correction.follow(opened, is_other_mask=is_other_mask)
        self.lesions.follow(opened)
        scale = case.image.calibration
        self._canvas.view.set_calibration(scale.mm_per_px if scale is not None else None)
        self._publish(self._view_of(opened))

    def _view_of(self, opened: OpenedCase) -> CaseView:
        """Return the view of what is stored; the preview of an unsaved correction stays."""
        is_changed = opened.measurements != opened.predicted_measurements
        view = CaseView(
            case=opened.case,
            measurements=opened.measurements,
            measurements_before=opened.predicted_measurements if is_changed else (),
            is_scoring=self._is_scoring(opened.case.image.id),
            trail=opened.trail,
            moves=opened.moves,
            model_summaries=opened.score_model,
            local_bands=opened.local_bands,
        )
        if self.view is not None and self._is_scoring(opened.case.image.id):
            view = replace(view, preview=self.view.preview)
        if self.view is None or not self.correction.is_unsaved_of_interest:
            return view
        return replace(
            view,
            preview=self.view.preview,
            measurements=self.view.measurements,
            measurements_before=opened.predicted_measurements,
        )

    def _show_preview(self, preview: Preview) -> None:
        if self.view is not None:
            before = self.view.measurements_before or self.view.measurements
            view = replace(self.view, measurements_before=before)
            score = preview.score if self.correction.is_unsaved_of_interest else None
            self._publish(view.with_preview(score, preview.measurements))

    def _show_state(self) -> None:
        """Say whether a score is on its way."""
        if self.view is not None:
            is_scoring = self._is_scoring(self.view.case.image.id)
            # The preview of what is stored by now only bridged the time until its score was.
            is_bridged = not is_scoring and not self.correction.is_unsaved_of_interest
            preview = None if is_bridged else self.view.preview
            if is_scoring != self.view.is_scoring:
                self._publish(replace(self.view, is_scoring=is_scoring, preview=preview))

    def _is_scoring(self, image_id: ImageId) -> bool:
        return self.correction.is_previewing or self._queue.is_waiting(image_id)

    def _publish(self, view: CaseView | None) -> None:
        self.view = view
        self.view_changed.emit(view)
