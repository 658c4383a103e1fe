"""The permitted words of the forms, as the ISIC metadata dictionary knows them.

The words themselves lie in resources/terms; bootstrap reads them and hands them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis a clinician can choose."""

    name: str
    level_1: str
    """'Benign', 'Indeterminate' or 'Malignant'."""
    group: str
    is_melanocytic: bool = False
    is_melanoma: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every list of permitted values, in the order in which forms offer them."""

    sexes: tuple[str, ...]
    skin_types: tuple[str, ...]
    sites: tuple[str, ...]
    special_sites: tuple[str, ...]
    dermoscopic_types: tuple[str, ...]
    confirm_types: tuple[str, ...]
    managements: tuple[str, ...]
    diagnoses: tuple[Diagnosis, ...]

    @classmethod
    def from_tables(cls, fields: Mapping[str, Any], diagnoses: Sequence[Mapping[str, Any]]) -> Self:
        """Return the vocabulary of two parsed term files (case_fields.toml, diagnoses.toml)."""
        return cls(
            sexes=tuple(fields["sex"]),
            skin_types=tuple(fields["fitzpatrick_skin_type"]),
            sites=tuple(fields["site"]),
            special_sites=tuple(fields["site_special"]),
            dermoscopic_types=tuple(fields["dermoscopic_type"]),
            confirm_types=tuple(fields["diagnosis_confirm_type"]),
            managements=tuple(fields["management"]),
            diagnoses=tuple(
                Diagnosis(
                    name=entry["name"],
                    level_1=entry["level_1"],
                    group=entry["group"],
                    is_melanocytic=entry.get("melanocytic", False),
                    is_melanoma=entry.get("melanoma", False),
                )
                for entry in diagnoses
            ),
        )

    def diagnosis(self, name: str) -> Diagnosis | None:
        """Return a diagnosis by its name, upper and lower case alike."""
        wanted = name.strip().casefold()
        return next((known for known in self.diagnoses if known.name.casefold() == wanted), None)

    def benign_malignant(self, name: str | None) -> str | None:
        """Return the first level of a diagnosis in lower case, or None when it is open or unknown."""
        known = self.diagnosis(name) if name else None
        return known.level_1.lower() if known is not None else None
