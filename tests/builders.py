"""Things tests need: lesion images, image files, a workplace with a real store, cases at each stage."""

import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

import resources
from app.domain.ids import ImageId
from app.domain.vocabulary import Vocabulary
from app.imaging.readers import FileImageReader
from app.storage.store import SqliteCaseStore
from app.usecases.correct_mask import correct_mask
from app.usecases.import_images import import_images
from app.usecases.ports import Progress, Services
from app.usecases.predict_image import predict_image
from models.contract.arrays import BoolMask, RgbImage
from models.contract.registry import ModelShelf
from tests.fakes import FakeClock, FakeExporter, FakePredictor, FakeToken

Result = TypeVar("Result")


def result_of(job: Generator[Progress, None, Result]) -> Result:
    """Run a job with progress to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def a_mask(
    height_px: int = 96, width_px: int = 128, *, radius_px: int = 20, at_xy: tuple[int, int] | None = None
) -> BoolMask:
    """Return a disc."""
    x, y = at_xy or (width_px // 2, height_px // 2)
    rows, columns = np.mgrid[:height_px, :width_px]
    return np.asarray((rows - y) ** 2 + (columns - x) ** 2 <= radius_px**2)


def a_lesion_image(seed: int = 1, height_px: int = 96, width_px: int = 128) -> RgbImage:
    """Return light skin with a dark disc and some grain; another seed, another image."""
    grain = np.random.default_rng(seed).integers(-25, 26, (height_px, width_px, 1))
    image = np.full((height_px, width_px, 3), (225, 180, 160), np.int64)
    image[a_mask(height_px, width_px)] = (90, 55, 45)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def an_image_file(folder: Path, name: str = "lesion.png", *, seed: int = 1) -> Path:
    """Write an image file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    done, content = cv2.imencode(path.suffix, cv2.cvtColor(a_lesion_image(seed), cv2.COLOR_RGB2BGR))
    assert done
    path.write_bytes(content.tobytes())
    return path


def the_vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the program."""
    fields, diagnoses = (
        tomllib.loads(resources.path("terms", name).read_text(encoding="utf-8"))
        for name in ("case_fields.toml", "diagnoses.toml")
    )
    return Vocabulary.from_tables(fields, diagnoses["diagnosis"])


def services_at(folder: Path, *, user: str = "Dr Test") -> Services:
    """Return services on a real store in ``folder`` with an instant predictor."""
    clock = FakeClock()
    store = SqliteCaseStore.open(folder, clock)
    return Services(
        unit_of_work=store.unit_of_work,
        reading=store.reading,
        store=store,
        blobs=store.blobs,
        images=FileImageReader(),
        predictor=FakePredictor(),
        exporters=(FakeExporter("report_pdf"), FakeExporter("csv_table"), FakeExporter("mask_png")),
        clock=clock,
        user=user,
        vocabulary=the_vocabulary(),
        shelf=ModelShelf((folder / "models",), folder / "active.json"),
    )


def a_case(
    services: Services,
    folder: Path,
    *,
    seed: int = 1,
    predicted: bool = True,
    corrected: bool = False,
) -> ImageId:
    """Import an image and bring it to a stage; return its id."""
    path = an_image_file(folder, f"lesion {seed}.png", seed=seed)
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    if predicted or corrected:
        predict_image(services, image_id, FakeToken())
    if corrected:
        correct_mask(services, image_id, a_mask(radius_px=12))
    return image_id
