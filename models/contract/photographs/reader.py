"""The one way to read photographs, wherever in Naevus: import, converters, checks of data folders, training.

JPEG and PNG are decoded here, in bounded time. The other formats have parsers that damaged or made files keep
busy for minutes, or end; they are decoded in a process of their own, with a deadline.
"""

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.apart import photograph_decoded_apart
from models.contract.photographs.decoding import Photograph, decoded_damaged_jpeg, decoded_photograph
from models.contract.photographs.formats import PhotographFormat, photograph_format

_TRUSTED = (PhotographFormat.JPEG, PhotographFormat.PNG)


def read_photograph(content: bytes, least_side_px: int = 1) -> Photograph:
    """Return the photograph in a file's bytes.

    Args:
        content: the whole file.
        least_side_px: pictures with a shorter side are refused.

    Raises:
        PartlyReadablePhotographError: part of a JPEG picture is missing or corrupt.
        DamagedPhotographError: part of another picture is, or nothing of it can be decoded.
        UnreadablePhotographError: it is no photograph, or one that cannot be used.
    """
    kind = photograph_format(content)
    if kind is None:
        what = "damaged or no picture" if content else "empty"
        raise UnreadablePhotographError(f"The file is {what}.")
    if kind in _TRUSTED:
        return decoded_photograph(content, kind, least_side_px)
    return photograph_decoded_apart(content, kind, least_side_px)


def read_damaged_photograph(content: bytes, least_side_px: int = 1) -> Photograph:
    """Return what is left of a photograph that ``read_photograph`` refused as partly readable.

    Raises:
        DamagedPhotographError: nothing is left of it.
        UnreadablePhotographError: it cannot be used for another reason.
    """
    return decoded_damaged_jpeg(content, least_side_px)
