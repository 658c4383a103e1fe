"""The lesions of the open image: which one is in hand, the others on the canvas, and what is done to them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.ids import ImageId, LesionListId
from app.domain.mask import area_px
from app.domain.other_lesions import next_number
from app.text.lesions import lesion_title
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.image_renderer import OutlinedLesion
from app.ui.editor.lesion_tag import LesionTag
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.correction import Correction
from app.ui.workbench.lesion_outlines import LesionOutline, outlines_of
from app.ui.workbench.listed_lesions import ListedLesion, ListedLesions
from app.usecases.analysis.colour_scales import LINE_RGB, lesion_rgb
from app.usecases.cases.open_case import OpenedCase
from app.usecases.cases.show_image import ShownImage
from app.usecases.lesions.edit_lesions import add_lesion, name_lesion, remove_lesion
from app.usecases.lesions.rearrange_lesions import (
    choose_lesion_of_interest,
    join_lesion,
    separate_region,
)
from app.usecases.lesions.take_back_lesions import take_back_lesions
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

_IS_OF_INTEREST = N_("This is the lesion of interest already; choose another one first.")


class LesionChoice(QObject):
    """Keeps list and canvas in step with the lesions of the open image, and does what a person asks."""

    changed = Signal(object)
    """ListedLesions, or None while no case is open."""

    def __init__(
        self, session: Session, canvas: EditorCanvas, correction: Correction, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._correction = correction
        self._image_id: ImageId | None = None
        self._next_number = 0
        self._newest_list: LesionListId | None = None
        self._mm_per_px: float | None = None
        self._outlines: dict[int, LesionOutline] = {}
        self._other_tags: tuple[LesionTag, ...] = ()
        """Of the lesions that are not in hand."""
        self.listed: ListedLesions | None = None
        """The lesions as the list shows them; None while no case is open."""
        self._wanted: int | None = None
        """The lesion that is taken in hand once it is on the list."""
        self._said, self._offers_undo = "", False
        """What was done, to be said once the list is read."""
        correction.outline_stored.connect(self._take_stored)
        correction.lesion_taken.connect(self._publish)
        canvas.editor.mask_edited.connect(self._follow_stroke)
        canvas.tools.region_picked.connect(self.separate)

    @property
    def of_interest(self) -> LesionOutline | None:
        """Return the lesion of interest of the open image; None while no case is open."""
        return next((one for one in self._outlines.values() if one.is_of_interest), None)

    def show(self, shown: ShownImage | None) -> None:
        """Follow a newly opened case, or that none is open."""
        self._wanted, self._said = None, ""
        if shown is None:
            self._image_id, self._outlines, self.listed = None, {}, None
            self.changed.emit(None)
            return
        self._image_id = shown.case.image.id
        self._take(shown, outlines_of(shown.case, shown.mask, shown.other_masks))

    def follow(self, opened: OpenedCase) -> None:
        """Take what is stored now, and say what was done with the way back."""
        outlines = outlines_of(opened.case, opened.mask, opened.other_masks)
        self._take(opened, outlines)
        if self._wanted in outlines:
            self.take(self._wanted)
            self._wanted = None
        elif self._correction.lesion not in outlines and self.of_interest is not None:
            self._correction.take_lesion(self.of_interest)
        self._tell()

    def take(self, number: int) -> None:
        """Take a lesion in hand: the tools draw it from now on."""
        if (outline := self._outlines.get(number)) is not None:
            self._correction.take_lesion(outline)

    def step(self, by: int) -> None:
        """Take the next lesion in hand, or the one before; after the last comes the first."""
        numbers = list(self._outlines)
        if self._correction.lesion in numbers:
            self.take(numbers[(numbers.index(self._correction.lesion) + by) % len(numbers)])

    def add(self) -> None:
        """Add a lesion and take it in hand."""
        number = self._next_number
        self._act(add_lesion, _("{lesion} was added; draw it with any tool."), number, wanted=number)

    def remove(self, number: int) -> None:
        """Take a lesion off the list; it can be brought back."""
        if number == self._correction.lesion and not self._is_of_interest(number):
            self._correction.give_up_lesion()
        self._act(
            lambda services, image_id: remove_lesion(services, image_id, number),
            _("{lesion} was removed from the list."),
            number,
            offers_undo=True,
        )

    def name(self, number: int, name: str) -> None:
        """Say how a lesion is called."""
        self._act(lambda services, image_id: name_lesion(services, image_id, number, name), "", number)

    def choose_of_interest(self, number: int) -> None:
        """Measure and score another lesion from now on."""
        if self._is_of_interest(number):
            self._session.tell(_(_IS_OF_INTEREST))
            return
        self._act(
            lambda services, image_id: choose_lesion_of_interest(services, image_id, number),
            _("{lesion} is measured and scored from now on."),
            number,
            wanted=number,
            offers_undo=True,
        )

    def join(self, number: int) -> None:
        """Let the lesion of interest have the pixels of another one."""
        if self._is_of_interest(number):
            self._session.tell(_(_IS_OF_INTEREST))
            return
        self._act(
            lambda services, image_id: join_lesion(services, image_id, number),
            _("{lesion} belongs to the lesion of interest now."),
            number,
            offers_undo=True,
        )

    def separate(self, row: int, column: int) -> None:
        """Make a connected region of the lesion of interest, at a pixel, a lesion of its own."""
        if not self._is_of_interest(self._correction.lesion):
            self._session.tell(_("Regions are separated from the lesion of interest; take it in hand first."))
            return
        self._act(
            lambda services, image_id: separate_region(services, image_id, row=row, column=column),
            _("The region is {lesion} now."),
            self._next_number,
        )

    def _act(
        self,
        verb: Callable[[Services, ImageId], Changes],
        said: str,
        number: int,
        *,
        wanted: int | None = None,
        offers_undo: bool = False,
    ) -> None:
        """Do something to the lesions, once what is drawn is stored."""
        if (image_id := self._image_id) is None:
            return
        self._correction.save_unasked()

        def done(changes: Changes) -> None:
            # Not earlier: what is read of the case before knows nothing of it.
            if image_id == self._image_id:
                self._wanted, self._offers_undo = wanted, offers_undo
                self._said = said.format(lesion=lesion_title(number))
            self._correction.count_own_revision(image_id, changes)

        self._session.act(QueueName.IMAGES, lambda services, _token: verb(services, image_id), done=done)

    def _tell(self) -> None:
        """Say what was done; where something went, with the way back."""
        said, self._said = self._said, ""
        if said and self._offers_undo:
            self._session.tell(said, _("Undo"), partial(self._take_back, self._newest_list))
        elif said:
            self._session.tell(said)

    def take_back(self) -> None:
        """Take the newest change of the lesions back; once more does it again."""
        self._take_back(self._newest_list)

    def _take_back(self, list_id: LesionListId | None) -> None:
        if list_id is None:
            return
        self._act(
            lambda services, image_id: take_back_lesions(services, image_id, list_id),
            _("It is as it was before."),
            0,
        )

    def _take(self, source: ShownImage | OpenedCase, outlines: dict[int, LesionOutline]) -> None:
        case = source.case
        self._outlines = outlines
        self._next_number = next_number(case.lesion_lists)
        self._newest_list = case.lesion_lists[-1].id if case.lesion_lists else None
        self._mm_per_px = case.image.calibration.mm_per_px if case.image.calibration else None
        self._publish()

    def _take_stored(self, number: int, mask: BoolMask) -> None:
        """Hold what was just stored, until the store is read again."""
        if number in self._outlines:
            self._outlines[number] = replace(self._outlines[number], mask=mask, area_px=area_px(mask))

    def _follow_stroke(self) -> None:
        if self._outlines:
            self._show_tags()
            self._list()

    def _publish(self) -> None:
        """Show the lesions on the canvas and in the list."""
        if not self._outlines:
            return
        found = [one for one in self._outlines.values() if one.number != self._correction.lesion]
        others = tuple(
            OutlinedLesion(one.number, one.mask, lesion_rgb(one.number))
            for one in found
            if one.mask is not None
        )
        line_rgb = lesion_rgb(self._correction.lesion) if others else LINE_RGB
        self._canvas.view.show_lesions(others, line_rgb)
        self._other_tags = tuple(tag for one in found if (tag := _tag(one, one.mask)) is not None)
        self._show_tags()
        self._list()

    def _show_tags(self) -> None:
        """Number the lesions; a stroke changes only where the one in hand lies."""
        in_hand = self._outlines.get(self._correction.lesion)
        if in_hand is None or len(self._outlines) < 2:
            self._canvas.view.show_tags(())
            return
        tag = _tag(in_hand, self._canvas.editor.finished_mask, is_in_hand=True)
        self._canvas.view.show_tags((*self._other_tags, *([] if tag is None else [tag])))

    def _list(self) -> None:
        self.listed = ListedLesions(
            tuple(map(self._listed, self._outlines.values())),
            self._mm_per_px,
            was_changed=self._newest_list is not None,
        )
        self.changed.emit(self.listed)

    def _listed(self, outline: LesionOutline) -> ListedLesion:
        is_in_hand = outline.number == self._correction.lesion
        mask = self._canvas.editor.finished_mask if is_in_hand else None
        return ListedLesion(
            outline.number,
            outline.name,
            outline.area_px if mask is None else area_px(mask),
            lesion_rgb(outline.number),
            is_in_hand,
            outline.is_of_interest,
        )

    def _is_of_interest(self, number: int) -> bool:
        return self.of_interest is not None and self.of_interest.number == number


def _tag(outline: LesionOutline, mask: BoolMask | None, *, is_in_hand: bool = False) -> LesionTag | None:
    """The number of a lesion at its outline (H, W) bool; None where nothing is drawn."""
    extent = None if mask is None else extent_px(mask)
    if mask is None or extent is None:
        return None
    top = extent[0]
    x = float(np.flatnonzero(mask[top]).mean())
    return LesionTag(
        outline.number, lesion_rgb(outline.number), (x, float(top)), is_in_hand, outline.is_of_interest
    )
