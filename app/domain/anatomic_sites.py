"""Where on the body a lesion is: the hierarchical sites of the ISIC dictionary, with their sides.

The general site, which the score reads, follows the exact one and is stored beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from app.domain.errors import InvalidFieldError
from app.domain.lesion import Lesion
from app.translation import N_, _

LEVELS: Final = 5
"""Of the hierarchy, from "Head and neck" down to "Umbilicus"."""

LATERALITIES: Final = ("left", "right", "midline")

_BETWEEN_LEVELS: Final = ":"
_PAIRED: Final = ("left", "right")
_PAIRED_GENERAL: Final = frozenset({"upper extremity", "lower extremity", "palms/soles", "lateral torso"})
_TORSO: Final = (None, "anterior torso", "posterior torso", "lateral torso")
"""General sites of a lesion of which only "Trunk" is known."""

_WITH_SIDE: Final[Mapping[str, str]] = {
    "left": N_("{site}, left"),
    "right": N_("{site}, right"),
    "midline": N_("{site}, midline"),
}


@dataclass(frozen=True, slots=True)
class SiteCode:
    """The concept of DICOM's CID 4029 (Dermatology Anatomic Site) that names a site."""

    scheme: str
    """SCT (SNOMED CT), FMA or DCM."""
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class AnatomicSite:
    """One site of the ISIC dictionary (anatom_site, version 5.1.0)."""

    path: str
    """All levels, such as "Head and neck:Head:Face:Nose"; what is stored of a lesion."""
    general: str | None
    """The general site that it lies in; None for the trunk as a whole."""
    sides: tuple[str, ...]
    """Which lateralities there are: a hand is left or right, the navel lies in the midline."""
    code: SiteCode | None = None
    """None where CID 4029 has no concept for it."""

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Self:
        """Return the site of a line of anatomic_sites.csv."""
        has_code = bool(row["code"])
        code = SiteCode(row["scheme"], row["code"], row["meaning"]) if has_code else None
        return cls(row["site"], row["general_site"] or None, tuple(row["sides"].split()), code)

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the names from the region down to the site itself."""
        return levels_of(self.path)

    @property
    def name(self) -> str:
        """Return the name of the site itself; no two sites have the same."""
        return self.levels[-1]


def levels_of(path: str | None) -> tuple[str, ...]:
    """Return the names of a stored site from the region downwards; () for none."""
    return tuple(path.split(_BETWEEN_LEVELS)) if path else ()


def exact_site_words(path: str, laterality: str | None = None) -> str:
    """Return a stored site as it is shown: its own name, the regions it lies in, and its side."""
    *regions, own = (_(level) for level in levels_of(path))
    named = with_side_words(own, laterality)
    return f"{named} ({', '.join(reversed(regions))})" if regions else named


def with_side_words(site: str, laterality: str | None) -> str:
    """Return words for a site together with its side."""
    words = _WITH_SIDE.get(laterality or "")
    return site if words is None else _(words).format(site=site)


def lesion_site_words(lesion: Lesion) -> str:
    """Return where a lesion is, as exactly as it is known; "" when nothing is."""
    if lesion.anatomic_site:
        return exact_site_words(lesion.anatomic_site, lesion.laterality)
    if not lesion.site:
        return ""
    words = _(lesion.site)
    return with_side_words(words[:1].upper() + words[1:], lesion.laterality)


def short_site_words(lesion: Lesion) -> str:
    """Return where a lesion is without the regions around it; "" when nothing is known."""
    if not lesion.anatomic_site:
        return lesion_site_words(lesion)
    return with_side_words(_(levels_of(lesion.anatomic_site)[-1]), lesion.laterality)


def site_named(sites: Iterable[AnatomicSite], words: str) -> AnatomicSite | None:
    """Return the site of a full path or of its last level alone, upper and lower case alike."""
    wanted = _BETWEEN_LEVELS.join(part.strip() for part in words.casefold().split(_BETWEEN_LEVELS))
    return next((one for one in sites if wanted in (one.path.casefold(), one.name.casefold())), None)


def with_general_site(before: Lesion, after: Lesion, sites: Iterable[AnatomicSite]) -> Lesion:
    """Return an edited lesion whose general site follows the exact one, unless both were edited."""
    if after.anatomic_site in (None, before.anatomic_site) or after.site != before.site:
        return after
    site = _site_of(after, sites)
    if site is None or (site.general is None and after.site in _TORSO):
        return after
    return replace(after, site=site.general)


def check_anatomic_site(
    lesion: Lesion, sites: Iterable[AnatomicSite], *, before: Lesion | None = None
) -> None:
    """Raise InvalidFieldError when general site, exact site and side do not go together.

    Args:
        lesion: the lesion as it would be stored; its exact site is one of ``sites``.
        sites: all there are.
        before: the lesion as it is stored; what was edited is named as wrong.
    """
    site = _site_of(lesion, sites)
    exact_is_old = before is not None and before.anatomic_site == lesion.anatomic_site
    if site is not None and not _lies_in(site, lesion.site):
        raise InvalidFieldError(
            "site" if exact_is_old else "anatomic_site",
            _("“{exact}” does not lie in the site “{site}”; change or clear the exact site.").format(
                exact=_(site.name), site=_(lesion.site) if lesion.site else _("Not known")
            ),
        )
    side_is_old = before is not None and before.laterality == lesion.laterality
    if lesion.laterality is not None and lesion.laterality not in sides_of(lesion.site, site):
        where = _(site.name) if site is not None else _(lesion.site) if lesion.site else ""
        raise InvalidFieldError(
            "anatomic_site" if side_is_old and not exact_is_old else "laterality",
            _("The site “{site}” has no side “{side}”.").format(site=where, side=_(lesion.laterality))
            if where
            else _("A side needs a site; enter that first."),
        )


def sides_of(general: str | None, site: AnatomicSite | None) -> tuple[str, ...]:
    """Return the lateralities of an exact site, else those of a general one; () for no site at all."""
    if site is not None:
        return site.sides
    if general is None:
        return ()
    return _PAIRED if general in _PAIRED_GENERAL else LATERALITIES


def _lies_in(site: AnatomicSite, general: str | None) -> bool:
    return general in _TORSO if site.general is None else general == site.general


def _site_of(lesion: Lesion, sites: Iterable[AnatomicSite]) -> AnatomicSite | None:
    return next((one for one in sites if one.path == lesion.anatomic_site), None)
