"""Decisions that were begun and not recorded, kept while other cases are looked at."""

from dataclasses import dataclass

from app.domain.ids import ImageId
from app.domain.revision import Decision


@dataclass(frozen=True)
class DecisionDraft:
    """A decision as entered."""

    diagnosis: str | None = None
    diagnosis_confirm_type: str | None = None
    management: str | None = None
    comment: str = ""


def draft_of(decision: Decision | None) -> DecisionDraft:
    """Return a recorded decision as the form shows it."""
    if decision is None:
        return DecisionDraft()
    return DecisionDraft(
        decision.diagnosis, decision.diagnosis_confirm_type, decision.management, decision.comment
    )


class DecisionDrafts:
    """One draft per image, as long as it differs from what is recorded."""

    def __init__(self) -> None:
        self._draft_by_image: dict[ImageId, DecisionDraft] = {}

    def keep(self, image_id: ImageId, draft: DecisionDraft, recorded: Decision | None) -> None:
        """Keep a draft, or forget it when it says what is recorded."""
        if draft == draft_of(recorded):
            self._draft_by_image.pop(image_id, None)
        else:
            self._draft_by_image[image_id] = draft

    def of(self, image_id: ImageId, recorded: Decision | None) -> DecisionDraft:
        """Return what the form should show for an image."""
        return self._draft_by_image.get(image_id, draft_of(recorded))

    def forget(self, image_id: ImageId) -> None:
        """Drop an image's draft, because it was recorded."""
        self._draft_by_image.pop(image_id, None)
