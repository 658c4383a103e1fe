"""Which kinds and ids an operation touched; screens ask it whether to refresh."""

from dataclasses import dataclass, field

from app.domain.ids import ImageId, PatientId


@dataclass(frozen=True, slots=True)
class Changes:
    """What a use case changed in the case store."""

    images: frozenset[ImageId] = field(default_factory=frozenset)
    patients: frozenset[PatientId] = field(default_factory=frozenset)
    case_list: bool = False
    """True when the work list must be read again (new, removed or re-ranked cases)."""
    models: bool = False
    settings: bool = False

    def __or__(self, other: "Changes") -> "Changes":
        """Return the union of two changes."""
        return Changes(
            self.images | other.images,
            self.patients | other.patients,
            self.case_list or other.case_list,
            self.models or other.models,
            self.settings or other.settings,
        )

    def touches(self, image_id: ImageId) -> bool:
        """Say whether anything shown for one image may have changed."""
        return image_id in self.images
