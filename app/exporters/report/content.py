"""What a report says, before it is known whether it becomes PDF or HTML: words, tables, pictures, frames.

The sections of a report return these parts; ``flowables.py`` lays them out on pages, ``markup.py`` as HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from app.usecases.analysis.colour_scales import ColourScale


class WordStyle(Enum):
    """How words are set."""

    TITLE = "title"
    CLINIC = "clinic"
    DECIDED = "decided"
    """The decision itself, the largest words of the short form."""
    MANAGEMENT = "management"
    HEADING = "heading"
    BOX_TITLE = "box-title"
    BODY = "body"
    SMALL = "small"
    FINE = "fine"
    """Small print."""
    LABEL = "label"
    WARNING = "warning"
    SCORE = "score"
    FIGURE = "figure"
    """The score of the short form, no larger than what a person wrote."""
    LIMITS_TITLE = "limits-title"


class BoxKind(Enum):
    """Whose words a frame holds."""

    MODEL = "model"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, shown as it is: markup in it is not obeyed."""

    text: str
    style: WordStyle = WordStyle.BODY


@dataclass(frozen=True, slots=True)
class FreeText:
    """What somebody wrote, of any length and with line breaks; may go on over pages."""

    text: str


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """A picture ready to be placed, JPEG or PNG; with a colour bar where ``scale`` is given."""

    content: bytes
    width_px: int
    height_px: int
    caption: str = ""
    scale: ColourScale | None = None


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A picture that is fitted into the width of its place and below a height, with its caption below it."""

    drawn: DrawnImage
    most_height_mm: float = 68.0
    most_width_mm: float = 85.0
    is_captioned: bool = True
    """Otherwise the caption is only what a screen reader says."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values in a grid; unknown values are shown as a dash."""

    pairs: Sequence[tuple[str, str | None]]
    columns: int = 1
    label_share: float = 0.36


@dataclass(frozen=True, slots=True)
class Lines:
    """A table with a header; ``shares`` are those of the columns in the width."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    is_dense: bool = False
    """In smaller letters, for figures that stand beside something else."""


@dataclass(frozen=True, slots=True)
class Box:
    """Parts in a frame."""

    parts: Sequence["Part"]
    kind: BoxKind


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts side by side; ``shares`` are those of the columns in the width."""

    columns: Sequence[Sequence["Part"]]
    shares: Sequence[float]
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Parts that are not parted by the end of a page."""

    parts: Sequence["Part"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty space."""

    height_pt: float


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A line to be filled in by hand, behind its words."""

    words: str


@dataclass(frozen=True, slots=True)
class LetterNote:
    """On pages, which letters of these texts no font of the report has; HTML takes the reader's fonts."""

    texts: Sequence[str]


Part: TypeAlias = (
    Words
    | FreeText
    | PlacedImage
    | Pairs
    | Lines
    | Box
    | Columns
    | Together
    | Gap
    | NewPage
    | Blank
    | LetterNote
)


def heading(text: str) -> Words:
    """Return the heading of a section."""
    return Words(text, WordStyle.HEADING)


def small(text: str) -> Words:
    """Return a remark in small letters."""
    return Words(text, WordStyle.SMALL)
