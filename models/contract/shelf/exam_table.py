"""An exam as lines of text: one row per group and metric, for the command line."""

from collections.abc import Iterator

from models.contract.shelf.exam import Exam, ExamPart
from models.contract.shelf.figure_text import figure_text, signed_text

_HEAD = (
    f"{'group':<34} {'metric':<12} {'n':>5} {'active':>8} {'candidate':>10} {'difference':>11}  95 % interval"
)


def table_lines(exam: Exam) -> Iterator[str]:
    """The exam's heading and figures, or the reason why a figure is missing."""
    yield f"{exam.candidate} beside {exam.active}: {exam.images} images of {exam.patients} patients"
    yield _HEAD
    for part in exam.parts:
        yield _line(part)
    parity = exam.parity_max_abs_difference
    yield f"graph and network differ by {'an unknown amount' if parity is None else f'{parity:.1e}'}"


def _line(part: ExamPart) -> str:
    start = f"{part.group:<34} {part.metric:<12} {part.n:>5} "
    if part.active is None or part.candidate is None or part.difference is None:
        return f"{start}{part.why_undefined or 'not known'}"
    figures = (
        f"{figure_text(part.active):>8} {figure_text(part.candidate):>10} {signed_text(part.difference):>11}"
    )
    if part.low is None or part.high is None:
        return start + figures
    return f"{start}{figures}  {signed_text(part.low)} to {signed_text(part.high)}"
