"""The kinds of images that a person can tell: what is photographed, and with which kind of dermoscope."""

from typing import Final

IMAGE_KINDS: Final[tuple[tuple[str | None, str | None], ...]] = (
    ("dermoscopic", "contact polarized"),
    ("dermoscopic", "contact non-polarized"),
    ("dermoscopic", "non-contact polarized"),
    ("dermoscopic", None),
    ("clinical: close-up", None),
    ("clinical: overview", None),
    ("TBP tile: close-up", None),
    ("TBP tile: overview", None),
    (None, None),
)
"""Image type and type of dermoscopy in the words of the ISIC dictionary; None where it is not known."""
