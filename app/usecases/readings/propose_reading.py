"""Proposes answers to the criteria that can be measured; nothing is answered until a person confirms it.

Of D of the ABCD rule nothing is proposed: the networks that look for structures did not prove good enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.case import Case
from app.domain.ids import ImageId
from app.domain.readings import abcd_form
from app.domain.readings.dermoscopic_forms import CASH, SYMMETRY
from app.domain.readings.form import NO, YES
from app.domain.readings.reading import EvidenceSource
from app.usecases.services import Services
from models.contract.errors import NoLesionError
from models.contract.lesion.abcd.colours import PatchColour
from models.contract.lesion.abcd.evidence import DEFINITION, AbcdEvidence

PATCH_BY_CRITERION: Final[Mapping[str, PatchColour]] = {
    abcd_form.WHITE: PatchColour.WHITE,
    abcd_form.RED: PatchColour.RED,
    abcd_form.LIGHT_BROWN: PatchColour.LIGHT_BROWN,
    abcd_form.DARK_BROWN: PatchColour.DARK_BROWN,
    abcd_form.BLUE_GREY: PatchColour.BLUE_GREY,
    abcd_form.BLACK: PatchColour.BLACK,
    "colour_blue": PatchColour.BLUE_GREY,
}
"""Criteria about a colour, those of CASH included."""

AXES_CRITERIA: Final = frozenset({abcd_form.ASYMMETRY, SYMMETRY})
BORDER_CRITERIA: Final = frozenset({abcd_form.BORDER})
MEASURED_FORMS: Final = frozenset({abcd_form.ABCD.name, CASH.name})


@dataclass(frozen=True)
class Proposals:
    """What was measured on an image's valid boundary."""

    image_id: ImageId
    source: EvidenceSource
    evidence: AbcdEvidence

    def values(self, form_name: str) -> Mapping[str, int]:
        """Return the proposed answers to a form by the names of its criteria; none for most forms."""
        if form_name not in MEASURED_FORMS:
            return {}
        axes = self.evidence.axes.asymmetric_count
        if form_name == CASH.name:
            return {SYMMETRY: axes, **self._colours(CASH.criteria_names)}
        border = self.evidence.border.sharp_count
        named = abcd_form.ABCD.criteria_names
        return {abcd_form.ASYMMETRY: axes, abcd_form.BORDER: border, **self._colours(named)}

    def _colours(self, criteria: frozenset[str]) -> Mapping[str, int]:
        patches = self.evidence.patches
        return {
            name: YES if colour in patches.present else NO
            for name, colour in PATCH_BY_CRITERION.items()
            if name in criteria and colour in patches.share_by_colour
        }


def propose_reading(services: Services, image_id: ImageId) -> Proposals | None:
    """Return what can be measured on the valid boundary of an image; None without one."""
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    return _measured(services, case)


def _measured(services: Services, case: Case) -> Proposals | None:
    mask = services.arrays.valid_mask(case)
    if case.mask is None or mask is None:
        return None
    try:
        evidence = services.arrays.abcd_evidence(case.image, mask)
    except NoLesionError:
        return None
    return Proposals(case.image.id, EvidenceSource(case.mask, DEFINITION), evidence)
