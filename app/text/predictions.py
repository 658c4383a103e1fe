"""How the model of a prediction is put into words."""

from app.domain.analysis.prediction import ModelRef
from app.translation import _, in_numerals


def model_lines(model: ModelRef) -> tuple[tuple[str, str], ...]:
    """Return a model as pairs of words: which one, which weights, which threshold."""
    return (
        (_("Model"), f"{model.name} {model.version}"),
        (_("Weights"), model.weights_sha256[:12]),
        (_("Threshold"), in_numerals(f"{model.threshold:.2f}")),
        (_("Prepared"), model.preprocessing),
    )
