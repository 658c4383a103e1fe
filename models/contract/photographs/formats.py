"""Which photograph format a file's first bytes are of."""

from enum import StrEnum


class PhotographFormat(StrEnum):
    """A readable photograph format; the value is Pillow's name for it."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    BMP = "BMP"
    WEBP = "WEBP"

    @property
    def words(self) -> str:
        """The format's name in a sentence."""
        return "WebP" if self is PhotographFormat.WEBP else self.value


_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def photograph_format(content: bytes) -> PhotographFormat | None:
    """Return the format of a file's bytes, None if they begin like no photograph."""
    if content.startswith(b"\xff\xd8\xff"):
        return PhotographFormat.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotographFormat.PNG
    if content.startswith(_TIFF_STARTS):
        return PhotographFormat.TIFF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return PhotographFormat.WEBP
    if content.startswith(b"BM") and content[6:10] == b"\x00\x00\x00\x00":
        return PhotographFormat.BMP
    return None
