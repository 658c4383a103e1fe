"""A mask on its way from the canvas into the case store."""

from dataclasses import dataclass

from app.domain.analysis.prediction import ModelRef
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.revision import RevisionReason
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.lesions.edit_lesions import draw_lesion, lesion_of_interest
from app.usecases.services import Services
from models.contract.arrays import BoolMask


@dataclass(frozen=True)
class DrawnMask:
    """A mask as it was drawn, to be stored."""

    image_id: ImageId
    lesion: int
    mask: BoolMask
    reason: RevisionReason
    refiners: tuple[ModelRef, ...]

    def store(self, services: Services, *, is_meant: bool) -> Changes:
        """Store the mask as that of its lesion, whichever is of interest by now."""
        if self.lesion != lesion_of_interest(services, self.image_id):
            return draw_lesion(
                services, self.image_id, self.lesion, self.mask, is_meant=is_meant, refiners=self.refiners
            )
        return correct_mask(
            services,
            self.image_id,
            self.mask,
            reason=self.reason,
            is_meant=is_meant,
            refiners=self.refiners,
            lesion=self.lesion,
        )
