"""The kinds of images in words: dermoscopic with which dermoscope, clinical, or of a whole body."""

from typing import Final

from app.domain.image_kind import IMAGE_KINDS
from app.translation import N_, _

_WORDS: Final = (
    N_("Dermoscopic, polarised, contact"),
    N_("Dermoscopic, not polarised, contact"),
    N_("Dermoscopic, polarised, without contact"),
    N_("Dermoscopic"),
    N_("Clinical, close-up"),
    N_("Clinical, overview"),
    N_("Total body, close-up"),
    N_("Total body, overview"),
    N_("Kind not known"),
)

_WORDS_BY_KIND: Final = dict(zip(IMAGE_KINDS, _WORDS, strict=True))


def kind_words(image_type: str | None, dermoscopic_type: str | None) -> str:
    """Return the kind of an image; words of another dictionary are shown as they are stored."""
    words = _WORDS_BY_KIND.get((image_type, dermoscopic_type))
    if words is not None:
        return _(words)
    return ", ".join(part for part in (image_type, dermoscopic_type) if part)
