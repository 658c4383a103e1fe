import re
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.contract.errors import DamagedPhotographError, UnreadablePhotographError
from models.contract.photographs.jpeg import MOST_SCANS
from models.contract.photographs.reader import read_photograph

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]
END = b"\xff\xd9"
KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restart markers": {"restart_marker_blocks": 4},
    "optimised": {"optimize": True, "quality": 95, "subsampling": 0},
}


@pytest.fixture(params=KINDS)
def whole(request: pytest.FixtureRequest, encoded: Encode) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    picture = cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)
    return encoded(picture, "JPEG", **KINDS[request.param])


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_cut_file_with_an_end_marker_put_behind_it_is_refused(whole: bytes, share: float) -> None:
    with pytest.raises(DamagedPhotographError):
        read_photograph(whole[: int(len(whole) * share)] + END)


def test_bytes_that_were_lost_or_zeroed_in_the_middle_are_noticed(whole: bytes) -> None:
    middle = len(whole) // 2
    for damaged in (
        whole[:middle] + whole[middle + 512 :],
        whole[:middle] + bytes(512) + whole[middle + 512 :],
        whole[:middle] + whole[middle - 512 :],
    ):
        with pytest.raises(DamagedPhotographError):
            read_photograph(damaged)


def test_a_progressive_file_without_its_last_scans_is_refused(skin: Pixels, encoded: Encode) -> None:
    whole = encoded(skin, "JPEG", progressive=True)
    scans = [found.start() for found in re.finditer(rb"\xff\xda", whole)]
    for start in scans[1:]:
        with pytest.raises(DamagedPhotographError):
            read_photograph(whole[:start] + END)


def test_a_file_of_thousands_of_scans_is_refused_before_it_is_decoded(skin: Pixels, encoded: Encode) -> None:
    whole = encoded(skin, "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    repeated = whole[:last] + whole[last:-2] * (MOST_SCANS + 1) + END
    with pytest.raises(UnreadablePhotographError, match="scans"):
        read_photograph(repeated)


def test_filling_before_the_end_marker_and_bytes_behind_it_do_no_harm(whole: bytes) -> None:
    pixels = read_photograph(whole).pixels
    for harmless in (whole[:-2] + bytes(40) + END, whole[:-2] + b"\xff" * 9 + END, whole + b"camera's own"):
        assert np.array_equal(read_photograph(harmless).pixels, pixels)


def test_a_picture_saved_again_with_a_grey_lower_part_is_refused(skin: Pixels, encoded: Encode) -> None:
    half = skin.copy()
    half[48:] = 128
    for decoder in ("PNG", "JPEG"):
        with pytest.raises(DamagedPhotographError, match="even grey"):
            read_photograph(encoded(half, decoder))


def test_a_grey_margin_on_both_sides_is_no_damage(skin: Pixels, encoded: Encode) -> None:
    framed = skin.copy()
    framed[:12] = framed[-12:] = 128
    assert np.array_equal(read_photograph(encoded(framed, "PNG")).pixels, framed)


def test_plain_files_keep_the_pixels_of_a_second_decoder(whole: bytes, encoded: Encode) -> None:
    for content in (whole, encoded(_grey(whole), "JPEG")):
        photograph = read_photograph(content)
        second = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert photograph.is_plain
        assert np.array_equal(photograph.pixels, second)


def _grey(content: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
