"""What is decoded and measured over a case's whole walk, and that what is held stays right and small."""

import gc
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.analysis.need import FIRST_LOOK, Need
from app.domain.case import Case
from app.domain.errors import DamagedFileError
from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.exporters import EXPORTERS
from app.imaging import png_codec
from app.usecases import image_arrays
from app.usecases.analysis import measurements
from app.usecases.analysis.analyse import analyse
from app.usecases.analysis.explain_score import explain_score
from app.usecases.analysis.score_attribution import score_attribution
from app.usecases.analysis.score_image import preview_score
from app.usecases.cases.import_images import import_images
from app.usecases.cases.open_case import open_case
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.cases.show_image import show_image
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.write_report import write_report
from app.usecases.image_arrays import ImageArrays
from app.usecases.services import Services
from tests.builders import a_case, a_mask, an_image_file, result_of, started_anew
from tests.fakes import FakeToken

TOKEN = FakeToken()
PIXELS_BYTES = 96 * 128 * 3


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what is decoded and measured; everything is done as ever."""
    counted: Counter[str] = Counter()

    def count(module: object, name: str) -> None:
        function = getattr(module, name)

        def counting(*given: object, **named: object) -> object:
            counted[name] += 1
            return function(*given, **named)

        monkeypatch.setattr(module, name, counting)

    for name in ("pixels_from_png", "mask_from_png", "levels_from_png"):
        count(png_codec, name)
    count(measurements, "measure_lesion")
    count(image_arrays, "image_quality")
    return counted


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def test_a_case_is_decoded_once_and_measured_once_for_each_mask_from_import_to_report(
    services: Services, tmp_path: Path, calls: Counter[str]
) -> None:
    services, drawn = replace(services, exporters=EXPORTERS), a_mask(radius_px=14)
    job = import_images(services, [an_image_file(tmp_path)], token=TOKEN)
    (image_id,) = result_of(job).imported
    show_image(services, image_id)
    analyse(services, image_id, TOKEN, among=FIRST_LOOK)
    open_case(services, image_id)
    analyse(services, image_id, TOKEN, among=frozenset({Need.UNCERTAINTY}))
    open_case(services, image_id)
    preview_score(services, image_id, drawn, TOKEN)
    correct_mask(services, image_id, drawn)
    analyse(services, image_id, TOKEN, among=FIRST_LOOK)
    open_case(services, image_id)
    explain_score(services, image_id, "gate", TOKEN, mask=drawn)
    score_attribution(services, image_id, TOKEN)
    result_of(write_report(services, [image_id], tmp_path / "out", manner=ExportManner(False), token=TOKEN))
    # Two masks and two maps: the boundary and its correction, its probability and how sure it is.
    assert dict(calls) == {
        "pixels_from_png": 1,
        "mask_from_png": 2,
        "levels_from_png": 2,
        "measure_lesion": 2,
        "image_quality": 2,
    }


def test_a_new_scale_or_mask_is_measured_anew(
    services: Services, tmp_path: Path, calls: Counter[str]
) -> None:
    image_id = a_case(services, tmp_path)
    before = open_case(services, image_id).measurements
    set_calibration(services, image_id, Calibration(0.02, "entered by hand"))
    scaled = open_case(services, image_id).measurements
    correct_mask(services, image_id, a_mask(radius_px=30))
    corrected = open_case(services, image_id)
    assert {one.unit for one in before if one.name == "Area"} == {"px²"}
    assert {one.unit for one in scaled if one.name == "Area"} == {"mm²"}
    assert corrected.predicted_measurements == scaled != corrected.measurements
    assert calls["measure_lesion"] == 3


def test_a_mask_that_is_drawn_further_is_measured_anew(services: Services, tmp_path: Path) -> None:
    image = _case(services, a_case(services, tmp_path)).image
    mask = a_mask(radius_px=10)
    before = services.arrays.measured(image, mask)
    mask |= a_mask(radius_px=30)
    after = services.arrays.measured(image, mask)
    assert before is not None
    assert after is not None
    assert after.area_px == mask.sum() > before.area_px


def test_masks_with_the_same_bits_in_another_shape_are_not_taken_for_each_other(
    services: Services, tmp_path: Path
) -> None:
    image = _case(services, a_case(services, tmp_path)).image
    mask = a_mask(radius_px=10)
    services.arrays.measured(image, mask)
    with pytest.raises(ValueError, match="belong together"):
        services.arrays.measured(image, mask.reshape(128, 96))


def test_nothing_that_is_held_can_be_written_to(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    analyse(services, image_id, TOKEN)
    opened, shown = open_case(services, image_id), show_image(services, image_id)
    for array in (opened.pixels, opened.mask, opened.predicted_mask, opened.probability, shown.mask):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_maps_are_what_was_stored(services: Services, tmp_path: Path) -> None:
    boundary = _case(services, a_case(services, tmp_path)).boundary
    assert boundary is not None
    stored = png_codec.levels_from_png(services.store.blobs.get(boundary.probability))
    for _ in range(2):
        probability = services.arrays.probability(boundary.probability)
        assert probability.dtype == np.float32
        np.testing.assert_array_equal(probability, stored.astype(np.float32) / np.float32(255))


def test_no_more_is_held_than_the_budget_allows(
    services: Services, tmp_path: Path, calls: Counter[str]
) -> None:
    images = [_case(services, a_case(services, tmp_path, seed=seed)).image for seed in range(1, 6)]
    arrays = ImageArrays(services.store.blobs, budget_bytes=3 * PIXELS_BYTES)
    calls.clear()
    for image in images:
        arrays.pixels(image)
        assert arrays.held_bytes <= 3 * PIXELS_BYTES
    assert arrays.held_bytes == 3 * PIXELS_BYTES
    arrays.pixels(images[-1])
    assert calls["pixels_from_png"] == len(images)
    arrays.pixels(images[0])
    assert calls["pixels_from_png"] == len(images) + 1


def test_a_lost_file_is_missed_at_the_latest_after_the_next_start(services: Services, tmp_path: Path) -> None:
    image = _case(services, a_case(services, tmp_path)).image
    services.store.blobs.path(image.upright).unlink()
    assert services.arrays.pixels(image).shape == (96, 128, 3)
    with pytest.raises(DamagedFileError, match="is missing"):
        started_anew(services).arrays.pixels(image)


@pytest.mark.slow
def test_memory_stays_flat_over_many_cases(services: Services, tmp_path: Path) -> None:
    services = replace(services, arrays=ImageArrays(services.store.blobs, budget_bytes=20 * PIXELS_BYTES))
    files = [an_image_file(tmp_path / "in", f"{seed}.png", seed=seed) for seed in range(90)]
    imported = result_of(import_images(services, files, token=TOKEN)).imported
    traced_bytes = []
    tracemalloc.start()
    try:
        for number, image_id in enumerate(imported, start=1):
            analyse(services, image_id, TOKEN)
            open_case(services, image_id)
            assert services.arrays.held_bytes <= 20 * PIXELS_BYTES
            if number % 30 == 0:
                gc.collect()
                traced_bytes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # The arrays of 60 cases are 4.8 MB.
    assert traced_bytes[2] - traced_bytes[0] < 1.5e6, traced_bytes
