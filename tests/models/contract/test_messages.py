import io
import json
import struct

import numpy as np
import pytest

from models.contract.messages import ConnectionLostError, Message, receive, send


def test_a_message_comes_out_as_it_went_in() -> None:
    pipe = io.BytesIO()
    sent = {
        "image": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
        "categorical": np.array([[1, 0]], dtype=np.int64),
    }
    send(pipe, Message({"verb": "score", "name": "Müller ✓"}, sent))
    pipe.seek(0)
    received = receive(pipe)
    assert received.values == {"verb": "score", "name": "Müller ✓"}
    for name, array in sent.items():
        np.testing.assert_array_equal(received.arrays[name], array)
        assert received.arrays[name].dtype == array.dtype


@pytest.mark.parametrize("kept_bytes", [0, 3, 8, 20, -1])
def test_a_message_cut_short_is_a_lost_connection(kept_bytes: int) -> None:
    pipe = io.BytesIO()
    send(pipe, Message({"verb": "score"}, {"image": np.zeros((4, 4), np.float32)}))
    with pytest.raises(ConnectionLostError):
        receive(io.BytesIO(pipe.getvalue()[:kept_bytes]))


@pytest.mark.parametrize("shape", [[1 << 40], [-1], [1 << 20, 1 << 20]])
def test_an_absurd_array_is_refused_before_memory_is_taken(shape: list[int]) -> None:
    header = json.dumps({"values": {}, "arrays": [["image", "float32", shape]]}).encode()
    with pytest.raises(ConnectionLostError):
        receive(io.BytesIO(struct.pack("<Q", len(header)) + header))


def test_an_object_array_is_refused() -> None:
    header = json.dumps({"values": {}, "arrays": [["image", "object", [1]]]}).encode()
    with pytest.raises(ConnectionLostError):
        receive(io.BytesIO(struct.pack("<Q", len(header)) + header))
