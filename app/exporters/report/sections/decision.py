"""What the clinician decided, apart from the model's output; a form to sign while it is open."""

from app.domain.revision import Decision
from app.exporters.report.content import (
    Blank,
    Box,
    BoxKind,
    FreeText,
    Gap,
    Pairs,
    Part,
    Together,
    Words,
    WordStyle,
    heading,
    small,
)
from app.exporters.report.facts import ReportFacts
from app.text.stored_sentences import stored_words
from app.translation import _

_MOST_LETTERS_IN_BOX = 900
"""A longer comment would push everything else off the first page."""
_MOST_LINES_IN_BOX = 10


def full_decision(facts: ReportFacts) -> list[Part]:
    """Return the decision as a table, as the long form has it."""
    decision, disclosed = facts.case.decision, facts.disclosed
    head = Words(_("Decision of the clinician"), WordStyle.BOX_TITLE)
    if decision is None:
        lines: list[Part] = [head, Words(_("No decision has been recorded yet.")), _to_be_signed()]
        return [Gap(5), Together([Box([*lines, *_outcome_line(facts)], BoxKind.DECISION)])]
    pairs = [
        (_("Diagnosis"), stored_words(decision.diagnosis)),
        (_("Confirmed by"), stored_words(decision.diagnosis_confirm_type)),
        (_("Management"), stored_words(decision.management)),
        (_("Decided"), f"{disclosed.when(decision.created_at)}, {disclosed.who_words(decision.author)}"),
    ]
    rows: list[Part] = [head, Pairs(pairs, columns=2, label_share=0.25)]
    if disclosed.comment:
        rows += [Words(_("Comment"), WordStyle.LABEL), FreeText(disclosed.comment)]
    box = Box([*rows, *_outcome_line(facts)], BoxKind.DECISION)
    return [Gap(5), box if disclosed.comment else Together([box])]


def decision_first(facts: ReportFacts) -> list[Part]:
    """Return the decision in the largest letters of the page; one that is open says so as large."""
    decision = facts.case.decision
    head = Words(_("Decision of the clinician"), WordStyle.BOX_TITLE)
    if decision is None:
        words = Words(_("No decision has been recorded yet."), WordStyle.DECIDED)
        return [Box([head, words, _to_be_signed(), *_outcome_line(facts)], BoxKind.DECISION)]
    rows: list[Part] = [
        head,
        Words(stored_words(decision.diagnosis) or _("Diagnosis left open"), WordStyle.DECIDED),
    ]
    management = stored_words(decision.management) or _("management left open")
    rows.append(Words(management[:1].upper() + management[1:], WordStyle.MANAGEMENT))
    if decision.diagnosis_confirm_type:
        how = stored_words(decision.diagnosis_confirm_type)
        confirmed = _("Confirmed by {confirm_type}").format(confirm_type=how)
        rows.append(Words(confirmed))
    rows += _comment_in_box(facts)
    rows.append(Words(_decided_words(facts, decision)))
    return [Box([*rows, *_outcome_line(facts)], BoxKind.DECISION)]


def _outcome_line(facts: ReportFacts) -> list[Part]:
    """Return what became of the lesion in a line; nothing while it is not known. The note stays out."""
    outcome, disclosed = facts.case.outcome, facts.disclosed
    if outcome is None:
        return []
    day = disclosed.day(outcome.known_on)
    said = _("Outcome: {diagnosis} ({confirm_type}, {day}), entered by {who}").format(
        diagnosis=stored_words(outcome.diagnosis),
        confirm_type=stored_words(outcome.confirm_type),
        day=day,
        who=disclosed.who_words(outcome.author),
    )
    return [Words(f"{said}.")]


def rest_of_comment(facts: ReportFacts) -> list[Part]:
    """Return a comment that is too long for the frame of the decision, in full; nothing for any other."""
    comment = facts.disclosed.comment
    if not comment or not _is_long(comment):
        return []
    return [heading(_("Comment of the clinician")), Words(comment)]


def _comment_in_box(facts: ReportFacts) -> list[Part]:
    comment = facts.disclosed.comment
    if not comment:
        return []
    if _is_long(comment):
        return [small(_("The comment is long; it stands in full below."))]
    return [FreeText(comment)]


def _is_long(comment: str) -> bool:
    return len(comment) > _MOST_LETTERS_IN_BOX or comment.count("\n") >= _MOST_LINES_IN_BOX


def _decided_words(facts: ReportFacts, decision: Decision) -> str:
    disclosed, earlier = facts.disclosed, len(facts.case.decisions) - 1
    decided = _("Decided by {who}, {when}").format(
        who=disclosed.who_words(decision.author), when=disclosed.when(decision.created_at)
    )
    if not earlier:
        return f"{decided}."
    return _("{decided}; it replaces an earlier decision.").format(decided=decided)


def _to_be_signed() -> Blank:
    return Blank(_("Diagnosis, management, date and signature:"))
