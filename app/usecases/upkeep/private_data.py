"""Keeps the data folder to the one user of this machine to whom it belongs."""

from app.domain.audit import AuditKind
from app.usecases.services import Services


def count_open_files(services: Services) -> int:
    """Return how many files and folders with patients' data other users of this computer may open."""
    return services.store.open_to_others()


def make_data_private(services: Services) -> None:
    """Close the data folder to other users; raises StorageError when its disk does not allow that."""
    services.store.close_to_others()
    with services.store.writing() as work:
        work.audit.append(services.user, AuditKind.DATA_FOLDER_MADE_PRIVATE, "data folder")
        work.commit()
