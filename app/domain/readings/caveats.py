"""Where a form was not made for: other sites of the body, and lesions that are not melanocytic."""

from enum import Enum

from app.domain.lesion import Lesion
from app.domain.readings.form import ReadingForm
from app.domain.vocabulary import Diagnosis

_HEAD_AND_NECK = "head/neck"
_ACRAL_OR_NAIL = frozenset(
    {"palms/soles", "acral NOS", "nail NOS", "fingernail", "toenail", "acral palms or soles"}
)
_MUCOSA = frozenset({"oral/genital", "oral or genital"})


class Caveat(Enum):
    """Why a form may not apply to a lesion."""

    FACE = "face"
    ACRAL_OR_NAIL = "acral or nail"
    MUCOSA = "mucosa"
    NOT_MELANOCYTIC = "not melanocytic"


def caveats(form: ReadingForm, lesion: Lesion, diagnosis: Diagnosis | None) -> tuple[Caveat, ...]:
    """Return why a form may not apply, as far as site and decided diagnosis tell; () for a clinical form.

    ``diagnosis`` is that of the newest decision; None while it is open.
    """
    if not form.is_dermoscopic:
        return ()
    sites = {lesion.site, lesion.site_special}
    found = {
        Caveat.FACE: _HEAD_AND_NECK in sites,
        Caveat.ACRAL_OR_NAIL: bool(sites & _ACRAL_OR_NAIL),
        Caveat.MUCOSA: bool(sites & _MUCOSA),
        Caveat.NOT_MELANOCYTIC: form.is_for_melanocytic
        and diagnosis is not None
        and not diagnosis.is_melanocytic,
    }
    return tuple(caveat for caveat, holds in found.items() if holds)
