"""Sentences that stand in every report."""

from datetime import datetime

from app.translation import N_, _, moment_text

RESEARCH_USE = N_("Research use only. Not a medical device. The clinician decides.")

OVERLAY_LIMIT = N_(
    "An attention overlay shows which parts of the image moved this model's score. It does not "
    "mark disease, "
    "and a plausible overlay does not make a score right."
)

LIMITS = (
    N_(
        "The score is the output of a statistical model for one image. It is not a diagnosis, and "
        "neither a high "
        "nor a low score replaces examination, dermoscopy by a trained person, or histopathology."
    ),
    N_(
        "No score is known to hold for dark skin (types V and VI), palms, soles, nails, mucosa, children, or "
        "images that are blurred, cropped, covered by hair or ink, or not dermoscopic, unless the "
        "model's own "
        "limits say so."
    ),
    OVERLAY_LIMIT,
    N_(
        "Sizes in millimetres depend on the calibration that is named beside them; without "
        "calibration, sizes "
        "are in pixels and cannot be compared between images."
    ),
)
"""Limits of use of any model, printed in every report before those of the models that spoke."""


def yes_no(value: bool | None) -> str | None:
    """Return yes, no, or None for unknown."""
    return None if value is None else _("yes") if value else _("no")


_MAX_FOOT_LETTERS = 50


def made_words(made_at: datetime, patient_code: str, *, is_deidentified: bool) -> str:
    """Return when a report was made and of whom; a de-identified one tells the year only."""
    made = f"{made_at.year}" if is_deidentified else moment_text(made_at)
    return _("Made by Naevus, {made}. Patient {shortened}.").format(
        made=made, shortened=_shortened(patient_code)
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_FOOT_LETTERS else text[: _MAX_FOOT_LETTERS - 1] + "…"
