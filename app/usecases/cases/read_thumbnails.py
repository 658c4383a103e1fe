"""The small pictures of the work list."""

from collections.abc import Sequence

from app.domain.errors import StorageError
from app.domain.ids import BlobName
from app.usecases.services import Services


def read_thumbnails(services: Services, names: Sequence[BlobName]) -> dict[BlobName, bytes]:
    """Return the PNG bytes of thumbnails; one that is lost or damaged is left out."""
    found: dict[BlobName, bytes] = {}
    for name in names:
        try:
            found[name] = services.store.blobs.get(name)
        except StorageError:
            continue
    return found
