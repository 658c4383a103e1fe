"""Lets the models look at an image: first the boundary, then the score."""

from collections.abc import Generator, Sequence

from app.domain.changes import Changes
from app.domain.errors import DamagedFileError, InferenceError, ScoreWithheldError
from app.domain.ids import ImageId, PredictionId, new_id
from app.domain.prediction import BoundaryPrediction
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cancellation import stop_if_cancelled
from app.usecases.cases.import_images import Refusal
from app.usecases.image_arrays import pixels_of
from app.usecases.ports import CancelToken, Progress, Services
from app.usecases.skipped_cases import left_out

MEASURING = "Once only: measuring which engine is faster"
"""Said before the first prediction of a model, which takes many times as long as the next."""


def predict_image(
    services: Services, image_id: ImageId, token: CancelToken, *, scores_unsuitable: bool = False
) -> Changes:
    """Predict and keep the boundary, then the score of the valid mask.

    The boundary is kept even when the score fails or is cancelled. A mask revision stays valid: the new
    boundary is only noted beside it. ``scores_unsuitable`` asks for a score of images that get none by
    themselves.
    """
    changes = predict_boundary(services, image_id, token)
    return changes | rescore_image(services, image_id, token, is_asked_for=scores_unsuitable)


def predict_images(
    services: Services, image_ids: Sequence[ImageId], token: CancelToken, *, scores_unsuitable: bool = False
) -> Generator[Progress, None, tuple[Refusal, ...]]:
    """Predict one image after the other and return those for which it failed; the others go on."""
    failed: list[Refusal] = []
    for number, image_id in enumerate(image_ids):
        label = MEASURING if services.predictor.has_to_measure() else "Boundary and score"
        yield Progress(number, len(image_ids), label)
        stop_if_cancelled(token)
        try:
            predict_image(services, image_id, token, scores_unsuitable=scores_unsuitable)
        except (InferenceError, DamagedFileError, ScoreWithheldError) as error:
            failed.append(left_out(services, image_id, error))
    return tuple(failed)


def predict_boundary(services: Services, image_id: ImageId, token: CancelToken) -> Changes:
    """Predict and keep the boundary."""
    with services.reading() as work:
        image = work.cases.case(image_id).image
    pixels = pixels_of(services, image)
    stop_if_cancelled(token)
    result = services.predictor.boundary(pixels, token)
    prediction = BoundaryPrediction(
        id=PredictionId(new_id()),
        image_id=image_id,
        model=result.model,
        mask=services.blobs.put(services.images.mask_png(result.mask)),
        probability=services.blobs.put(services.images.probability_png(result.probability)),
        run=result.run,
        frame=result.frame,
        predicted_at=services.clock(),
    )
    with services.unit_of_work() as work:
        work.cases.add_boundary(prediction)
        work.audit.append(
            services.user,
            "boundary predicted",
            image_id,
            prediction.id,
            weights_sha256=prediction.model.weights_sha256,
        )
        images = frozenset(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=images, case_list=True)
