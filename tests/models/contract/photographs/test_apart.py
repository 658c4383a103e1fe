from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from models.contract.errors import DamagedPhotographError
from models.contract.photographs import apart
from models.contract.photographs.formats import PhotographFormat

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]


@pytest.fixture
def decoder() -> Iterator[apart._Decoder]:
    made = apart._Decoder()
    yield made
    made.close()


def test_one_process_serves_file_after_file(decoder: apart._Decoder, skin: Pixels, encoded: Encode) -> None:
    content = encoded(skin, "BMP")
    first = decoder.photograph(content, PhotographFormat.BMP, 1)
    process = decoder._process
    second = decoder.photograph(content, PhotographFormat.BMP, 1)
    assert np.array_equal(first.pixels, skin)
    assert np.array_equal(second.pixels, skin)
    assert decoder._process is process


def test_a_file_that_keeps_the_decoder_too_long_is_refused_and_the_next_is_read(
    decoder: apart._Decoder, skin: Pixels, encoded: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = encoded(skin, "BMP")
    with monkeypatch.context() as patched:
        patched.setattr(apart, "_PATIENCE_S", 0.0)
        patched.setattr(apart, "_SECONDS_PER_MEGABYTE", 0.0)
        with pytest.raises(DamagedPhotographError, match="too long"):
            decoder.photograph(content, PhotographFormat.BMP, 1)
    assert np.array_equal(decoder.photograph(content, PhotographFormat.BMP, 1).pixels, skin)


def test_a_process_that_died_is_replaced(decoder: apart._Decoder, skin: Pixels, encoded: Encode) -> None:
    content = encoded(skin, "BMP")
    decoder.photograph(content, PhotographFormat.BMP, 1)
    assert decoder._process is not None
    decoder._process.kill()
    decoder._process.wait()
    assert np.array_equal(decoder.photograph(content, PhotographFormat.BMP, 1).pixels, skin)


def test_a_refusal_comes_back_as_it_was_said(decoder: apart._Decoder, encoded: Encode, skin: Pixels) -> None:
    with pytest.raises(DamagedPhotographError, match="damaged"):
        decoder.photograph(encoded(skin, "BMP")[:900], PhotographFormat.BMP, 1)
