"""Offers the scale of the device that took the open image, and uses it when a person says so."""

from PySide6.QtCore import QObject

from app.domain.device_profile import DeviceProfile
from app.domain.ids import ImageId
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.measurements_panel import ScaleCard
from app.ui.session import Session
from app.ui.workbench.case_review import CaseReview
from app.ui.workbench.case_view import CaseView
from app.usecases.cases.device_profiles import apply_profile, suggested_profile


class DeviceScales(QObject):
    """Looks at the file of an image without a scale; sets none by itself."""

    def __init__(
        self, session: Session, review: CaseReview, card: ScaleCard, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._review = review
        self._card = card
        self._offered: DeviceProfile | None = None
        review.view_changed.connect(self._follow)
        card.suggestion_taken.connect(self._use)

    def _follow(self, view: CaseView | None) -> None:
        self._show(None)
        if view is None or view.case.image.calibration is not None:
            return
        image_id = view.case.image.id
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: suggested_profile(services, image_id),
            lambda profile: self._take(image_id, profile),
            replaces="suggested device profile",
        )

    def _take(self, image_id: ImageId, profile: DeviceProfile | None) -> None:
        view = self._review.view
        if view is not None and view.case.image.id == image_id and view.case.image.calibration is None:
            self._show(profile)

    def _show(self, profile: DeviceProfile | None) -> None:
        self._offered = profile
        self._card.suggest("" if profile is None else profile.name)

    def _use(self) -> None:
        profile, image_id = self._offered, self._review.image_id
        if profile is not None and image_id is not None:
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: apply_profile(services, profile.id, [image_id]),
            )
