"""What the body map says of lesions: where they are, and how soon they are to be seen."""

from app.domain.anatomic_sites import lesion_site_words
from app.domain.patient_tree import LesionLine
from app.text.bands import band_words
from app.text.patient_tree import images_words, lesion_name
from app.translation import _

_JOINT = "  ·  "


def pin_words(line: LesionLine) -> str:
    """Return a lesion's name, its site with side, its band and how many images there are of it."""
    named = lesion_name(line.lesion, line.number)
    numbered = f"{line.number}  {named}" if line.lesion.label else named
    band = _("no score") if line.band is None else band_words(line.band)
    site = lesion_site_words(line.lesion) or _("Site not known")
    return _JOINT.join((numbered, site, band, images_words(len(line.images))))
