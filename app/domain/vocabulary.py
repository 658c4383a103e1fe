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

    permitted: Mapping[str, tuple[str, ...]]
    """The lists of case_fields.toml by their names."""
    diagnoses: tuple[Diagnosis, ...]

    @classmethod
    def from_tables(cls, fields: Mapping[str, Any], diagnoses: Sequence[Mapping[str, Any]]) -> Self:
        """Return the vocabulary of two parsed term files (case_fields.toml, diagnoses.toml)."""
        return cls(
            permitted={name: tuple(words) for name, words in fields.items()},
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

    def known(self, terms: str, word: str | None) -> str | None:
        """Return a word that a list permits, None for any other."""
        return word if word in self.permitted[terms] else None

    @property
    def sexes(self) -> tuple[str, ...]:
        """Return the permitted words for a patient's sex."""
        return self.permitted["sex"]

    @property
    def image_types(self) -> tuple[str, ...]:
        """Return the permitted words for what is photographed."""
        return self.permitted["image_type"]

    @property
    def dermoscopic_types(self) -> tuple[str, ...]:
        """Return the permitted words for how an image was taken."""
        return self.permitted["dermoscopic_type"]

    @property
    def confirm_types(self) -> tuple[str, ...]:
        """Return the permitted words for how a diagnosis was confirmed."""
        return self.permitted["diagnosis_confirm_type"]

    @property
    def managements(self) -> tuple[str, ...]:
        """Return the permitted words for what is to be done."""
        return self.permitted["management"]

    def diagnosis(self, name: str) -> Diagnosis | None:
        """Return a diagnosis by its name, upper and lower case alike."""
        wanted = name.strip().casefold()
        return next((known for known in self.diagnoses if known.name.casefold() == wanted), None)

    def benign_malignant(self, name: str | None) -> str | None:
        """Return the first level of a diagnosis in lower case, or None when it is open or unknown."""
        known = self.diagnosis(name) if name else None
        return known.level_1.lower() if known is not None else None
