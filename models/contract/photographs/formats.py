"""Which photograph format a file's first bytes are of."""

from enum import StrEnum


class PhotographFormat(StrEnum):
    """A readable photograph format; the value is Pillow's name for it."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    BMP = "BMP"
    WEBP = "WEBP"
    AVIF = "AVIF"
    HEIF = "HEIF"

    @property
    def words(self) -> str:
        """The format's name in a sentence."""
        return {PhotographFormat.WEBP: "WebP", PhotographFormat.HEIF: "HEIC"}.get(self, self.value)


_AVIF_BRANDS = (b"avif", b"avis")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_BRANDS_BYTES = 64
"""As much of the file type box as is looked at for compatible brands (ISO/IEC 14496-12 4.3)."""

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
    return _coded_as_film(content)


def _coded_as_film(content: bytes) -> PhotographFormat | None:
    """The format of a photograph that is coded as a frame of film; None for films themselves."""
    if content[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(content[:4], "big"), _BRANDS_BYTES)
    brands = {content[at : at + 4] for at in (8, *range(16, length, 4))}
    if brands.intersection(_AVIF_BRANDS):
        return PhotographFormat.AVIF
    return PhotographFormat.HEIF if content[8:12] in _HEIF_BRANDS else None
