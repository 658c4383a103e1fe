"""How the model of a prediction is put into words."""

from app.domain.analysis.prediction import ModelRef


def model_lines(model: ModelRef) -> tuple[tuple[str, str], ...]:
    """Return a model as pairs of words: which one, which weights, which threshold."""
    return (
        ("Model", f"{model.name} {model.version}"),
        ("Weights", model.weights_sha256[:12]),
        ("Threshold", f"{model.threshold:.2f}"),
        ("Prepared", model.preprocessing),
    )
