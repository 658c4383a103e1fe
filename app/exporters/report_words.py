"""How a report puts scores, inputs and overlays; never more certain than the model is."""

from app.domain.prediction import ScorePrediction
from models.contract.tabular import CATEGORICAL_INPUTS, NUMERIC_INPUTS, Origin

RESEARCH_USE = "Research use only. Not a medical device. The clinician decides."

LIMITS = (
    "The score is the output of a statistical model for one image. It is not a diagnosis, and neither a high "
    "nor a low score replaces examination, dermoscopy by a trained person, or histopathology.",
    "No score is known to hold for dark skin (types V and VI), palms, soles, nails, mucosa, children, or "
    "images that are blurred, cropped, covered by hair or ink, or not dermoscopic, unless the model's own "
    "limits say so.",
    "An attention overlay shows which parts of the image moved this model's score. It does not mark disease, "
    "and a plausible overlay does not make a score right.",
    "Sizes in millimetres depend on the calibration that is named beside them; without calibration, sizes "
    "are in pixels and cannot be compared between images.",
)
"""Limits of use of any model, printed in every report before those of the models that spoke."""

_OVERLAY_WORDS = {
    "gradient_x_input": "gradient times input, frozen selectivity",
    "hidden_attention": "hidden attention",
    "gate": "local and global gate",
    "grad_cam": "Grad-CAM",
}
_ENTERED_INPUTS = ("age_approx", "sex", "anatom_site_general")
_FEATURE_BY_NAME = {feature.name: feature for feature in (*NUMERIC_INPUTS, *CATEGORICAL_INPUTS)}


def percent(probability: float) -> str:
    """Return a probability as a percentage without false precision."""
    if 0 < probability < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < probability < 1 else f"{100 * probability:.0f} %"


def range_words(score: ScorePrediction) -> str:
    """Return how far a score moves over the views of the image."""
    low, high = percent(score.probability_low), percent(score.probability_high)
    if low == high:
        return f"{low} in every flipped and turned view of the image"
    return f"{low} to {high} over flipped and turned views of the image (not a confidence interval)"


def overlay_words(name: str) -> str:
    """Return an attention overlay's name."""
    return _OVERLAY_WORDS.get(name, name.replace("_", " "))


def missing_words(names: tuple[str, ...]) -> str:
    """Return which inputs the score had to do without."""
    if not names:
        return "None: every input was given."
    features = [_FEATURE_BY_NAME[name] for name in names if name in _FEATURE_BY_NAME]
    entered = [feature.label for feature in features if feature.name in _ENTERED_INPUTS]
    measured = [feature.label for feature in features if feature.origin is Origin.MEASURED]
    scaled = [feature for feature in features if feature.origin is Origin.CALIBRATED]
    rest = len(names) - len(entered) - len(measured) - len(scaled)
    parts = [
        f"Not entered: {', '.join(entered)}." if entered else "",
        f"Not measured: {', '.join(measured)}." if measured else "",
        "Without a scale or an outline, no size in millimetres." if scaled else "",
        f"{rest} inputs that a dermoscopic image alone cannot give." if rest else "",
    ]
    return " ".join(part for part in parts if part)


def yes_no(value: bool | None) -> str | None:
    """Return yes, no, or None for unknown."""
    return None if value is None else "yes" if value else "no"
