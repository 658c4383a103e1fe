"""Finds what the models have not computed yet, and computes it: the one way to boundaries and scores."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.analysis.need import FIRST_LOOK, ActiveWeights, Need
from app.domain.changes import Changes
from app.domain.errors import DamagedFileError, InferenceError, ScoreWithheldError
from app.domain.ids import ImageId
from app.storage.unit_of_work import UnitOfWork
from app.translation import N_, _
from app.usecases.analysis.assess_boundary import assess_boundary
from app.usecases.analysis.predict_boundary import predict_boundary
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.cases.import_images import Refusal
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import left_out
from models.contract.errors import ModelRefusedError

MEASURING = N_("Once only: measuring which engine is faster")
"""Said before the first prediction of a model, which takes many times as long as the next."""

_AT_A_TIME = 500
"""Cases that are read together: few enough for one answer of the database, many enough to be quick."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for beyond what is outstanding."""

    is_anew: bool = False
    """Boundary and score are predicted again, although there are some."""
    scores_unsuitable: bool = False
    """An image that gets no score by itself is scored."""


UNASKED = Request()
AGAIN = Request(is_anew=True)
SCORE_ANYWAY = Request(scores_unsuitable=True)


def active_weights(services: Services) -> ActiveWeights:
    """Return which weights are in use, by the notes of the shelf, without reading any weights."""
    try:
        return ActiveWeights(
            services.shelf.active_weights_sha256("segmentation"),
            services.shelf.active_weights_sha256("classification"),
        )
    except ModelRefusedError:
        return ActiveWeights()


def outstanding(
    services: Services, image_ids: Iterable[ImageId] | None = None
) -> dict[ImageId, frozenset[Need]]:
    """Return what is to be computed without anybody asking; removed cases wait until they are restored.

    Args:
        services: the case store and the models in use.
        image_ids: the images to look at; None means the whole work list, the most urgent first.
    """
    active = active_weights(services)
    found: dict[ImageId, frozenset[Need]] = {}
    with services.store.reading() as work:
        for some in _listed(work) if image_ids is None else _visible(work, list(image_ids)):
            for case in work.cases.cases(some):
                if needs := case.needs(active):
                    found[case.image.id] = needs
    return found


def analyse(
    services: Services,
    image_id: ImageId,
    token: CancelToken,
    *,
    among: frozenset[Need] = frozenset(Need),
    request: Request = UNASKED,
) -> Changes:
    """Compute whatever is outstanding for one image, and what is asked for.

    What was computed is kept even when the next step fails or is cancelled.

    Args:
        services: the case store and the models in use.
        image_id: the image to look at.
        token: cancels between two steps.
        among: the needs to look after; the others stay outstanding.
        request: what a person wants beyond what is outstanding.

    Raises:
        InferenceError: a model is missing or failed.
        DamagedFileError: a stored file of the image cannot be read.
        ScoreWithheldError: the score of a damaged photograph was asked for.
    """
    changes = Changes()

    def lacks(need: Need) -> bool:
        # Looked up before each step, because the one before changes the answer.
        return need in among and need in _needs(services, image_id)

    if request.is_anew or lacks(Need.BOUNDARY):
        changes |= predict_boundary(services, image_id, token)
    is_asked_for = request.is_anew or request.scores_unsuitable
    if is_asked_for or lacks(Need.SCORE):
        changes |= rescore_image(services, image_id, token, is_asked_for=request.scores_unsuitable)
    if lacks(Need.UNCERTAINTY):
        changes |= assess_boundary(services, image_id, token)
    return changes


def analyse_images(
    services: Services, image_ids: Sequence[ImageId], token: CancelToken, request: Request = UNASKED
) -> Generator[Progress, None, tuple[Refusal, ...]]:
    """Give one image after the other its boundary and score; return those that failed, the others go on."""
    failed: list[Refusal] = []
    for number, image_id in enumerate(image_ids):
        label = _(MEASURING) if services.predictor.has_to_measure() else _("Boundary and score")
        yield Progress(number, len(image_ids), label)
        stop_if_cancelled(token)
        try:
            analyse(services, image_id, token, among=FIRST_LOOK, request=request)
        except (InferenceError, DamagedFileError, ScoreWithheldError) as error:
            failed.append(left_out(services, image_id, error))
    return tuple(failed)


def _needs(services: Services, image_id: ImageId) -> frozenset[Need]:
    with services.store.reading() as work:
        return work.cases.case(image_id).needs(active_weights(services))


def _visible(work: UnitOfWork, image_ids: Sequence[ImageId]) -> Iterator[list[ImageId]]:
    for offset in range(0, len(image_ids), _AT_A_TIME):
        yield [one for one in image_ids[offset : offset + _AT_A_TIME] if not work.cases.is_hidden(one)]


def _listed(work: UnitOfWork) -> Iterator[list[ImageId]]:
    for offset in range(0, work.cases.case_count(), _AT_A_TIME):
        yield [line.image_id for line in work.cases.case_lines(offset=offset, limit=_AT_A_TIME)]
