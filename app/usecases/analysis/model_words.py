"""How a model's card is put into words beside a score: what it was trained to tell, and how well it did."""

from app.domain.analysis.model_summary import ModelSummary

_MELANOMA = "melanoma"
_CANCERS = (_MELANOMA, "carcinoma", "sarcoma", "lymphoma", "bcc", "scc", "akiec", "bowen", "malignan")
"""Parts of names of diagnoses that may have been taught as malignant."""

_COMMON_CARCINOMAS = (("basal cell", "bcc"), ("squamous cell", "scc"))
"""The common skin cancers besides melanoma, and how data sets shorten them."""

GONE = "This model is not on the shelf any more, so its figures and limits cannot be told."
UNMEASURED = "Its card tells no figure on held-out images."


def figure_words(model: ModelSummary) -> str:
    """Return how a model did on held-out images, or why that cannot be told."""
    if model.limits is None:
        return GONE
    return f"{model.figure}." if model.figure else UNMEASURED


def scope_words(diagnoses: tuple[str, ...]) -> str:
    """Return what a model was trained to tell apart and which common cancers it does not know, or ""."""
    if not diagnoses:
        return ""
    unknown = [
        f"{name} carcinoma" for name, short in _COMMON_CARCINOMAS if not _names(diagnoses, name, short)
    ]
    benign = [name for name in diagnoses if _MELANOMA not in name.lower()]
    if is_of_melanoma_alone(diagnoses) and benign:
        told = f"Trained to tell melanoma from {_listed(benign)}"
    else:
        told = f"Trained on {_listed(diagnoses)}"
    return f"{told}; it does not know {_listed(unknown, 'or')}." if unknown else f"{told} only."


def probability_words(diagnoses: tuple[str, ...]) -> str:
    """Return what a score is the probability of, as far as the diagnoses of the training data tell."""
    what = "melanoma as in the training data" if is_of_melanoma_alone(diagnoses) else "malignancy"
    return f"Calibrated probability of {what}"


def is_of_melanoma_alone(diagnoses: tuple[str, ...]) -> bool:
    """Say whether melanoma is the only malignant diagnosis that the training data know."""
    cancers = [name for name in diagnoses if _names((name,), *_CANCERS)]
    return bool(cancers) and all(_MELANOMA in name.lower() for name in cancers)


def _names(diagnoses: tuple[str, ...], *parts: str) -> bool:
    return any(part in name.lower() for name in diagnoses for part in parts)


def _listed(names: tuple[str, ...] | list[str], last: str = "and") -> str:
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
