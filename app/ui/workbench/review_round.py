"""Which images a review has left and which are to come; one counts once what was said of it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import ImageId, PredictionId, RevisionId


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An image that was left in this review."""

    image_id: ImageId
    at: datetime
    before: PredictionId | RevisionId | None = None
    """Whose mask was valid before it was confirmed."""
    is_skipped: bool = False


class ReviewRound:
    """The images of one review, in their order."""

    def __init__(self, image_ids: Iterable[ImageId] = ()) -> None:
        self._left = list(image_ids)
        self._reviewed: list[Reviewed] = []
        self._storing: set[ImageId] = set()
        self._slips: set[ImageId] = set()
        """Images that came back because their mask may be a slip."""

    @property
    def left(self) -> tuple[ImageId, ...]:
        """Return what is still to be reviewed; the first is on the canvas."""
        return tuple(self._left)

    @property
    def is_over(self) -> bool:
        """Say whether nothing is left and everything that was said is stored."""
        return not self._left and not self._storing

    @property
    def reviewed(self) -> int:
        """Return how many images were left."""
        return len(self._reviewed)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Return when those images were left of which it is stored what was said."""
        return tuple(one.at for one in self._reviewed if one.image_id not in self._storing)

    def leave(self, reviewed: Reviewed) -> None:
        """Go on from the first image; what was said of it is on its way into the store."""
        self._left.remove(reviewed.image_id)
        self._reviewed.append(reviewed)
        self._storing.add(reviewed.image_id)

    def note_stored(self, image_id: ImageId) -> None:
        """Count an image, because what was said of it is stored."""
        self._storing.discard(image_id)

    def put_back(self, image_id: ImageId) -> bool:
        """Put an image at the end of which nothing could be stored; False where it was not left."""
        self._storing.discard(image_id)
        kept = [one for one in self._reviewed if one.image_id != image_id]
        is_back = len(kept) < len(self._reviewed)
        if is_back:
            self._reviewed = kept
            self._left.append(image_id)
        return is_back

    def put_back_slip(self, image_id: ImageId) -> bool:
        """Put an image at the end whose mask may be a slip, once; confirmed again, it stays unsigned."""
        is_again = image_id in self._slips
        self._slips.add(image_id)
        if not is_again:
            return self.put_back(image_id)
        self._storing.discard(image_id)
        self._reviewed = [one for one in self._reviewed if one.image_id != image_id]
        return False

    def take_back(self) -> Reviewed | None:
        """Return to the image that was left last; None where none was."""
        if not self._reviewed:
            return None
        last = self._reviewed.pop()
        self._left.insert(0, last.image_id)
        return last

    def keep(self, last: Reviewed) -> None:
        """Go on from an image after all, because taking back could not be stored."""
        if last.image_id in self._left:
            self._left.remove(last.image_id)
            self._reviewed.append(last)
