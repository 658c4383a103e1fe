"""Lets the boundary model look at an image."""

from app.domain.analysis.prediction import BoundaryPrediction
from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.ids import ImageId, PredictionId, new_id
from app.imaging import png_codec
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.services import Services


def predict_boundary(services: Services, image_id: ImageId, token: CancelToken) -> Changes:
    """Predict and keep the boundary; a mask revision stays valid, and the new boundary is noted beside it."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
    pixels = services.arrays.pixels(image)
    stop_if_cancelled(token)
    result = services.predictor.boundary(pixels, token)
    prediction = BoundaryPrediction(
        id=PredictionId(new_id()),
        image_id=image_id,
        model=result.model,
        mask=services.store.blobs.put(png_codec.mask_png(result.mask)),
        probability=services.store.blobs.put(png_codec.probability_png(result.probability)),
        run=result.run,
        frame=result.frame,
        predicted_at=services.clock(),
    )
    with services.store.writing() as work:
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
