"""One change of a mask, with its name and the help it was drawn with."""

from dataclasses import dataclass

from app.domain.analysis.prediction import ModelRef
from app.domain.mask import MaskPatch
from app.ui.editor.step_label import StepLabel
from models.contract.imaging.clicks import Click


@dataclass(frozen=True, slots=True)
class Refinement:
    """With what help a step was drawn: clicks that it answers, and the model that answered."""

    model: ModelRef
    clicks: tuple[Click, ...] = ()
    """Empty for a step that a journal kept."""


@dataclass(frozen=True, slots=True)
class MaskStep:
    """A change of the mask, how it is called and with what help it was drawn."""

    label: StepLabel
    patch: MaskPatch
    refinement: Refinement | None = None
