"""Clicks on the open image, answered by the refiner: each answer is one step of the mask's history."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.ids import ImageId
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.click_preview import ClickPreview
from app.ui.editor.mask_operations.hand_drawn import hand_drawn
from app.ui.editor.mask_step import MaskStep, Refinement
from app.ui.editor.step_label import StepOrigin
from app.ui.editor.tools.click import CLICK
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.cancellation import CancelToken
from app.usecases.corrections.refine_mask import RefinedMask, refine_mask
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NaevusError
from models.contract.imaging.clicks import Click

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_STROKE_PAUSE_MS = 50
"""Between two looks whether a stroke has ended, when an answer arrives in the middle of it."""
_UNMOVED = N_("The boundary stays as it is: the model sees nothing to redraw at this click.")


@dataclass(frozen=True, slots=True)
class _Request:
    """The state of the canvas that the refiner is asked about."""

    image_id: ImageId | None
    version: int
    pixels: RgbImage
    mask: BoolMask
    predicted: BoolMask | None
    steps: tuple[MaskStep, ...]
    answered: tuple[Click, ...]
    pending: tuple[Click, ...]

    def refined(self, services: Services, token: CancelToken) -> RefinedMask:
        """Ask the refiner; clicks on what was drawn by hand since say nothing any more."""
        by_hand = hand_drawn(self.mask, self.steps, self.predicted)
        answered = [click for click in self.answered if not _is_set(by_hand, click)]
        return refine_mask(
            services,
            self.pixels,
            self.mask,
            (*answered, *self.pending),
            answered=len(answered),
            hand_drawn=by_hand,
            token=token,
        )


class ClickRefinement(QObject):
    """Asks the refiner off the UI thread; a newer click is asked about together with those that wait."""

    asked = Signal()
    """The refiner is at work; other work of the models can wait."""

    def __init__(self, session: Session, canvas: EditorCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._pending: tuple[Click, ...] = ()
        self._request: _Request | None = None
        """What the clicks that wait are asked by."""
        self._job: Job | None = None
        canvas.tools.click_placed.connect(self._take_click)
        canvas.tools.given_up.connect(self._give_up)
        canvas.tools.tool_changed.connect(lambda _name: self._show())
        canvas.editor.image_opened.connect(self._give_up)
        # A step that is undone counts as in force until the history has moved.
        canvas.editor.undo_group.indexChanged.connect(lambda _index: self._show())

    @property
    def is_pending(self) -> bool:
        """Say whether a click waits for its answer."""
        return bool(self._pending)

    def _take_click(self, click: Click) -> None:
        self._pending = (*self._pending, click)
        self._show()
        self._ask()

    def _ask(self) -> None:
        editor, pixels = self._canvas.editor, self._canvas.view.pixels
        mask = editor.current_mask()
        if pixels is None or mask is None:
            return
        self._request = request = _Request(
            editor.image_id,
            editor.mask_version(),
            pixels,
            mask,
            editor.predicted_mask,
            editor.steps,
            clicks_of(editor.steps),
            self._pending,
        )
        self.asked.emit()
        self._job = self._session.query(
            QueueName.INFERENCE,
            request.refined,
            lambda refined: self._take_answer(request, refined),
            failed=self._fail,
            replaces="clicks",
        )

    def _take_answer(self, request: _Request, refined: RefinedMask) -> None:
        editor = self._canvas.editor
        if request is not self._request:
            return
        if self._canvas.tools.is_drawing:
            QTimer.singleShot(_STROKE_PAUSE_MS, self, lambda: self._take_answer(request, refined))
            return
        if request.version != editor.mask_version():
            # Something was drawn meanwhile, which the answer does not know.
            self._ask()
            return
        self._request = None
        self._pending = ()
        if not editor.take_refined(refined.mask, Refinement(refined.model, request.pending)):
            self._session.tell(_(_UNMOVED))
        self._show()

    def _fail(self, error: NaevusError) -> None:
        self._pending, self._request = (), None
        self._show()
        self._session.report_error(error)

    def _give_up(self) -> None:
        """Withdraw the clicks that wait; those that were answered can be undone."""
        if self._job is not None and self._pending:
            self._job.supersede()
        self._pending, self._request = (), None
        self._show()

    def _show(self) -> None:
        tools = self._canvas.tools
        if tools.tool is not CLICK:
            return
        answered = clicks_of(self._canvas.editor.steps)
        is_any = bool(answered or self._pending)
        tools.show_at_rest(ClickPreview(answered, self._pending) if is_any else None)


def clicks_of(steps: tuple[MaskStep, ...]) -> tuple[Click, ...]:
    """Return the clicks that a mask answers, the oldest first; one that was taken anew answers none."""
    clicks: tuple[Click, ...] = ()
    for step in steps:
        if step.label.origin is StepOrigin.ANEW:
            clicks = ()
        elif step.refinement is not None:
            clicks = (*clicks, *step.refinement.clicks)
    return clicks


def _is_set(mask: BoolMask, click: Click) -> bool:
    x, y = click.image_xy
    return bool(mask[round(y), round(x)])
