"""What a mask file says, however it is stored: depth, channels, transparency, palettes, colours, turns."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.contract.errors import NoMaskError, UnreadableMaskError
from models.contract.imaging.mask_file import read_mask
from models.contract.imaging.mask_plausibility import MaskIssueKind, mask_issue
from models.contract.imaging.mask_values import PLAIN

ROWS, COLUMNS = np.mgrid[:90, :121]
LESION = (ROWS - 40) ** 2 + (COLUMNS - 60) ** 2 < 400
WHITE = LESION.astype(np.uint8) * np.uint8(255)


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def png(samples: NDArray[np.generic]) -> bytes:
    """As cv2 writes it, which keeps 16 bits of several channels."""
    return cv2.imencode(".png", samples)[1].tobytes()


def painted(lesion: tuple[int, ...], skin: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.where(LESION[..., None], np.array(lesion, np.uint8), np.array(skin, np.uint8))


def with_palette(colours: list[int]) -> bytes:
    picture = Image.fromarray(LESION.astype(np.uint8))
    picture.putpalette(colours + [9] * (768 - len(colours)))
    return saved(picture)


def with_alpha(colours: NDArray[np.uint8]) -> bytes:
    return saved(Image.fromarray(np.dstack([colours, WHITE])))


PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (*LESION.shape, 3), dtype=np.uint8)

FILES: dict[str, bytes] = {
    "8 bits": saved(Image.fromarray(WHITE)),
    "1 bit": saved(Image.fromarray(LESION)),
    "1 bit, fax compression": saved(Image.fromarray(LESION), "TIFF", compression="group4"),
    "8 bits, 0/1": png(LESION.astype(np.uint8)),
    "16 bits, 0/1": png(LESION.astype(np.uint16)),
    "16 bits, 0/65535": png(LESION.astype(np.uint16) * np.uint16(65535)),
    "16 bits, 256/257": png(LESION.astype(np.uint16) + np.uint16(256)),
    "16 bits, three channels, 0/1": png(np.dstack([LESION.astype(np.uint16)] * 3)),
    "16 bits, transparency": png(np.dstack([np.full((*LESION.shape, 3), 65535), LESION]).astype(np.uint16)),
    "32 bits, 0/1": saved(Image.fromarray(LESION.astype(np.int32)), "TIFF"),
    "float, 0/1": saved(Image.fromarray(LESION.astype(np.float32)), "TIFF"),
    "labels 1 and 2": png(LESION.astype(np.uint8) + np.uint8(1)),
    "white and transparent": with_alpha(np.full((*LESION.shape, 3), 255, np.uint8)),
    "black and transparent": with_alpha(np.zeros((*LESION.shape, 3), np.uint8)),
    "cut out photograph": with_alpha(PHOTOGRAPH),
    "black lesion on transparent white": with_alpha(painted((0, 0, 0), (255, 255, 255))),
    "grey and transparent": saved(Image.fromarray(np.dstack([np.full_like(WHITE, 128), WHITE]))),
    "transparency that marks nothing": saved(
        Image.fromarray(np.dstack([np.dstack([WHITE] * 3), np.zeros_like(WHITE)]))
    ),
    "palette of two colours": with_palette([0, 0, 0, 128, 0, 0]),
    "palette without colours": with_palette([0, 0, 0, 0, 0, 0]),
    "red on black": saved(Image.fromarray(painted((255, 0, 0), (0, 0, 0)))),
    "yellow on purple": saved(Image.fromarray(painted((253, 231, 36), (68, 1, 84)))),
    "red on white": saved(Image.fromarray(painted((255, 0, 0), (255, 255, 255)))),
    "JPEG": saved(Image.fromarray(WHITE), "JPEG", quality=70),
    "colour JPEG": saved(Image.fromarray(np.dstack([WHITE] * 3)), "JPEG", quality=70),
    "smoothed edge": saved(Image.fromarray(np.asarray(cv2.GaussianBlur(WHITE, (0, 0), 0.8), np.uint8))),
}


@pytest.mark.parametrize("name", FILES)
def test_every_way_to_store_a_mask_gives_the_same_pixels(name: str) -> None:
    reading = read_mask(FILES[name])
    np.testing.assert_array_equal(reading.mask, LESION)
    assert mask_issue(reading.mask) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("8 bits", PLAIN),
        ("1 bit", PLAIN),
        ("16 bits, 0/1", "0 = skin, 1 = lesion"),
        ("labels 1 and 2", "1 = skin, 2 = lesion"),
        ("cut out photograph", "opaque = lesion"),
        ("red on black", "the colour (255, 0, 0) on black = lesion"),
        ("red on white", "the colour (255, 0, 0), which does not fill the frame, = lesion"),
    ],
)
def test_what_a_mask_was_taken_for_is_said(name: str, words: str) -> None:
    assert read_mask(FILES[name]).taken_for == words


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_is_turned_like_the_image_it_was_drawn_on(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    content = saved(Image.fromarray(WHITE), "PNG", exif=exif)
    upright = cv2.imdecode(np.frombuffer(saved(Image.fromarray(WHITE), "JPEG", exif=exif), np.uint8), 0)
    assert upright is not None
    np.testing.assert_array_equal(read_mask(content).mask, upright > 127)


def three_labels() -> bytes:
    return png(np.asarray(LESION + 2 * (ROWS > 80), np.uint8))


NO_MASKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a photograph": (lambda: saved(Image.fromarray(PHOTOGRAPH)), "two shades"),
    "a probability map": (
        lambda: png(np.asarray(cv2.GaussianBlur(WHITE, (0, 0), 12), np.uint8)),
        "two shades",
    ),
    "three labels": (three_labels, r"3 labels \(0, 1, 2\)"),
    "three colours": (
        lambda: saved(Image.fromarray(np.where(ROWS[..., None] > 80, 90, painted((9, 0, 200), (0, 0, 0))))),
        "two shades",
    ),
    "a grey third region": (lambda: png(np.where(ROWS > 70, 128, WHITE).astype(np.uint8)), "two shades"),
    "two halves in two colours": (
        lambda: saved(
            Image.fromarray(np.where(ROWS[..., None] < 45, (200, 0, 0), (0, 200, 0)).astype("uint8"))
        ),
        "nothing says which",
    ),
    "colours that contradict the transparency": (
        lambda: with_alpha(np.where(ROWS[..., None] > 40, 255, np.zeros(3)).astype(np.uint8)),
        "transparency",
    ),
    "undefined values": (
        lambda: saved(Image.fromarray(np.where(LESION, np.nan, 0).astype(np.float32)), "TIFF"),
        "undefined",
    ),
    "two pages": (
        lambda: saved(
            Image.fromarray(WHITE), "TIFF", save_all=True, append_images=[Image.fromarray(255 - WHITE)]
        ),
        "several pictures",
    ),
}


@pytest.mark.parametrize("name", NO_MASKS)
def test_what_is_no_mask_is_refused_with_the_reason(name: str) -> None:
    make, sentence = NO_MASKS[name]
    with pytest.raises(NoMaskError, match=sentence):
        read_mask(make())


@pytest.mark.parametrize("content", [b"", b"text", FILES["8 bits"][:60], FILES["float, 0/1"][:300]])
def test_damaged_files_are_told_from_pictures_that_are_no_masks(content: bytes) -> None:
    with pytest.raises(UnreadableMaskError):
        read_mask(content)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(0, MaskIssueKind.EMPTY), (1, MaskIssueKind.NEARLY_FULL), (255, MaskIssueKind.NEARLY_FULL)],
)
def test_a_single_value_is_nothing_or_everything(value: int, kind: MaskIssueKind) -> None:
    issue = mask_issue(read_mask(png(np.full((80, 90), value, np.uint8))).mask)
    assert issue is not None
    assert issue.kind is kind
