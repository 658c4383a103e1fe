"""How many bytes the segments of a DICOM RLE frame stand for (PS3.5 annex G), counted without decoding them.

Decoders pass over what is left of a segment: a header with too few columns would give a sheared picture.
"""

import struct

_HEADER = struct.Struct("<16L")
_NO_OPERATION = 128


def longest_segment_bytes(frame: bytes) -> int:
    """Return the decoded length of the longest segment; raises struct.error if the frame has no header."""
    count, *offsets = _HEADER.unpack_from(frame)
    starts = offsets[: min(count, len(offsets))]
    ends = [*starts[1:], len(frame)]
    return max((_decoded_bytes(frame[start:end]) for start, end in zip(starts, ends, strict=True)), default=0)


def _decoded_bytes(segment: bytes) -> int:
    length, at = 0, 0
    while at < len(segment) - 1:
        run = segment[at]
        if run < _NO_OPERATION:
            length += min(run + 1, len(segment) - at - 1)
            at += run + 2
        elif run > _NO_OPERATION:
            length += 257 - run
            at += 2
        else:
            at += 1
    return length
