"""Asks why the shown score is what it is, after it was shown; nobody waits for the answer."""

import logging

from PySide6.QtCore import QObject

from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.why_card import WhyCard
from app.ui.session import Session
from app.ui.workbench.case_view import CaseView
from app.usecases.analysis.score_attribution import ScoreWhy, score_attribution
from models.contract.errors import NaevusError

_LOG = logging.getLogger(__name__)


class Why(QObject):
    """Fills the card on the inference queue; only the latest score counts."""

    def __init__(self, session: Session, card: WhyCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._card = card
        self._score_id: str | None = None

    def show_view(self, view: CaseView | None) -> None:
        """Ask again when another stored score is shown; a correction on the screen has no answer yet."""
        stored = view is not None and view.preview is None and not view.is_scoring
        score = view.case.score if view is not None and stored and view.case.is_score_current else None
        score_id = None if score is None else str(score.id)
        if score_id == self._score_id:
            return
        self._score_id = score_id
        self._card.show_why(None)
        if score is None:
            return
        image_id = score.image_id
        self._session.query(
            QueueName.INFERENCE,
            lambda services, token: score_attribution(services, image_id, token),
            self._show,
            failed=self._fail,
            replaces="why",
        )

    def _show(self, why: ScoreWhy | None) -> None:
        if why is not None and str(why.score_id) == self._score_id:
            self._card.show_why(why)

    def _fail(self, error: NaevusError) -> None:
        """Say nothing: the score stands, and nobody asked."""
        _LOG.info("what moved a score could not be told: %s", type(error).__name__)
