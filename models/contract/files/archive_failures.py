"""What reading a ZIP archive raises when it is damaged, locked or of a kind that cannot be read."""

import lzma
import struct
import zipfile
import zlib

ARCHIVE_FAILURES: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
)
"""``zipfile`` believes what an archive says of itself; a damaged one surfaces as any of these: wrong offsets
and names that are no text as ValueError, a password or an unknown method as RuntimeError. Damaged bzip2 data
are an OSError without a number, which is left to those who know what else they read."""
