"""What a file is, judged by its first bytes; the name's extension is only compared with it."""

from dataclasses import dataclass

from app.domain.errors import NoImageError, UnreadableFileError
from models.contract.photographs.formats import PhotographFormat, photograph_format


@dataclass(frozen=True, slots=True)
class FileKind:
    """A readable file format."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]


JPEG = FileKind("JPEG", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"))
PNG = FileKind("PNG", "image/png", (".png", ".apng"))
TIFF = FileKind("TIFF", "image/tiff", (".tif", ".tiff"))
BMP = FileKind("BMP", "image/bmp", (".bmp", ".dib"))
WEBP = FileKind("WebP", "image/webp", (".webp",))
AVIF = FileKind("AVIF", "image/avif", (".avif",))
HEIF = FileKind("HEIC", "image/heic", (".heic", ".heif", ".hif"))
DICOM = FileKind("DICOM", "application/dicom", (".dcm", ".dicom", ".dic", ".ima", ""))

_PHOTOGRAPHS = {
    PhotographFormat.JPEG: JPEG,
    PhotographFormat.PNG: PNG,
    PhotographFormat.TIFF: TIFF,
    PhotographFormat.BMP: BMP,
    PhotographFormat.WEBP: WEBP,
    PhotographFormat.AVIF: AVIF,
    PhotographFormat.HEIF: HEIF,
}
_HEADERLESS = "DICOM without its file header; please export it again"
_JPEG_XL = "a JPEG XL picture; please export it as PNG or JPEG"
_PICTURE_STARTS = {
    b"GIF8": "a GIF, which has too few colours for dermoscopy",
    b"8BPS": "a Photoshop file; please export it as PNG or TIFF",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture outside DICOM; please export it as PNG or TIFF",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture outside DICOM; please export it as PNG or TIFF",
    b"\x00\x00\x00\x0cJXL ": _JPEG_XL,
    b"\xff\x0a": _JPEG_XL,
    b"\x08\x00\x00\x00": _HEADERLESS,
    b"\x08\x00\x05\x00": _HEADERLESS,
    b"\x08\x00\x08\x00": _HEADERLESS,
}
"""Pictures that cannot be taken, so that a person should hear of them. DICOM without its header begins with
the group 0008: its length, the character set or the image type."""

_OTHER_STARTS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive in another one, or without .zip at the end of its name",
}


def kind_of(content: bytes) -> FileKind:
    """Return the format of a file's bytes.

    Raises:
        NoImageError: they are no picture; the sentence says what they seem to be instead.
        UnreadableFileError: they are a picture of a format that is not read.
    """
    # First of all: the 128 bytes before it may hold the start of a TIFF file (PS3.10 7.1).
    if content[128:132] == b"DICM":
        return DICOM
    photograph = photograph_format(content)
    if photograph is not None:
        return _PHOTOGRAPHS[photograph]
    if (picture := _unsupported_format(content)) is not None:
        raise UnreadableFileError(picture)
    raise NoImageError(_what_instead(content))


def promises_image(suffix: str) -> bool:
    """Say whether a file name's ending promises a format that is read."""
    known = (ending for kind in (JPEG, PNG, TIFF, BMP, WEBP, AVIF, HEIF, DICOM) for ending in kind.suffixes)
    return bool(suffix) and suffix.lower() in known


def extension_note(kind: FileKind, suffix: str) -> tuple[str, str] | None:
    """Return a line of provenance if a file's name promises another format than it holds."""
    if suffix.lower() in kind.suffixes:
        return None
    shown = suffix.encode("utf-8", "replace").decode("utf-8")
    return ("file type", f"the content is {kind.name} although the name ends in '{shown}'")


def _unsupported_format(content: bytes) -> str | None:
    for start, words in _PICTURE_STARTS.items():
        if content.startswith(start):
            return f"The file is {words}."
    if content[4:8] == b"ftyp":
        return "The file is a video; please save the picture you mean as JPEG or PNG."
    return None


def _what_instead(content: bytes) -> str:
    if not content:
        return "The file is empty."
    for start, words in _OTHER_STARTS.items():
        if content.startswith(start):
            return f"The file is {words}."
    if _is_text(content[:4096]):
        return "The file contains text, not a picture."
    return "The file is not a picture that can be read (JPEG, PNG, TIFF, BMP, WebP, AVIF, HEIC or DICOM)."


def _is_text(head: bytes) -> bool:
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return b"\x00" not in head and printable > 0.97 * len(head)
