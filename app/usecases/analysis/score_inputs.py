"""What the score model is given for a case: metadata, measurements, and what is wrong with the image."""

from dataclasses import dataclass
from datetime import date

from app.domain.case import Case
from app.usecases.image_arrays import ImageArrays
from models.contract.arrays import BoolMask
from models.contract.lesion.features import LesionFeatures
from models.contract.lesion.quality import concerns
from models.contract.lesion.tabular import TabularInput, missing_names, tabular_input

_NO_LESION = "No lesion boundary was found, so the score looks at the whole image."


@dataclass(frozen=True)
class ScoreInputs:
    """Inputs of one score, and what has to be said beside it."""

    mask: BoolMask | None
    """(H, W) bool; None when no lesion was found."""
    features: LesionFeatures | None
    tabular: TabularInput
    missing: tuple[str, ...]
    """Column names of the inputs that were not given."""
    warnings: tuple[str, ...]


def score_inputs(arrays: ImageArrays, case: Case, mask: BoolMask | None) -> ScoreInputs:
    """Return the inputs for a mask (H, W).

    What is read of the case here beside ``Case.model_inputs`` belongs into ``Case.scored_inputs``, too.
    """
    seen = mask if mask is not None and mask.any() else None
    features = arrays.measured(case.image, seen)
    tabular = tabular_input(
        entered=_entered(case),
        features=features,
        patient_long_diameters_mm=_diameters_mm(case, features),
    )
    found = (concern.sentence for concern in concerns(arrays.quality(case.image, seen)))
    said = tuple(filter(None, (case.objection_to_score, *found)))
    return ScoreInputs(
        mask=seen,
        features=features,
        tabular=tabular,
        missing=missing_names(tabular),
        warnings=said if seen is not None else (_NO_LESION, *said),
    )


def _entered(case: Case) -> dict[str, float | str | None]:
    """The entered inputs by the columns of the score model's table."""
    return {
        field.model_input: value
        for field, value in case.model_inputs.items()
        if field.model_input is not None and not isinstance(value, date)
    }


def _diameters_mm(case: Case, features: LesionFeatures | None) -> tuple[float, ...]:
    if features is None or features.long_diameter_mm is None:
        return ()
    return (features.long_diameter_mm, *case.fellow_sizes_mm)
