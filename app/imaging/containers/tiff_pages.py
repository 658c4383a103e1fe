"""The pages of a TIFF as files of one page each, without decoding them.

A page's file is the whole file with two numbers changed: the header points to the page, and the page to no
other. Nothing of the picture is touched, and no offset has to be written anew.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import UnreadableFileError
from app.translation import _

MOST_PAGES = 64
_MOST_BYTES = 2_000_000_000
"""Of all page files together."""

_NEW_SUBFILE_TYPE, _REDUCED = 254, 1


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers are written: classic TIFF or BigTIFF, in either byte order."""

    order: str
    first_at: int
    """Where the header says at which offset the first page begins."""
    offset: str
    count: str
    entry_bytes: int

    def number(self, content: bytes, kind: str, at: int) -> int:
        """Read a number; raises struct.error beyond the end."""
        (found,) = struct.unpack_from(self.order + kind, content, at)
        return int(found)


_LAYOUTS = {
    b"II*\x00": _Layout("<", 4, "I", "H", 12),
    b"MM\x00*": _Layout(">", 4, "I", "H", 12),
    b"II+\x00": _Layout("<", 8, "Q", "Q", 20),
    b"MM\x00+": _Layout(">", 8, "Q", "Q", 20),
}


@dataclass(frozen=True, slots=True)
class _Page:
    at: int
    next_at: int
    """Where the offset of the page after it stands."""
    is_preview: bool


def pages_of(content: bytes) -> tuple[bytes, ...]:
    """Return a TIFF's pages as files of their own, previews left out; empty unless there are several.

    Raises:
        UnreadableFileError: there are more pages than anybody means as images.
    """
    layout = _LAYOUTS.get(content[:4])
    if layout is None:
        return ()
    try:
        pages = [page for page in _pages(content, layout) if not page.is_preview]
    except struct.error:
        # The reader of single pictures says what is wrong with it.
        return ()
    if len(pages) < 2:
        return ()
    if len(pages) * len(content) > _MOST_BYTES:
        raise UnreadableFileError(
            _("The TIFF holds {count} pages of a very large file; save the ones you mean.").format(
                count=len(pages)
            )
        )
    return tuple(_alone(content, layout, page) for page in pages)


def _pages(content: bytes, layout: _Layout) -> Iterator[_Page]:
    at, seen = layout.number(content, layout.offset, layout.first_at), set[int]()
    while at and at not in seen:
        seen.add(at)
        if len(seen) > MOST_PAGES:
            raise UnreadableFileError(
                _("The TIFF holds more than {count} pages; save the ones you mean.").format(count=MOST_PAGES)
            )
        count = layout.number(content, layout.count, at)
        first = at + struct.calcsize(layout.order + layout.count)
        next_at = first + count * layout.entry_bytes
        following = layout.number(content, layout.offset, next_at)
        yield _Page(at, next_at, is_preview=len(seen) > 1 and _is_reduced(content, layout, first, count))
        at = following


def _is_reduced(content: bytes, layout: _Layout, first: int, count: int) -> bool:
    for entry in range(first, first + count * layout.entry_bytes, layout.entry_bytes):
        if layout.number(content, "H", entry) == _NEW_SUBFILE_TYPE:
            value_at = entry + layout.entry_bytes - struct.calcsize(layout.order + layout.offset)
            return bool(layout.number(content, "I", value_at) & _REDUCED)
    return False


def _alone(content: bytes, layout: _Layout, page: _Page) -> bytes:
    alone = bytearray(content)
    struct.pack_into(layout.order + layout.offset, alone, layout.first_at, page.at)
    struct.pack_into(layout.order + layout.offset, alone, page.next_at, 0)
    return bytes(alone)
