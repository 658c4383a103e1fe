"""What was made of the last image, for whoever asks about the same one again."""

from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import ReferenceType, ref

from models.contract.arrays import RgbImage

Result = TypeVar("Result")


class OfLastImage(Generic[Result]):
    """One result for one image; an image that can be written to is no longer the same, so nothing is held."""

    def __init__(self) -> None:
        self._held: tuple[ReferenceType[RgbImage], Hashable, Result] | None = None

    def held(self, image: RgbImage, key: Hashable) -> Result | None:
        """Return what is held of this very image (H, W, 3) under ``key``; None when there is nothing."""
        if self._held is None:
            return None
        last, known, result = self._held
        return result if last() is image and known == key else None

    def hold(self, image: RgbImage, key: Hashable, result: Result) -> None:
        """Hold a result of an image (H, W, 3) in place of the one before."""
        self._held = None if image.flags.writeable else (ref(image), key, result)
