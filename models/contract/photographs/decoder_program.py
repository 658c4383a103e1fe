"""The decoder process: answers one order after the other until its standard input ends."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import BinaryIO

from models.contract.errors import DamagedPhotographError, UnreadablePhotographError
from models.contract.photographs.decoding import Photograph, decoded_photograph
from models.contract.photographs.formats import PhotographFormat


@dataclass(frozen=True, slots=True)
class Order:
    """The line before a file's bytes."""

    kind: str
    least_side_px: int
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The line before the pixels, or instead of them where there is a sentence."""

    height_px: int = 0
    width_px: int = 0
    provenance: tuple[tuple[str, str], ...] = ()
    date_time_original: str | None = None
    is_plain: bool = False
    sentence: str = ""
    is_damaged: bool = False


def line_of(message: Order | Answer) -> bytes:
    """Return a message as one line of JSON."""
    return json.dumps(asdict(message)).encode() + b"\n"


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Decode what is ordered; the caller ends the process when an order takes too long."""
    while line := orders.readline():
        order = Order(**json.loads(line))
        answer, photograph = _answered(orders.read(order.length_bytes), order)
        answers.write(line_of(answer))
        if photograph is not None:
            answers.write(photograph.pixels.data)
        answers.flush()


def _answered(content: bytes, order: Order) -> tuple[Answer, Photograph | None]:
    try:
        photograph = decoded_photograph(content, PhotographFormat(order.kind), order.least_side_px)
    except UnreadablePhotographError as error:
        return Answer(sentence=str(error), is_damaged=isinstance(error, DamagedPhotographError)), None
    height_px, width_px = photograph.pixels.shape[:2]
    answer = Answer(
        height_px=height_px,
        width_px=width_px,
        provenance=photograph.provenance,
        date_time_original=photograph.date_time_original,
        is_plain=photograph.is_plain,
    )
    return answer, photograph


if __name__ == "__main__":
    # Decoders print into standard output; the answers get a copy of it that they do not know.
    with os.fdopen(os.dup(1), "wb") as private_output:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, private_output)
