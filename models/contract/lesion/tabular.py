"""The tabular input of MambaDerm: 35 numbers and 6 categories, each present or truly missing.

Names and order follow the public columns of SLICE-3D (ISIC 2024). Nothing is imputed here: a missing
number is NaN, a missing category is 0, and the network learns what missing means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.lesion.features import LesionFeatures


class Origin(StrEnum):
    """Where an input comes from, hence why it may be missing."""

    METADATA = "metadata"
    MEASURED = "measured"
    CALIBRATED = "calibrated"
    PATIENT = "patient"
    NEVER = "never"


@dataclass(frozen=True)
class InputFeature:
    """One input of the tabular branch: its column name, words for people, and its origin."""

    name: str
    label: str
    origin: Origin


_M, _C, _N = Origin.MEASURED, Origin.CALIBRATED, Origin.NEVER

NUMERIC_INPUTS: Final[tuple[InputFeature, ...]] = (
    InputFeature("age_approx", "age", Origin.METADATA),
    InputFeature("clin_size_long_diam_mm", "long diameter (mm)", _C),
    InputFeature("tbp_lv_A", "a* of the lesion", _M),
    InputFeature("tbp_lv_Aext", "a* of the skin", _M),
    InputFeature("tbp_lv_B", "b* of the lesion", _M),
    InputFeature("tbp_lv_Bext", "b* of the skin", _M),
    InputFeature("tbp_lv_C", "chroma of the lesion", _M),
    InputFeature("tbp_lv_Cext", "chroma of the skin", _M),
    InputFeature("tbp_lv_H", "hue of the lesion", _M),
    InputFeature("tbp_lv_Hext", "hue of the skin", _M),
    InputFeature("tbp_lv_L", "L* of the lesion", _M),
    InputFeature("tbp_lv_Lext", "L* of the skin", _M),
    InputFeature("tbp_lv_areaMM2", "area (mm2)", _C),
    InputFeature("tbp_lv_area_perim_ratio", "perimeter^2 / area", _M),
    InputFeature("tbp_lv_color_std_mean", "colour spread", _M),
    InputFeature("tbp_lv_deltaA", "a* contrast to the skin", _M),
    InputFeature("tbp_lv_deltaB", "b* contrast to the skin", _M),
    InputFeature("tbp_lv_deltaL", "L* contrast to the skin", _M),
    InputFeature("tbp_lv_deltaLB", "L*b* contrast to the skin", _M),
    InputFeature("tbp_lv_deltaLBnorm", "vendor's normalised contrast", _N),
    InputFeature("tbp_lv_eccentricity", "eccentricity", _M),
    InputFeature("tbp_lv_minorAxisMM", "short diameter (mm)", _C),
    InputFeature("tbp_lv_nevi_confidence", "vendor's nevus confidence", _N),
    InputFeature("tbp_lv_norm_border", "border irregularity", _M),
    InputFeature("tbp_lv_norm_color", "colour variation", _M),
    InputFeature("tbp_lv_perimeterMM", "perimeter (mm)", _C),
    InputFeature("tbp_lv_radial_color_std_max", "colour asymmetry", _M),
    InputFeature("tbp_lv_stdL", "L* spread of the lesion", _M),
    InputFeature("tbp_lv_stdLExt", "L* spread of the skin", _M),
    InputFeature("tbp_lv_symm_2axis", "border asymmetry", _M),
    InputFeature("tbp_lv_symm_2axis_angle", "angle of the border asymmetry", _M),
    InputFeature("tbp_lv_x", "x position on the body", _N),
    InputFeature("tbp_lv_y", "y position on the body", _N),
    InputFeature("tbp_lv_z", "z position on the body", _N),
    InputFeature("patient_size_z", "size among the patient's lesions", Origin.PATIENT),
)
"""The 34 public columns in their order, and the size relative to the patient's other lesions."""

CATEGORICAL_INPUTS: Final[tuple[InputFeature, ...]] = (
    InputFeature("sex", "sex", Origin.METADATA),
    InputFeature("anatom_site_general", "body site", Origin.METADATA),
    InputFeature("tbp_tile_type", "photography tile type", _N),
    InputFeature("tbp_lv_location", "body location (fine)", Origin.METADATA),
    InputFeature("tbp_lv_location_simple", "body location (coarse)", Origin.METADATA),
    InputFeature("attribution", "contributing institution", _N),
)

