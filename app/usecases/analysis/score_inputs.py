"""What the score model is given for a case: metadata, measurements, and what is wrong with the image."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.people.age import age_at_visit
from app.usecases.analysis.measurements import features_of
from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion.features import LesionFeatures
from models.contract.lesion.quality import concerns, image_quality
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


def score_inputs(case: Case, pixels: RgbImage, mask: BoolMask | None) -> ScoreInputs:
    """Return the inputs for a mask.

    What is read of the case here belongs into ``Case.scored_inputs``, too.
    """
    seen = mask if mask is not None and mask.any() else None
    features = features_of(case.image, pixels, seen)
    tabular = tabular_input(
        age_years=age_years_of(case),
        sex=case.patient.sex,
        site_general=case.lesion.site,
        features=features,
        patient_long_diameters_mm=_diameters_mm(case, features),
    )
    found = (concern.sentence for concern in concerns(image_quality(pixels, seen)))
    said = tuple(filter(None, (case.objection_to_score, *found)))
    return ScoreInputs(
        mask=seen,
        features=features,
        tabular=tabular,
        missing=missing_names(tabular),
        warnings=said if seen is not None else (_NO_LESION, *said),
    )


def age_years_of(case: Case) -> float | None:
    """Return the age at the visit, from the year of birth when it was not entered."""
    age = age_at_visit(case.patient, case.visit)
    return None if age is None else float(age.years)


def _diameters_mm(case: Case, features: LesionFeatures | None) -> tuple[float, ...]:
    if features is None or features.long_diameter_mm is None:
        return ()
    return (features.long_diameter_mm, *case.fellow_sizes_mm)
