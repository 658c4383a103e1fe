"""What a boundary model found of a whole frame, judged by the limits of its card."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameVerdict:
    """Whether an image is dermoscopic and shows a lesion, with the figures that say so."""

    is_dermoscopic: bool
    has_lesion: bool
    distance: float
    """To the images that the model learned from."""
    lesion_logit: float

    @property
    def is_suitable(self) -> bool:
        """Whether a score would mean anything."""
        return self.is_dermoscopic and self.has_lesion
