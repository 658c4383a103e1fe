"""Measures what a reading can be proposed from while its panel is looked at, and lays it over the image."""

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.ui.editor.evidence_drawing import EvidenceDrawing
from app.ui.editor.image_view import ImageView
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.case_panels import CasePanels
from app.ui.session import Session
from app.ui.workbench.case_view import CaseView
from app.usecases.readings.propose_reading import (
    AXES_CRITERIA,
    BORDER_CRITERIA,
    PATCH_BY_CRITERION,
    Proposals,
    propose_reading,
)
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.domain.ids import BlobName, ImageId

_LOG = logging.getLogger(__name__)


class ReadingEvidence(QObject):
    """Nothing is measured before the panel of readings is seen; only the boundary that is stored counts."""

    def __init__(
        self, session: Session, panels: CasePanels, image_view: ImageView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._panels = panels
        self._image_view = image_view
        self._view: CaseView | None = None
        self._asked: tuple[ImageId, BlobName] | None = None
        self._proposals: Proposals | None = None
        self._criterion = ""
        panels.turned_to.connect(lambda _name: self._follow())
        panels.readings.looked_at.connect(self._look_at)

    def show_view(self, view: CaseView | None) -> None:
        """Measure anew when another case or another boundary is shown."""
        self._view = view
        self._follow()

    def _follow(self) -> None:
        case = None if self._view is None else self._view.case
        subject = None if case is None or case.mask is None else (case.image.id, case.mask)
        if subject != self._asked:
            self._asked, self._proposals = None, None
        if subject is not None and self._asked is None and self._panels.shows_readings:
            self._asked = subject
            image_id = subject[0]
            self._session.query(
                QueueName.IMAGES,
                lambda services, _token: propose_reading(services, image_id),
                self._take,
                failed=self._fail,
                replaces="reading evidence",
            )
        self._draw()

    def _take(self, proposals: Proposals | None) -> None:
        if proposals is None or (proposals.image_id, proposals.source.mask) == self._asked:
            self._proposals = proposals
            self._panels.readings.show_proposals(proposals)
            self._draw()

    def _fail(self, error: NaevusError) -> None:
        """Propose nothing: the form can be filled in all the same, and nobody asked."""
        _LOG.info("nothing could be proposed for a reading: %s", type(error).__name__)

    def _look_at(self, criterion: str) -> None:
        self._criterion = criterion
        self._draw()

    def _draw(self) -> None:
        """Show what the criterion that is looked at rests on; axes and border while it is none of them."""
        is_seen = self._panels.shows_readings and self._panels.readings.rests_on_evidence
        if self._proposals is None or not is_seen:
            self._image_view.set_evidence(None)
            return
        name, patch = self._criterion, PATCH_BY_CRITERION.get(self._criterion)
        is_measured = patch is not None or name in AXES_CRITERIA or name in BORDER_CRITERIA
        self._image_view.set_evidence(
            EvidenceDrawing(
                self._proposals.evidence,
                shows_axes=not is_measured or name in AXES_CRITERIA,
                shows_border=not is_measured or name in BORDER_CRITERIA,
                patch=patch,
            )
        )