NUMERIC_FEATURES: Final = tuple(feature.name for feature in NUMERIC_INPUTS)
CATEGORICAL_FEATURES: Final = tuple(feature.name for feature in CATEGORICAL_INPUTS)

CATEGORICAL_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "sex": ("female", "male"),
    "anatom_site_general": (
        "head/neck",
        "upper extremity",
        "lower extremity",
        "anterior torso",
        "posterior torso",
    ),
    "tbp_tile_type": ("3D: white", "3D: XP"),
    "tbp_lv_location": (
        "Head & Neck",
        "Left Arm",
        "Left Arm - Lower",
        "Left Arm - Upper",
        "Left Leg",
        "Left Leg - Lower",
        "Left Leg - Upper",
        "Right Arm",
        "Right Arm - Lower",
        "Right Arm - Upper",
        "Right Leg",
        "Right Leg - Lower",
        "Right Leg - Upper",
        "Torso Back",
        "Torso Back Bottom Third",
        "Torso Back Middle Third",
        "Torso Back Top Third",
        "Torso Front",
        "Torso Front Bottom Half",
        "Torso Front Top Half",
        "Unknown",
    ),
    "tbp_lv_location_simple": (
        "Head & Neck",
        "Left Arm",
        "Left Leg",
        "Right Arm",
        "Right Leg",
        "Torso Back",
        "Torso Front",
        "Unknown",
    ),
    "attribution": (
        "ACEMID MIA",
        "Department of Dermatology, Hospital Clinic de Barcelona",
        "Department of Dermatology, University of Athens",
        "Frazer Institute, The University of Queensland, Dermatology Research Centre",
        "Memorial Sloan Kettering Cancer Center",
        "University Hospital of Basel",
        "ViDIR Group, Department of Dermatology, Medical University of Vienna",
    ),
}
"""Values of each category; index 1 is the first one, index 0 means missing or unseen."""

_LOCATION_BY_SITE: Final = {
    "head/neck": "Head & Neck",
    "anterior torso": "Torso Front",
    "posterior torso": "Torso Back",
}
"""The locations a body site stands for; arms and legs would need the side, which is not asked."""

_OLDEST_YEARS: Final = 85.0
"""ISIC publishes every age above 85 as 85."""

_FEWEST_LESIONS: Final = 3


