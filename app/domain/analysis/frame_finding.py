"""Whether an image is one that a score can be given for: dermoscopic, and with a lesion on it."""

from app.translation import N_
from models.contract.imaging.frame_verdict import FrameVerdict

NO_SCORE = N_("No score")

_FOREIGN = "This does not look like a dermoscopic image of one lesion."
_EMPTY = "No lesion can be made out on this image."


def objection_to_score(verdict: FrameVerdict | None, *, is_outlined_by_person: bool) -> str:
    """Return why no score is given, in a sentence; "" where one can be given, or no model has judged.

    A boundary that a person has drawn or confirmed says that there is a lesion; it does not make a
    dermoscopic image of another picture.
    """
    if verdict is None:
        return ""
    if not verdict.is_dermoscopic:
        return _FOREIGN
    return "" if verdict.has_lesion or is_outlined_by_person else _EMPTY
