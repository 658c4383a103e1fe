"""Lets the boundary model look at an image."""

from app.domain.analysis.prediction import BoundaryPrediction
from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.ids import ImageId, PredictionId, new_id
from app.usecases.cancellation import stop_if_cancelled
from app.usecases.image_arrays import pixels_of
from app.usecases.ports import CancelToken, Services


def predict_boundary(services: Services, image_id: ImageId, token: CancelToken) -> Changes:
    """Predict and keep the boundary; a mask revision stays valid, and the new boundary is noted beside it."""
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
            AuditKind.BOUNDARY_PREDICTED,
            image_id,
            prediction.id,
            weights_sha256=prediction.model.weights_sha256,
        )
        images = frozenset(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=images, case_list=True)
