"""Readings that were begun and not recorded, kept per image and form while other cases are looked at."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.ids import ImageId
from app.domain.readings.form import ReadingForm
from app.domain.readings.reading import Reading
from app.usecases.readings.propose_reading import Proposals
from app.usecases.readings.record_reading import ReadingEntry

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class ReadingDraft:
    """What is confirmed of a form, recorded or not."""

    form: ReadingForm
    values: dict[str, int] = field(default_factory=dict)
    confirmed_now: set[str] = field(default_factory=set)
    """Criteria that were answered or confirmed since the last record."""

    def confirm(self, criterion: str, value: int) -> None:
        """Take an answer as the person's own."""
        self.values[criterion] = value
        self.confirmed_now.add(criterion)

    def clear(self, criterion: str) -> None:
        """Leave a criterion without an answer again."""
        self.values.pop(criterion, None)
        self.confirmed_now.discard(criterion)

    def is_new(self, recorded: Reading | None) -> bool:
        """Say whether it holds something that is not recorded."""
        known: Mapping[str, int] = {} if recorded is None else recorded.values
        return bool(self.confirmed_now) or self.values != known

    def entry(self, proposals: Proposals | None) -> ReadingEntry:
        """Return what is to be recorded."""
        return ReadingEntry(
            form=self.form.name,
            values=dict(self.values),
            confirmed_now=frozenset(self.confirmed_now),
            proposed={} if proposals is None else proposals.values(self.form.name),
            evidence=None if proposals is None else proposals.source,
        )


def draft_of(form: ReadingForm, recorded: Reading | None) -> ReadingDraft:
    """Return a recorded reading as a draft to go on from."""
    known = {} if recorded is None else recorded.values
    return ReadingDraft(form, {name: value for name, value in known.items() if form.criterion(name)})


class ReadingDrafts:
    """One draft per image and form, as long as it holds something that is not recorded."""

    def __init__(self) -> None:
        self._draft_by_key: dict[tuple[ImageId, str], ReadingDraft] = {}

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is kept that is not recorded."""
        return not self._draft_by_key

    def keep(self, image_id: ImageId, draft: ReadingDraft, recorded: Reading | None) -> None:
        """Keep a draft, or forget it when it says what is recorded."""
        if draft.is_new(recorded):
            self._draft_by_key[image_id, draft.form.name] = draft
        else:
            self.forget(image_id, draft.form.name)

    def of(self, image_id: ImageId, form: ReadingForm, recorded: Reading | None) -> ReadingDraft:
        """Return what is to be shown for an image and a form."""
        return self._draft_by_key.get((image_id, form.name)) or draft_of(form, recorded)

    def forget(self, image_id: ImageId, form_name: str) -> None:
        """Drop a draft, because it was recorded."""
        self._draft_by_key.pop((image_id, form_name), None)