@dataclass(frozen=True, eq=False)
class TabularInput:
    """What the tabular branch reads for one lesion, in raw units.

    ``numeric`` is (35,) float32 with NaN for missing, ``categorical`` (6,) int64 with 0 for missing.
    """

    numeric: NDArray[np.float32]
    categorical: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse arrays of another length or type."""
        expected = ((len(NUMERIC_FEATURES),), (len(CATEGORICAL_FEATURES),))
        if (self.numeric.shape, self.categorical.shape) != expected:
            msg = f"expected shapes {expected}, got {self.numeric.shape, self.categorical.shape}"
            raise ValueError(msg)
        if self.numeric.dtype != np.float32 or self.categorical.dtype != np.int64:
            msg = f"expected float32 and int64, got {self.numeric.dtype, self.categorical.dtype}"
            raise ValueError(msg)


def tabular_input(
    *,
    entered: Mapping[str, float | str | None],
    features: LesionFeatures | None,
    patient_long_diameters_mm: Sequence[float] = (),
) -> TabularInput:
    """The tabular input of one lesion from what was entered and what was measured.

    Args:
        entered: by column name; an age above 85 counts as 85, one that is negative or not finite is missing,
            as is a word that its column does not have, such as the site "palms/soles".
        features: measured on image and mask; sizes need ``features.mm_per_px``.
        patient_long_diameters_mm: of all calibrated lesions of the patient, this one included.
    """
    if unknown := entered.keys() - {*NUMERIC_FEATURES, *CATEGORICAL_FEATURES}:
        msg = f"the tabular input has no columns {sorted(unknown)}"
        raise ValueError(msg)
    known: dict[str, float | None] = {}
    if features is not None:
        known |= _measured(features)
        known["patient_size_z"] = patient_size_z(features.long_diameter_mm, patient_long_diameters_mm)
    known |= {name: float(value) for name, value in entered.items() if isinstance(value, int | float)}
    known["age_approx"] = _age(known.get("age_approx"))
    numeric = np.array(
        [np.nan if (value := known.get(name)) is None else value for name in NUMERIC_FEATURES],
        dtype=np.float32,
    )
    return TabularInput(numeric, _categories(entered))


def without_metadata() -> TabularInput:
    """The input of which nothing is known: every number and category is missing."""
    return TabularInput(
        np.full(len(NUMERIC_FEATURES), np.nan, dtype=np.float32),
        np.zeros(len(CATEGORICAL_FEATURES), dtype=np.int64),
    )


def missing_inputs(given: TabularInput) -> tuple[InputFeature, ...]:
    """The inputs that are missing in ``given``, numbers first, in the order of the columns."""
    return tuple(
        feature
        for feature, is_missing in zip(
            NUMERIC_INPUTS + CATEGORICAL_INPUTS,
            [*np.isnan(given.numeric).tolist(), *(given.categorical == 0).tolist()],
            strict=True,
        )
        if is_missing
    )


def missing_names(given: TabularInput) -> tuple[str, ...]:
    """The column names of the inputs that are missing in ``given``."""
    return tuple(feature.name for feature in missing_inputs(given))


def patient_size_z(size_mm: float | None, sizes_mm: Sequence[float]) -> float | None:
    """How far a lesion's size lies from the patient's median, in robust deviations, in [-10, 10].

    (size - median) / (1.4826 MAD + 1e-6) over the patient's lesions; None for fewer than three.
    """
    if size_mm is None or len(sizes_mm) < _FEWEST_LESIONS:
        return None
    median = float(np.median(sizes_mm))
    deviation = float(np.median(np.abs(np.asarray(sizes_mm) - median)))
    return float(np.clip((size_mm - median) / (1.4826 * deviation + 1e-6), -10.0, 10.0))


def _age(age_years: float | None) -> float | None:
    if age_years is None or not np.isfinite(age_years) or age_years < 0:
        return None
    return min(float(age_years), _OLDEST_YEARS)


def _measured(features: LesionFeatures) -> dict[str, float | None]:
    shape, colour = features.shape, features.colour
    lesion, skin = colour.lesion, colour.skin
    return {
        "clin_size_long_diam_mm": features.long_diameter_mm,
        "tbp_lv_A": lesion.mean_a,
        "tbp_lv_Aext": None if skin is None else skin.mean_a,
        "tbp_lv_B": lesion.mean_b,
        "tbp_lv_Bext": None if skin is None else skin.mean_b,
        "tbp_lv_C": lesion.chroma,
        "tbp_lv_Cext": None if skin is None else skin.chroma,
        "tbp_lv_H": lesion.hue_deg,
        "tbp_lv_Hext": None if skin is None else skin.hue_deg,
        "tbp_lv_L": lesion.mean_l,
        "tbp_lv_Lext": None if skin is None else skin.mean_l,
        "tbp_lv_areaMM2": features.area_mm2,
        "tbp_lv_area_perim_ratio": shape.area_perimeter_ratio,
        "tbp_lv_color_std_mean": colour.std_mean,
        "tbp_lv_deltaA": colour.delta_a,
        "tbp_lv_deltaB": colour.delta_b,
        "tbp_lv_deltaL": colour.delta_l,
        "tbp_lv_deltaLB": colour.delta_lb,
        "tbp_lv_eccentricity": shape.eccentricity,
        "tbp_lv_minorAxisMM": features.short_diameter_mm,
        "tbp_lv_norm_border": shape.norm_border,
        "tbp_lv_norm_color": colour.norm_colour,
        "tbp_lv_perimeterMM": features.perimeter_mm,
        "tbp_lv_radial_color_std_max": colour.radial_std_max,
        "tbp_lv_stdL": lesion.std_l,
        "tbp_lv_stdLExt": None if skin is None else skin.std_l,
        "tbp_lv_symm_2axis": shape.symmetry_2axis,
        "tbp_lv_symm_2axis_angle": shape.symmetry_2axis_angle_deg,
    }


def _categories(entered: Mapping[str, float | str | None]) -> NDArray[np.int64]:
    value_by_name = {name: word.strip() for name, word in entered.items() if isinstance(word, str)}
    for name in ("sex", "anatom_site_general"):
        value_by_name[name] = value_by_name.get(name, "").lower()
    if (location := _LOCATION_BY_SITE.get(value_by_name["anatom_site_general"])) is not None:
        value_by_name = {"tbp_lv_location": location, "tbp_lv_location_simple": location, **value_by_name}
    return np.array([_index(name, value_by_name.get(name)) for name in CATEGORICAL_FEATURES], dtype=np.int64)


def _index(name: str, value: str | None) -> int:
    values = CATEGORICAL_VALUES[name]
    return values.index(value) + 1 if value in values else 0
