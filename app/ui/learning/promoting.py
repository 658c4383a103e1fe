"""Carries out what a person decided about a model, and tells every screen that the models changed."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.domain.changes import Changes
from app.translation import _
from app.ui.jobs.job import JobToken
from app.ui.jobs.worker_queues import QueueName
from app.ui.learning.promotion_dialog import Promotion, PromotionDialog
from app.ui.session import Session
from app.usecases.services import Services
from models.contract.errors import NaevusError

MODELS_CHANGED = Changes(models=True)


class Promoting:
    """Asks first; the dialog stays reachable as ``dialog`` while it is open."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session = session
        self._window = window
        self.dialog: PromotionDialog | None = None

    def ask(
        self, promotion: Promotion, verb: Callable[[Services], object], failed: Callable[[], None]
    ) -> None:
        """Let the person confirm a promotion, then carry out ``verb``; ``failed`` when nothing came of it."""
        dialog = PromotionDialog(promotion, self._session.user, self._window)
        dialog.accepted.connect(
            lambda: self.carry_out(
                verb, _("{candidate} is in use from now on.").format(candidate=promotion.candidate), failed
            )
        )
        dialog.rejected.connect(failed)
        self.dialog = dialog
        dialog.open()

    def carry_out(
        self, verb: Callable[[Services], object], said: str, failed: Callable[[], None] | None = None
    ) -> None:
        """Do something that changes the models."""

        def changing(services: Services, _token: JobToken) -> Changes:
            verb(services)
            return MODELS_CHANGED

        def explain(error: NaevusError) -> None:
            self._session.report_error(error)
            if failed is not None:
                failed()

        self._session.act(
            QueueName.DATABASE,
            changing,
            done=lambda _changes: self._session.tell(said),
            failed=explain,
        )
