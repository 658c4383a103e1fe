"""The kinds of images in words: dermoscopic with which dermoscope, clinical, or of a whole body."""

from typing import Final

from app.translation import N_, _

IMAGE_KINDS: Final[tuple[tuple[str, tuple[str | None, str | None]], ...]] = (
    (N_("Dermoscopic, contact, polarised"), ("dermoscopic", "contact polarized")),
    (N_("Dermoscopic, contact, not polarised"), ("dermoscopic", "contact non-polarized")),
    (N_("Dermoscopic, without contact, polarised"), ("dermoscopic", "non-contact polarized")),
    (N_("Dermoscopic"), ("dermoscopic", None)),
    (N_("Clinical, close-up"), ("clinical: close-up", None)),
    (N_("Clinical, overview"), ("clinical: overview", None)),
    (N_("Total body, close-up"), ("TBP tile: close-up", None)),
    (N_("Total body, overview"), ("TBP tile: overview", None)),
    (N_("Kind not known"), (None, None)),
)
"""Words, then image type and type of dermoscopy in those of the ISIC dictionary."""

_WORDS_BY_KIND: Final = {kind: words for words, kind in IMAGE_KINDS}


def kind_words(image_type: str | None, dermoscopic_type: str | None) -> str:
    """Return the kind of an image; words of another dictionary are shown as they are stored."""
    words = _WORDS_BY_KIND.get((image_type, dermoscopic_type))
    if words is not None:
        return _(words)
    return ", ".join(part for part in (image_type, dermoscopic_type) if part)
