"""How many boundaries the signed-in person has corrected or confirmed today."""

from app.domain.review_pace import ReviewPace, review_pace
from app.usecases.services import Services


def pace_of_today(services: Services) -> ReviewPace:
    """Return what the person who signs has reviewed since midnight of this computer's time."""
    midnight = services.clock().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    with services.store.reading() as work:
        return review_pace(work.cases.revisions_since(midnight, services.user))
