"""Images, and what the application makes of them with the golden models; run as a program to store it anew.

``python -m tests.integration.golden_predictions`` writes ``tests/golden/predictions/*.json``. Run it by hand,
only where predictions are meant to change, look at the difference, and say in CHANGELOG that numbers changed.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from app.domain.ids import ImageId
from app.inference.choice import EngineChoice
from app.inference.engine import Engine
from app.inference.onnx_engine import OnnxEngine
from app.inference.predictor import ModelPredictor
from app.usecases.cases.import_images import import_images
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.shelf.model_shelf import ModelShelf
from tests.builders import a_lesion_image, predict_again, result_of, services_at
from tests.fakes import FakeToken
from tests.integration.golden_models import write_golden_models

STORED = Path(__file__).parents[1] / "golden" / "predictions"


@dataclass(frozen=True)
class GoldenImage:
    """An image and what is known of its lesion."""

    name: str
    pixels: RgbImage
    is_malignant: bool
    age_years: int | None = None
    sex: str | None = None
    site: str | None = None

    def write(self, folder: Path) -> Path:
        """Write the image as a file of the folder."""
        file = folder / f"{self.name}.png"
        if not cv2.imwrite(str(file), self.pixels[..., ::-1]):
            raise OSError(f"{file.name} cannot be written.")
        return file


IMAGES = (
    GoldenImage("landscape-83x117", a_lesion_image(1, 83, 117), True, 57, "female", "posterior torso"),
    GoldenImage("portrait-121x67", a_lesion_image(2, 121, 67), False, 34, "male"),
    GoldenImage("dark-97x97", a_lesion_image(3, 97, 97) // 5, False, None, None, "head/neck"),
    GoldenImage("blurred-75x139", cv2.GaussianBlur(a_lesion_image(4, 75, 139), (0, 0), 9), True),
)
"""Odd sizes: wide, high (which is turned for the network), square; the last two earn a warning."""


@dataclass(frozen=True)
class GoldenPrediction:
    """What is shown of an image, and by which models."""

    segmenter_sha256: str
    classifier_sha256: str
    mask_shape: tuple[int, int]
    mask_runs: tuple[int, ...]
    """Lengths of skin and lesion in turn, row by row, skin first."""
    probability: float
    probability_low: float
    probability_high: float
    band: str
    reason: str
    warnings: tuple[str, ...]
    missing_inputs: tuple[str, ...]

    @property
    def mask(self) -> BoolMask:
        """Return the mask, (H, W) bool."""
        values = np.arange(len(self.mask_runs)) % 2 == 1
        return np.repeat(values, self.mask_runs).reshape(self.mask_shape)

    @staticmethod
    def stored(name: str) -> "GoldenPrediction":
        """Read what was stored of an image."""
        fields = json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))
        return GoldenPrediction(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        )


@contextmanager
def application(folder: Path, shelf: ModelShelf, engine: Engine) -> Iterator[Services]:
    """Open the application's services with one engine alone."""
    predictor = ModelPredictor(shelf, EngineChoice((engine,), folder / "choice.json"))
    services = replace(services_at(folder / "data"), predictor=predictor, shelf=shelf)
    try:
        yield services
    finally:
        predictor.close()
        services.store.close()


def predicted(services: Services, folder: Path, image: GoldenImage) -> GoldenPrediction:
    """Import an image, enter what is known, predict it, and read back what was stored."""
    (image_id,) = result_of(import_images(services, [image.write(folder)], token=FakeToken())).imported
    _enter(services, image_id, image)
    predict_again(services, image_id)
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    if case.boundary is None or case.score is None or case.priority is None:
        raise ValueError(f"{image.name} has no boundary, score or band")
    mask = services.arrays.mask(case.boundary.mask)
    return GoldenPrediction(
        segmenter_sha256=case.boundary.model.weights_sha256,
        classifier_sha256=case.score.model.weights_sha256,
        mask_shape=mask.shape,
        mask_runs=_runs(mask),
        probability=case.score.probability,
        probability_low=case.score.probability_low,
        probability_high=case.score.probability_high,
        band=case.priority.band.key,
        reason=case.priority.reasons[0],
        warnings=case.priority.warnings,
        missing_inputs=case.score.missing_inputs,
    )


def _enter(services: Services, image_id: ImageId, image: GoldenImage) -> None:
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    edit_patient(services, case.patient, replace(case.patient, sex=image.sex))
    edit_visit(services, case.visit, replace(case.visit, age_years=image.age_years))
    edit_lesion(services, case.lesion, replace(case.lesion, site=image.site))


def _runs(mask: BoolMask) -> tuple[int, ...]:
    flat = mask.ravel()
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], changes, [flat.size]])).tolist()
    return tuple([0, *runs] if flat[0] else runs)


def main() -> None:
    """Store what ONNX Runtime makes of every image now."""
    STORED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with application(folder, write_golden_models(folder), OnnxEngine()) as services:
            for image in IMAGES:
                text = json.dumps(asdict(predicted(services, folder, image)), indent=1)
                (STORED / f"{image.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
