"""The permitted words of the forms, as the ISIC metadata dictionary knows them.

The words themselves lie in resources/terms; bootstrap reads them and hands them in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.domain.anatomic_sites import AnatomicSite

MOST_FAVOURITES = 9


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis a clinician can choose."""

    name: str
    level_1: str
    """'Benign', 'Indeterminate' or 'Malignant'."""
    group: str
    is_melanocytic: bool = False
    is_melanoma: bool = False
    also: tuple[str, ...] = ()
    """What people call it or type for it; nothing is stored under these."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every list of permitted values, in the order in which forms offer them."""

    permitted: Mapping[str, tuple[str, ...]]
    """The lists of case_fields.toml by their names."""
    diagnoses: tuple[Diagnosis, ...]
    anatomic_sites: tuple[AnatomicSite, ...] = ()
    """The hierarchical sites, regions before what lies in them."""
    favourites: tuple[str, ...] = ()
    """Diagnoses of the keys 1 to 9."""
    management_by_key: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_tables(
        cls,
        fields: Mapping[str, Any],
        diagnoses: Sequence[Mapping[str, Any]],
        decision_keys: Mapping[str, Any] | None = None,
        anatomic_sites: Iterable[Mapping[str, str]] = (),
    ) -> Self:
        """Return the vocabulary of parsed term files (see resources/terms)."""
        keys = decision_keys or {}
        sites = tuple(AnatomicSite.from_row(row) for row in anatomic_sites)
        permitted = {name: tuple(words) for name, words in fields.items()}
        return cls(
            permitted={**permitted, "anatomic_site": tuple(site.path for site in sites)},
            anatomic_sites=sites,
            diagnoses=tuple(
                Diagnosis(
                    name=entry["name"],
                    level_1=entry["level_1"],
                    group=entry["group"],
                    is_melanocytic=entry.get("melanocytic", False),
                    is_melanoma=entry.get("melanoma", False),
                    also=tuple(entry.get("also", ())),
                )
                for entry in diagnoses
            ),
            favourites=tuple(keys.get("favourites", ())),
            management_by_key=dict(keys.get("management", {})),
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

    def favourites_or(self, chosen: Sequence[str]) -> tuple[str, ...]:
        """Return the diagnoses of the keys 1 to 9: chosen ones that are known, else the program's."""
        known = tuple(name for name in chosen if self.diagnosis(name) is not None)
        return (known or self.favourites)[:MOST_FAVOURITES]

    def diagnosis(self, name: str) -> Diagnosis | None:
        """Return a diagnosis by its name, upper and lower case alike."""
        wanted = name.strip().casefold()
        return next((known for known in self.diagnoses if known.name.casefold() == wanted), None)

    def benign_malignant(self, name: str | None) -> str | None:
        """Return the first level of a diagnosis in lower case, or None when it is open or unknown."""
        known = self.diagnosis(name) if name else None
        return known.level_1.lower() if known is not None else None
