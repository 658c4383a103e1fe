import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.mask import PixelBox
from app.ui.editor.image_renderer import ImageRenderer, OutlinedLesion, shown_map
from app.ui.editor.layers import BAND_RGB, TINT_RGB, Layer, LayerLook, band_scale, probability_scale
from app.ui.editor.raster import brush_spans
from app.ui.editor.spaces import Placement
from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB, attention_scale, lesion_rgb
from models.contract.arrays import RgbImage

SHOWN = LayerLook(is_visible=True, opacity=1.0)
HIDDEN = LayerLook(is_visible=False, opacity=1.0)


def only(*layers: Layer) -> dict[Layer, LayerLook]:
    return {layer: SHOWN if layer in layers else HIDDEN for layer in Layer}


def frame_of(image: RgbImage, *layers: Layer) -> ImageRenderer:
    frame = ImageRenderer(looks=only(*layers))
    frame.show(image)
    return frame


def skin(height: int = 60, width: int = 80, rgb: tuple[int, int, int] = (214, 170, 150)) -> RgbImage:
    return np.full((height, width, 3), rgb, dtype=np.uint8)


def rgb_at(frame: ImageRenderer, row: int, column: int) -> tuple[int, ...]:
    return tuple(int(part) for part in frame.pixels[row, column, 2::-1])


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0.2, 7),
    st.integers(0, 3),
    st.sampled_from([1.0, 1.5, 2.0]),
    st.lists(st.tuples(st.floats(-9, 90), st.floats(-9, 70), st.integers(1, 30), st.booleans()), max_size=5),
)
def test_what_strokes_renew_equals_a_picture_made_anew(
    scale: float, turns: int, ratio: float, stamps: list[tuple[float, float, int, bool]]
) -> None:
    frame = frame_of(skin(), Layer.MASK, Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    placement = Placement(scale, turns, (70.3, 51.7))
    frame.render(150, 130, placement, ratio)
    for x, y, diameter_px, value in stamps:
        spans = brush_spans((x, y), (x + 4, y + 2), diameter_px, (60, 80))
        spans.fill(frame.mask, value=value)
        frame.renew_image_box(spans.box)
    renewed = frame.pixels.copy()
    frame.render(150, 130, placement, ratio)
    assert np.array_equal(renewed, frame.pixels)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0.2, 7),
    st.integers(0, 3),
    st.sampled_from([1.0, 2.0]),
    st.lists(st.tuples(st.integers(-160, 160), st.integers(-140, 140)), min_size=1, max_size=4),
    st.booleans(),
)
def test_a_view_that_moved_shows_what_a_picture_made_anew_shows(
    scale: float, turns: int, ratio: float, moves: list[tuple[int, int]], has_others: bool
) -> None:
    frame = frame_of(skin(), Layer.MASK, Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.mask[10:45, 20:70] = True
    frame.others = (OutlinedLesion(2, np.flipud(frame.mask), lesion_rgb(2)),) if has_others else ()
    placement = Placement(scale, turns, (70.3, 51.7))
    frame.render(150, 130, placement, ratio)
    for dx, dy in moves:
        placement = placement.moved(dx, dy)
        if not frame.scroll_to(placement):
            frame.render(150, 130, placement, ratio)
    moved = frame.pixels.copy()
    frame.render(150, 130, placement, ratio)
    # At the ends of the view the boundary is drawn without what lies beyond, here and there alike or not.
    middle = np.s_[10:-10, 10:-10]
    assert np.array_equal(moved[middle], frame.pixels[middle])


def test_a_view_that_was_turned_enlarged_or_moved_by_parts_of_a_pixel_is_made_anew() -> None:
    frame = frame_of(skin(), Layer.MASK)
    frame.render(150, 130, Placement(2.0), 1.0)
    for other in (
        Placement(2.5),
        Placement(2.0, 1),
        Placement(2.0, 0, (0.5, 0.0)),
        Placement(2.0, 0, (150.0, 0)),
    ):
        assert not frame.scroll_to(other)
    assert frame.placement == Placement(2.0)
    assert frame.scroll_to(Placement(2.0, 0, (-3.0, 4.0)))


def test_the_tint_covers_the_mask_to_the_pixel() -> None:
    frame = frame_of(skin(), Layer.MASK)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.mask[10:20, 30:41] = True
    frame.render(80, 60, Placement(), 1.0)
    is_tinted = (frame.pixels[:, :, 2::-1] == TINT_RGB).all(axis=2)
    assert np.array_equal(is_tinted, frame.mask)


@pytest.mark.parametrize("scale", [1.0, 4.0, 10.0])
def test_the_boundary_runs_along_the_edge_of_the_mask_on_both_sides_alike(scale: float) -> None:
    frame = frame_of(skin(), Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.mask[20:40, 20:40] = True
    frame.render(round(80 * scale), round(60 * scale), Placement(scale), 1.0)
    middle = round(30 * scale)
    line = np.abs(frame.pixels[middle, :, 2::-1].astype(int) - LINE_RGB).max(axis=1) < 12
    left, right = (np.flatnonzero(line[part]) for part in (slice(0, middle), slice(middle, None)))
    assert left.mean() + 0.5 == pytest.approx(20 * scale)
    assert right.mean() + 0.5 + middle == pytest.approx(40 * scale)


@pytest.mark.parametrize("rgb", [(250, 235, 225), (20, 14, 10), (255, 225, 70)])
def test_the_boundary_stands_out_on_any_skin(rgb: tuple[int, int, int]) -> None:
    frame = frame_of(skin(rgb=rgb), Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.mask[20:40, 20:60] = True
    frame.render(320, 240, Placement(4.0), 1.0)
    column = frame.pixels[70:90, 160, 2::-1].astype(int)
    away = np.abs(column - rgb).max(axis=1)
    assert away.max() > 100
    assert np.abs(column - LINE_RGB).max(axis=1).min() < 10
    assert np.abs(column - CASING_RGB).max(axis=1).min() < 90


def test_a_mask_that_reaches_the_border_has_a_closed_boundary() -> None:
    frame = frame_of(skin(), Layer.BOUNDARY)
    frame.mask = np.ones((60, 80), dtype=np.bool_)
    frame.render(120, 100, Placement(1.0, 0, (20.0, 20.0)), 1.0)
    assert rgb_at(frame, 50, 20) == pytest.approx(LINE_RGB, abs=12)
    assert rgb_at(frame, 50, 99) == pytest.approx(LINE_RGB, abs=12)
    assert rgb_at(frame, 20, 60) == pytest.approx(LINE_RGB, abs=12)
    assert rgb_at(frame, 79, 60) == pytest.approx(LINE_RGB, abs=12)


def test_hidden_layers_and_a_probability_of_zero_leave_the_skin_as_it_is() -> None:
    frame = frame_of(skin())
    frame.mask = np.ones((60, 80), dtype=np.bool_)
    frame.probability = shown_map(np.ones((60, 80), dtype=np.float32), probability_scale())
    frame.render(80, 60, Placement(), 1.0)
    assert (frame.pixels[:, :, 2::-1] == (214, 170, 150)).all()
    frame.looks = only(Layer.PROBABILITY, Layer.ATTENTION)
    frame.probability = shown_map(np.zeros((60, 80), dtype=np.float32), probability_scale())
    frame.attention = shown_map(np.zeros((60, 80), dtype=np.float32), attention_scale(is_signed=True))
    frame.render(80, 60, Placement(), 1.0)
    assert np.abs(frame.pixels[:, :, 2::-1].astype(int) - (214, 170, 150)).max() <= 1


def test_a_map_lies_where_its_values_are() -> None:
    frame = frame_of(skin(), Layer.PROBABILITY)
    values = np.zeros((60, 80), dtype=np.float32)
    values[:, 40:] = 1.0
    frame.probability = shown_map(values, probability_scale())
    frame.render(160, 120, Placement(2.0), 1.0)
    highest = tuple(int(part) for part in probability_scale().bgr[255][::-1])
    assert rgb_at(frame, 60, 120) == highest
    assert rgb_at(frame, 60, 40) == (214, 170, 150)


def test_signed_attention_speaks_for_in_orange_and_against_in_blue() -> None:
    scale = attention_scale(is_signed=True)
    levels = scale.levels(np.array([[-1.0, 0.0, 1.0, -9.0, 9.0]], dtype=np.float32))
    assert levels.tolist() == [[0, 128, 255, 0, 255]]
    against, in_favour = scale.bgr[0].astype(int), scale.bgr[255].astype(int)
    assert against[0] > against[2]
    assert in_favour[2] > in_favour[0]
    assert scale.strength[128] < 0.02
    assert scale.strength[0] == scale.strength[255] == 1.0


def test_colour_maps_get_steadily_lighter() -> None:
    for scale in (probability_scale(), attention_scale(is_signed=False)):
        lightness = scale.bgr.astype(float) @ (0.0722, 0.7152, 0.2126)
        assert (np.diff(lightness) > -1.0).all()
        assert lightness[255] - lightness[0] > 120


def test_opacity_mixes_the_layer_with_the_skin() -> None:
    frame = frame_of(skin(), Layer.MASK)
    frame.looks[Layer.MASK] = LayerLook(is_visible=True, opacity=0.5)
    frame.mask = np.ones((60, 80), dtype=np.bool_)
    frame.render(80, 60, Placement(), 1.0)
    expected = (np.array((214, 170, 150)) + TINT_RGB) / 2
    assert np.abs(np.array(rgb_at(frame, 30, 40)) - expected).max() <= 1


def test_the_ground_is_seen_beside_the_image() -> None:
    frame = ImageRenderer(ground_bgr=(1, 2, 3))
    frame.show(skin())
    frame.render(200, 100, Placement(1.0, 0, (50.0, 20.0)), 1.0)
    assert rgb_at(frame, 5, 5) == (3, 2, 1)
    assert rgb_at(frame, 50, 60) == (214, 170, 150)
    assert frame.renew_image_box(PixelBox(0, 0, 5, 5)) == PixelBox(20, 50, 26, 56)


def test_the_band_tints_the_skin_and_lies_under_the_boundary() -> None:
    frame = frame_of(skin(), Layer.UNCERTAINTY, Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.mask[:, :40] = True
    band = np.zeros((30, 40), dtype=np.float32)
    band[:, 15:25] = 1.0
    frame.uncertainty = shown_map(band, band_scale())
    frame.looks[Layer.UNCERTAINTY] = LayerLook(is_visible=True, opacity=0.5)
    frame.render(160, 120, Placement(2.0), 1.0)
    tinted = (np.array((214, 170, 150)) + BAND_RGB) / 2
    assert np.abs(np.array(rgb_at(frame, 60, 70)) - tinted).max() <= 1
    assert rgb_at(frame, 60, 80) == pytest.approx(LINE_RGB, abs=12)
    assert rgb_at(frame, 60, 20) == (214, 170, 150)
    assert frame.shows_band


def test_the_band_is_hidden_until_the_person_asks_for_it_and_goes_with_its_image() -> None:
    frame = ImageRenderer()
    frame.show(skin())
    frame.uncertainty = shown_map(np.ones((60, 80), dtype=np.float32), band_scale())
    frame.render(80, 60, Placement(), 1.0)
    assert (frame.pixels[:, :, 2::-1] == (214, 170, 150)).all()
    assert not frame.shows_band
    frame.show(skin())
    assert frame.uncertainty is None


def test_a_lesion_that_is_not_in_hand_is_seen_in_its_colour_and_hidden_with_the_boundary() -> None:
    other = np.zeros((60, 80), dtype=np.bool_)
    other[10:30, 10:30] = True
    blue = lesion_rgb(2)
    frame = frame_of(skin(), Layer.BOUNDARY)
    frame.mask = np.zeros((60, 80), dtype=np.bool_)
    frame.render(80, 60, Placement(), 1.0)
    bare = frame.pixels.copy()
    frame.others = (OutlinedLesion(2, other, blue),)
    frame.render(80, 60, Placement(), 1.0)
    changed = np.flatnonzero((frame.pixels != bare).any(axis=(1, 2)))
    assert 7 <= changed[0] <= 10
    assert 29 <= changed[-1] <= 32
    difference = [abs(int(a) - b) for a, b in zip(rgb_at(frame, 20, 10), blue, strict=True)]
    assert max(difference) < 60
    frame.looks = only()
    frame.render(80, 60, Placement(), 1.0)
    assert np.array_equal(frame.pixels, bare)
