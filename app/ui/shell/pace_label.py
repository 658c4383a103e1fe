"""The count of today in the status line: images corrected, images confirmed, and the pace."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from app.domain.changes import Changes
from app.domain.review_pace import ReviewPace
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.corrections.pace_of_today import pace_of_today


class PaceLabel(QObject):
    """Keeps a label up to date; it is empty on a day without a reviewed image."""

    def __init__(self, session: Session, label: QLabel) -> None:
        super().__init__(label)
        self._session = session
        self._label = label
        label.setToolTip(_("Images whose boundary you corrected or confirmed today; breaks are left out"))
        session.changed.connect(self._follow)

    def read(self) -> None:
        """Count again."""
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: pace_of_today(services),
            lambda pace: self._label.setText(pace_words(pace)),
            replaces="pace of today",
        )

    def _follow(self, changes: Changes) -> None:
        if changes.images:
            self.read()


def pace_words(pace: ReviewPace) -> str:
    """Return a day's work in a line; "" when there is none."""
    if not pace.corrected and not pace.confirmed:
        return ""
    if pace.images_per_hour is None:
        return _("Today {corrected} corrected, {confirmed} confirmed").format(
            corrected=pace.corrected, confirmed=pace.confirmed
        )
    return _("Today {corrected} corrected, {confirmed} confirmed, {per_hour:.0f} an hour").format(
        corrected=pace.corrected, confirmed=pace.confirmed, per_hour=pace.images_per_hour
    )
