"""Which cases have a correction that a former run could not store."""

from app.domain.errors import NotFoundError
from app.domain.ids import ImageId
from app.domain.stroke_journal import drawn_lesion
from app.usecases.services import Services


def unfinished_work(services: Services) -> tuple[ImageId, ...]:
    """Return the images with journalled work that are in the work list, oldest work first."""
    if services.journal is None:
        return ()
    with services.store.reading() as work:
        found = []
        for image_id, lesion in map(drawn_lesion, services.journal.unfinished()):
            try:
                is_hidden = work.cases.is_hidden(image_id)
            except NotFoundError:
                continue
            # A drawing of a lesion that was taken off the list stays where it is, and is asked for by nobody.
            if not is_hidden and lesion in work.cases.case(image_id).lesions.numbers:
                found.append(image_id)
    return tuple(dict.fromkeys(found))


def unfinished_lesions(services: Services, image_id: ImageId) -> tuple[int, ...]:
    """Return the numbers of the lesions of an image with journalled work."""
    if services.journal is None:
        return ()
    drawn = (drawn_lesion(one) for one in services.journal.unfinished())
    return tuple(lesion for found, lesion in drawn if found == image_id)
