"""How a model's card is put into words beside a score: what it was trained to tell, and how well it did."""

from app.domain.analysis.model_summary import HeldOutFigure, ModelSummary
from app.translation import N_, _
from models.contract.shelf.card import Metric, Task

PREDICTION_WORDS: dict[Task, str] = {"segmentation": N_("Boundary"), "classification": N_("Score")}
"""What a model of a task has said about a case."""

_FIGURE_BY_TASK: dict[Task, str] = {"segmentation": N_("mean Dice"), "classification": "AUC"}

_MELANOMA = "melanoma"
_CANCERS = (_MELANOMA, "carcinoma", "sarcoma", "lymphoma", "bcc", "scc", "akiec", "bowen", "malignan")
"""Parts of names of diagnoses that may have been taught as malignant."""

_COMMON_CARCINOMAS = ((N_("basal cell"), "bcc"), (N_("squamous cell"), "scc"))
"""The common skin cancers besides melanoma, and how data sets shorten them."""

GONE = N_("This model is not on the shelf any more, so its figures and limits cannot be told.")
UNMEASURED = N_("Its card tells no figure on held-out images.")


def figure_words(model: ModelSummary) -> str:
    """Return how a model did on held-out images, or why that cannot be told."""
    if model.limits is None:
        return _(GONE)
    if model.figure is None:
        return _(UNMEASURED)
    return f"{_held_out_words(_(_FIGURE_BY_TASK[model.task]), model.figure)}."


def scope_words(diagnoses: tuple[str, ...]) -> str:
    """Return what a model was trained to tell apart and which common cancers it does not know, or ""."""
    if not diagnoses:
        return ""
    unknown = [
        _("{name} carcinoma").format(name=_(name))
        for name, short in _COMMON_CARCINOMAS
        if not _names(diagnoses, name, short)
    ]
    benign = [name for name in diagnoses if _MELANOMA not in name.lower()]
    if is_of_melanoma_alone(diagnoses) and benign:
        trained = _("Trained to tell melanoma from {listed}").format(listed=_listed(benign))
    else:
        trained = _("Trained on {listed}").format(listed=_listed(diagnoses))
    return (
        _("{trained}; it does not know {listed}.").format(
            trained=trained, listed=_listed(unknown, N_(" or "))
        )
        if unknown
        else _("{trained} only.").format(trained=trained)
    )


def probability_words(diagnoses: tuple[str, ...]) -> str:
    """Return what a score is the probability of, as far as the diagnoses of the training data tell."""
    what = _("melanoma as in the training data") if is_of_melanoma_alone(diagnoses) else _("malignancy")
    return _("Calibrated probability of {what}").format(what=what)


def is_of_melanoma_alone(diagnoses: tuple[str, ...]) -> bool:
    """Say whether melanoma is the only malignant diagnosis that the training data know."""
    cancers = [name for name in diagnoses if _names((name,), *_CANCERS)]
    return bool(cancers) and all(_MELANOMA in name.lower() for name in cancers)


def _held_out_words(name: str, figure: HeldOutFigure) -> str:
    metric, alone = figure.metric, figure.image_alone
    words = _("On {n:,} held-out images: {words} {value:.2f}{interval}").format(
        n=metric.n, words=name, value=metric.value, interval=_interval(metric)
    )
    if alone is None:
        return words
    return _("{words} with metadata, {value:.2f}{interval} from the image alone").format(
        words=words, value=alone.value, interval=_interval(alone)
    )


def _interval(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return ""
    return _(" ({low:.2f} to {high:.2f})").format(low=metric.low, high=metric.high)


def _names(diagnoses: tuple[str, ...], *parts: str) -> bool:
    return any(part in name.lower() for name in diagnoses for part in parts)


def _listed(names: tuple[str, ...] | list[str], last: str = N_(" and ")) -> str:
    return _(last).join(part for part in (", ".join(map(_, names[:-1])), _(names[-1])) if part)
