"""How a line of the work list is put into words."""

from app.domain.analysis.triage import CHECK_IMAGE
from app.domain.case import CaseLine
from app.text.bands import band_words
from app.text.figures import percent_words
from app.text.scores import lesion_words
from app.text.stored_sentences import stored_words
from app.translation import N_, _

EARLIER_MODEL = N_("Earlier model")
"""Stands on the line of a case whose predictions are not from the models in use."""

_STATUS_WORDS = {
    "new": N_("Not scored"),
    "predicted": N_("To review"),
    "corrected": N_("Corrected"),
    "confirmed": N_("Confirmed"),
    "decided": N_("Decided"),
}


def status_words(status: str) -> str:
    """Return a status as it is shown."""
    return _(_STATUS_WORDS.get(status, status.capitalize()))


def longest_status() -> str:
    """Return the status whose words are the longest."""
    return max(map(_, _STATUS_WORDS.values()), key=len)


def site_words(site: str | None) -> str:
    """Return a site as it is shown."""
    if not site:
        return _("Site not known")
    words = _(site)
    return words[:1].upper() + words[1:]


def place_words(line: CaseLine) -> str:
    """Return by what a case is told from others of the list: its site, if known, and its file."""
    return f"{site_words(line.site)}  ·  {line.file_name}" if line.site else line.file_name


def score_words(probability: float | None) -> str:
    """Return a calibrated probability as a whole percentage."""
    return "" if probability is None else percent_words(probability)


def lesion_figure(line: CaseLine) -> str:
    """Return the score of a case's lesion as it stands beside its own; empty without one."""
    return (
        ""
        if line.lesion is None
        else _("Lesion {score_words}").format(score_words=score_words(line.lesion.probability))
    )


def why_correct(line: CaseLine) -> str:
    """Return why a correction of a case is expected to help, as a sentence; empty when nothing stands out."""
    return "; ".join(map(_, line.reasons_to_correct)).capitalize() + "." if line.reasons_to_correct else ""


def line_tip(line: CaseLine) -> str:
    """Return the lesion's score, what is wrong with the image, and why to correct it; may be empty."""
    reasons = line.priority.warnings if line.priority is not None else (line.no_score_reason,)
    said = [stored_words(reason) for reason in reasons]
    if line.lesion is not None:
        said.insert(0, f"{lesion_words(line.lesion)}.")
    if not line.is_corrected:
        said.append(why_correct(line))
    return "\n".join(words for words in said if words)


def why_next(line: CaseLine) -> str:
    """Return why a case is the next one to correct."""
    why = why_correct(line) or _("Nothing stands out; the others promise less.")
    return _("Next to correct: {patient_code}. {why}").format(patient_code=line.patient_code, why=why)


def spoken_line(line: CaseLine) -> str:
    """Return a line as a screen reader says it."""
    parts = [
        _("Patient {patient_code}").format(patient_code=line.patient_code),
        line.patient_name,
        site_words(line.site),
        line.file_name,
    ]
    if line.priority is not None:
        parts.append(band_words(line.priority.band))
        parts += [_(CHECK_IMAGE).lower()] if line.priority.warnings else []
    elif line.no_score_reason:
        parts.append(
            _("no score: {no_score_reason}").format(no_score_reason=stored_words(line.no_score_reason))
        )
    if line.probability is not None:
        parts.append(_("score {probability:.0f} percent").format(probability=100 * line.probability))
    if line.lesion is not None:
        parts.append(_("lesion {probability:.0f} percent").format(probability=100 * line.lesion.probability))
    parts.append(status_words(line.status))
    return ", ".join(part for part in parts if part)
