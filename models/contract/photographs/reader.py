"""The one way to read photographs, wherever in Naevus: import, converters, checks of data folders, training.

JPEG and PNG are decoded here, in bounded time. The other formats have parsers that damaged or made files keep
busy for minutes, or end; they are decoded in a process of their own, with a deadline.
"""

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.apart import photograph_decoded_apart
from models.contract.photographs.decoding import Photograph, decoded_photograph
from models.contract.photographs.formats import PhotographFormat, photograph_format

_TRUSTED = (PhotographFormat.JPEG, PhotographFormat.PNG)


def read_photograph(content: bytes, least_side_px: int = 1) -> Photograph:
    """Return the photograph in a file's bytes.

    Args:
        content: the whole file.
        least_side_px: pictures with a shorter side are refused.

    Raises:
        DamagedPhotographError: part of the picture is missing or corrupt.
        UnreadablePhotographError: it is no photograph, or one that cannot be used.
    """
    kind = photograph_format(content)
    if kind is None:
        what = "damaged or no picture" if content else "empty"
        raise UnreadablePhotographError(f"The file is {what}.")
    if kind in _TRUSTED:
        return decoded_photograph(content, kind, least_side_px)
    return photograph_decoded_apart(content, kind, least_side_px)
