"""Whether an image is one that a score can be given for: dermoscopic, and with a lesion on it."""

from dataclasses import dataclass

NO_SCORE = "No score"

_FOREIGN = "This does not look like a dermoscopic image of one lesion."
_EMPTY = "No lesion can be made out on this image."


@dataclass(frozen=True, slots=True)
class FrameFinding:
    """What a boundary model found of a whole frame, by the limits of its card."""

    is_dermoscopic: bool
    has_lesion: bool
    distance: float
    """To the images that the model learned from."""
    lesion_logit: float

    def objection(self, *, is_outlined_by_person: bool) -> str:
        """Return why no score is given, in a sentence; "" where one can be given.

        A boundary that a person has drawn or confirmed says that there is a lesion; it does not make a
        dermoscopic image of another picture.
        """
        if not self.is_dermoscopic:
            return _FOREIGN
        return "" if self.has_lesion or is_outlined_by_person else _EMPTY
