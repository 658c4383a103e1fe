"""What was entered into the forms of a case and is not stored, kept while other cases are looked at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from app.domain.ids import ImageId
from app.translation import _
from app.ui.widgets.field import Remedy
from app.ui.widgets.form_entry import FormEntry, Leftover


class FormCard(Enum):
    """Which record the fields of a card belong to."""

    PATIENT = "patient"
    LESION = "lesion"
    VISIT = "visit"


_Key = tuple[FormCard, str]


@dataclass(frozen=True)
class _Waiting:
    """A value that was handed over and not answered when its case was left."""

    raw: object
    label: str


@dataclass
class _Form:
    """What one case has outside the store."""

    code: str
    leftovers: dict[_Key, Leftover] = field(default_factory=dict)
    waiting: dict[_Key, _Waiting] = field(default_factory=dict)


class FormLeftovers:
    """One form per image that has something to keep."""

    def __init__(self) -> None:
        self._form_by_image: dict[ImageId, _Form] = {}

    def keep(self, image_id: ImageId, code: str, entries: Iterable[tuple[FormCard, str, FormEntry]]) -> str:
        """Keep what the entries of a case hold outside the store; return the sentence about it, or ""."""
        form, labels = _Form(code), []
        for which, name, entry in entries:
            if (leftover := entry.leftover) is not None:
                form.leftovers[which, name] = leftover
                labels.append(entry.label)
            elif entry.handed_over is not None:
                form.waiting[which, name] = _Waiting(entry.handed_over, entry.label)
        if form.leftovers or form.waiting:
            self._form_by_image[image_id] = form
        return _sentence(code, labels) if labels else ""

    def refuse(
        self, image_id: ImageId, which: FormCard, named: str | None, reason: str, remedy: Remedy | None
    ) -> str:
        """Keep a value that was refused after its case was left; return the sentence about it, or ""."""
        form = self._form_by_image.get(image_id)
        if form is None:
            return ""
        refused = [key for key in form.waiting if key[0] is which and named in (None, key[1])]
        labels = []
        for key in refused:
            waiting = form.waiting.pop(key)
            form.leftovers[key] = Leftover(waiting.raw, reason, remedy)
            labels.append(waiting.label)
        return _sentence(form.code, labels) if labels else ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is kept that was refused or not permitted."""
        return not any(form.leftovers for form in self._form_by_image.values())

    def take(self, image_id: ImageId) -> list[tuple[FormCard, str, Leftover]]:
        """Return what is to be shown again in the fields of a case, and forget it."""
        form = self._form_by_image.pop(image_id, None)
        if form is None:
            return []
        return [(which, name, leftover) for (which, name), leftover in form.leftovers.items()]


def _sentence(code: str, labels: list[str]) -> str:
    return _("Not stored of the case of {code}, and kept in its form: {labels}.").format(
        code=code, labels=", ".join(labels)
    )
