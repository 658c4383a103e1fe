"""Forms that were begun and not recorded, kept while other cases are looked at."""

from typing import Generic, TypeVar

from app.domain.ids import ImageId

_Draft = TypeVar("_Draft")


class FormDrafts(Generic[_Draft]):
    """One draft per image, as long as it differs from what is recorded."""

    def __init__(self) -> None:
        self._draft_by_image: dict[ImageId, _Draft] = {}

    def keep(self, image_id: ImageId, draft: _Draft, *, is_recorded: bool) -> None:
        """Keep a draft, or forget it when it says what is recorded."""
        if is_recorded:
            self.forget(image_id)
        else:
            self._draft_by_image[image_id] = draft

    def of(self, image_id: ImageId, recorded: _Draft) -> _Draft:
        """Return what the form should show for an image: its draft, else what is recorded."""
        return self._draft_by_image.get(image_id, recorded)

    def forget(self, image_id: ImageId) -> None:
        """Drop an image's draft, because it was recorded."""
        self._draft_by_image.pop(image_id, None)
