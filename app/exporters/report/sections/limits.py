"""The limits of use: those of every score, then those of the models that spoke."""

from app.domain.analysis.model_summary import ModelSummary
from app.exporters.report.content import Part, Together, Words, WordStyle, heading, small
from app.exporters.report.facts import ReportFacts
from app.exporters.report.sections.score import model_words
from app.text.models import PREDICTION_WORDS, figure_words
from app.text.report import LIMITS, OVERLAY_LIMIT, RESEARCH_USE
from app.text.stored_sentences import stored_words
from app.translation import _


def full_limits(facts: ReportFacts) -> list[Part]:
    """Return the limits and the intended use, with what the cards of the models say."""
    general = Together([heading(_("Limits and intended use")), *(small(_(words)) for words in LIMITS)])
    return [general, *limits_of_models(facts)]


def small_print(facts: ReportFacts) -> list[Part]:
    """Return in small print what safety asks of every report: intended use, limits, and the models."""
    fixed = " ".join(_(words) for words in (RESEARCH_USE, *LIMITS) if words != OVERLAY_LIMIT)
    case = facts.case
    spoken = ((_("Boundary"), case.boundary), (_("Score"), case.score))
    models = [
        _("{what}: {model}, threshold {threshold:.3f}.").format(
            what=what, model=model_words(one.model), threshold=one.model.threshold
        )
        for what, one in spoken
        if one is not None
    ]
    return [Words(words, WordStyle.FINE) for words in (fixed, " ".join(models)) if words]


def limits_of_models(facts: ReportFacts) -> list[Part]:
    """Return what the cards of the models that spoke say of their limits."""
    return [_limits_of(summary) for summary in facts.models]


def _limits_of(summary: ModelSummary) -> Part:
    what = _(PREDICTION_WORDS[summary.task])
    head = Words(f"{what}: {summary.model.name} {summary.model.version}", WordStyle.LIMITS_TITLE)
    limits = (small(f"\N{BULLET} {stored_words(words)}") for words in summary.limits or ())
    return Together([head, small(figure_words(summary)), *limits])
