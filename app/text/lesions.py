"""The lesions of an image in words: how they are called, how large they are, and what was done to them."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.case import Case
from app.domain.measurement import Measurement
from app.domain.other_lesions import ImageLesions, LesionChange, LesionList
from app.translation import N_, _, ngettext

CHANGE_WORDS: Final[Mapping[LesionChange, str]] = {
    LesionChange.ADDED: N_("Lesion added"),
    LesionChange.DRAWN: N_("Other lesion drawn"),
    LesionChange.NAMED: N_("Lesion named"),
    LesionChange.REMOVED: N_("Lesion removed from the image's list"),
    LesionChange.SEPARATED: N_("Region made a lesion of its own"),
    LesionChange.JOINED: N_("Lesion joined to the lesion of interest"),
    LesionChange.CHOSEN: N_("Another lesion made the one of interest"),
    LesionChange.TAKEN_BACK: N_("Change of the lesions taken back"),
    LesionChange.IMPORTED: N_("Lesions drawn elsewhere taken"),
}


def lesion_title(number: int, name: str = "") -> str:
    """Return how a lesion of an image is called."""
    title = _("Lesion {number}").format(number=number)
    return f"{title} ({name})" if name else title


def area_words(area_px: int, mm_per_px: float | None) -> str:
    """Return an area with its unit: square millimetres where the image is calibrated, else pixels."""
    if mm_per_px is None:
        return str(Measurement("", area_px, "px²", digits=0))
    return str(Measurement("", area_px * mm_per_px**2, "mm²", digits=2))


def other_lesions_words(case: Case, *, with_names: bool) -> str:
    """Return in a sentence which lesions the image shows beside the one of interest; "" when none.

    Names are free text, which may name anybody.
    """
    drawn = case.lesions.drawn
    if not drawn:
        return ""
    scale = case.image.calibration
    listed = "; ".join(
        f"{lesion_title(one.number, one.name if with_names else '')}, "
        + area_words(one.area_px, scale.mm_per_px if scale else None)
        for one in drawn
    )
    sentence = ngettext(
        "The image shows {count} other lesion ({listed}), which is neither measured further nor scored.",
        "The image shows {count} other lesions ({listed}), which are neither measured further nor scored.",
        len(drawn),
    )
    of_interest = lesion_title(case.lesions.of_interest, case.lesions.name_of_interest if with_names else "")
    said = _("Measured and scored is {lesion}.").format(lesion=of_interest)
    return f"{sentence.format(count=len(drawn), listed=listed)} {said}"


def lesion_changes(case: Case) -> Iterator[tuple[LesionList, str]]:
    """Yield each act on the lesions of an image that left the valid mask alone, in words.

    The others stand in the history as revisions of that mask.
    """
    before = ImageLesions()
    for found in case.lesion_lists:
        if found.mask_revision is None:
            known = found.change if isinstance(found.change, LesionChange) else None
            words = str(found.change) if known is None else _(CHANGE_WORDS[known])
            touched = ", ".join(lesion_title(number) for number in _touched(before, found.lesions))
            yield found, _("{words}: {lesions}").format(words=words, lesions=touched) if touched else words
        before = found.lesions


def _touched(before: ImageLesions, after: ImageLesions) -> Iterator[int]:
    """The numbers of the lesions that came, went or were changed."""
    for number in sorted({*before.numbers, *after.numbers}):
        is_renamed = number == after.of_interest and before.name_of_interest != after.name_of_interest
        if before.other(number) != after.other(number) or is_renamed:
            yield number
