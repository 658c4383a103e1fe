"""Sizes that are checked on a file's own declaration, before anything is decoded."""

from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.translation import _
from models.contract.errors import UnreadablePhotographError
from models.contract.photographs import sizes

MAX_PIXELS = sizes.MAX_PIXELS
"""One limit for photographs and DICOM pictures."""

MIN_SIDE_PX = 64
"""Below this no dermoscopic structure can be seen, whatever the magnification."""

MAX_FILE_BYTES = 1_300_000_000
"""An uncompressed 16-bit RGB picture of MAX_PIXELS with its header."""


def check_dimensions(width_px: int, height_px: int) -> None:
    """Raise UnreadableFileError if a declared picture size cannot be a dermoscopic image."""
    try:
        sizes.check_size(width_px, height_px, MIN_SIDE_PX, MAX_PIXELS)
    except UnreadablePhotographError as error:
        raise UnreadableFileError(str(error)) from None


def checked_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises UnreadableFileError if it is missing, locked or too large."""
    try:
        if path.is_dir():
            raise UnreadableFileError(_("This is a folder, not a picture file."))
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            raise UnreadableFileError(
                _("The file is too large to be opened ({size_bytes:.1f} GB).").format(
                    size_bytes=size_bytes / 1000000000.0
                )
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFileError(_("The file is no longer there.")) from None
    except PermissionError:
        raise UnreadableFileError(_("The file may not be read with this user account.")) from None
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise UnreadableFileError(
            _("The file could not be read from the disk ({reason}).").format(reason=reason)
        ) from None
    return content
