"""Which cases have a correction that a former run could not store."""

from app.domain.errors import NotFoundError
from app.domain.ids import ImageId
from app.usecases.services import Services


def unfinished_work(services: Services) -> tuple[ImageId, ...]:
    """Return the images with journalled work that are in the work list, oldest work first."""
    if services.journal is None:
        return ()
    with services.store.reading() as work:
        found = []
        for image_id in services.journal.unfinished():
            try:
                is_hidden = work.cases.is_hidden(image_id)
            except NotFoundError:
                continue
            if not is_hidden:
                found.append(image_id)
    return tuple(found)
