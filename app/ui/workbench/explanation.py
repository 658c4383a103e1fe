"""Brings the chosen attention overlay onto the canvas, for the mask that is shown."""

from PySide6.QtCore import QObject

from app.domain.errors import CancelledError
from app.domain.ids import ImageId
from app.ui.editor.layers import Layer
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.explanation_card import ExplanationCard
from app.ui.session import Session
from app.ui.workbench.case_view import CaseView
from app.ui.workbench.workbench import Workbench
from app.usecases.analysis.explain_score import ExplainedScore, explain_score
from models.contract.errors import NaevusError


class Explanation(QObject):
    """Computes overlays on the inference queue; only the latest choice counts."""

    def __init__(
        self, session: Session, workbench: Workbench, card: ExplanationCard, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._workbench = workbench
        self._card = card
        self._image_id: ImageId | None = None
        self._subject: tuple[object, ...] | None = None
        card.overlay_chosen.connect(self._follow_choice)
        workbench.layers.control_by_layer[Layer.ATTENTION].switched.connect(self._follow_switch)

    def show_view(self, view: CaseView | None) -> None:
        """Explain again when another case or another score is shown."""
        score = view.score if view is not None else None
        subject = None if view is None or score is None else (view.case.image.id, score.id)
        if subject == self._subject:
            return
        self._subject = subject
        self._image_id = view.case.image.id if view is not None and score is not None else None
        self._choose(self._card.chosen)

    def offer_overlays(self) -> None:
        """Ask the engines which overlays they can compute."""
        self._session.query(
            QueueName.INFERENCE,
            lambda services, _token: services.predictor.overlay_names(),
            self._offer,
            replaces="overlay names",
        )

    def _offer(self, names: tuple[str, ...]) -> None:
        self._card.offer(names)
        self._follow_switch(self._workbench.canvas.view.layer_look(Layer.ATTENTION).is_visible)

    def _follow_switch(self, is_on: bool) -> None:
        """A layer that is switched on shows something: the default overlay until another is chosen."""
        if is_on and self._card.chosen is None and self._card.default is not None:
            self._card.choose(self._card.default)

    def _follow_choice(self, name: object) -> None:
        self._workbench.layers.show_layer(Layer.ATTENTION, visible=name is not None)
        self._choose(name)

    def _choose(self, name: object) -> None:
        image_id, mask = self._image_id, self._workbench.canvas.editor.current_mask()
        self._workbench.canvas.view.set_overlay(None)
        self._card.show_waiting(str(name) if name and image_id else None)
        if name is None or image_id is None:
            return
        self._session.query(
            QueueName.INFERENCE,
            lambda services, token: explain_score(services, image_id, str(name), token, mask=mask),
            lambda explained: self._show(image_id, explained),
            failed=self._fail,
            replaces="explanation",
        )

    def _show(self, image_id: ImageId, explained: ExplainedScore) -> None:
        if image_id == self._image_id and explained.name == self._card.chosen:
            self._workbench.canvas.view.set_overlay(explained.map, is_signed=explained.is_signed)
            self._card.show_share(explained.share_inside_lesion, is_signed=explained.is_signed)

    def _fail(self, error: NaevusError) -> None:
        if not isinstance(error, CancelledError):
            self._card.show_failure(str(error))
