"""Clears up after processes that were killed."""

from app.usecases.services import Services


def sweep_leftovers(services: Services) -> int:
    """Remove unfinished files and put aside those that belong to no case; return how many there were.

    Nothing is touched while another Naevus has the data folder open: they may be its own.
    """
    return services.store.sweep()
