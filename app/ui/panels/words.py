"""How scores, inputs and overlays are put into words; never more certain than the model is."""

from datetime import datetime

from app.domain.prediction import ModelRef, ScorePrediction
from models.contract.tabular import CATEGORICAL_INPUTS, NUMERIC_INPUTS, Origin

_OVERLAY_WORDS = {
    "gradient_x_input": "Gradient times input, frozen selectivity",
    "hidden_attention": "Hidden attention",
    "gate": "Local and global gate",
    "grad_cam": "Grad-CAM",
}

_ENTERED_INPUTS = ("age_approx", "sex", "anatom_site_general")
"""Inputs of the score model that the forms of this application can give."""

_FEATURE_BY_NAME = {feature.name: feature for feature in (*NUMERIC_INPUTS, *CATEGORICAL_INPUTS)}


def percent(probability: float) -> str:
    """Return a probability as a percentage without false precision."""
    if 0 < probability < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < probability < 1 else f"{100 * probability:.0f} %"


def range_words(score: ScorePrediction) -> str:
    """Return how far a score moves over the views of the image."""
    low, high = percent(score.probability_low), percent(score.probability_high)
    return f"{low} in every view" if low == high else f"{low} to {high} over eight views of the image"


def overlay_words(name: str) -> str:
    """Return an attention overlay's name as it is shown."""
    return _OVERLAY_WORDS.get(name, name.replace("_", " ").capitalize())


def missing_words(names: tuple[str, ...]) -> tuple[str, str]:
    """Return what could still be entered or calibrated, and the rest that this image cannot give."""
    features = [_FEATURE_BY_NAME[name] for name in names if name in _FEATURE_BY_NAME]
    entered = [feature.label for feature in features if feature.name in _ENTERED_INPUTS]
    scaled = [feature for feature in features if feature.origin is Origin.CALIBRATED]
    rest = len(features) - len(entered) - len(scaled)
    parts = []
    if entered:
        parts.append(f"Not entered: {', '.join(entered)}.")
    if scaled:
        parts.append("Without a scale no size in millimetres.")
    never = f"{rest} further inputs were not available for this image." if rest else ""
    return " ".join(parts), never


def model_lines(model: ModelRef) -> tuple[tuple[str, str], ...]:
    """Return a model as pairs of words: which one, which weights, which threshold."""
    return (
        ("Model", f"{model.name} {model.version}"),
        ("Weights", model.weights_sha256[:12]),
        ("Threshold", f"{model.threshold:.2f}"),
        ("Prepared", model.preprocessing),
    )


def moment(at: datetime) -> str:
    """Return a time in the person's own time zone."""
    return at.astimezone().strftime("%d %b %Y, %H:%M")
