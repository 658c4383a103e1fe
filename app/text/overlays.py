"""How overlays are named and read, on screen and in reports: plain words first, the method in brackets."""

from app.text.figures import percent_words
from app.translation import N_, _

_NAME_BY_OVERLAY = {
    "gradient_x_input": N_("What moved the score (gradient x input)"),
    "grad_cam": N_("What carried the score (Grad-CAM)"),
    "class_activation": N_("What moved the score (class activation)"),
    "occlusion": N_("What the score loses with each patch (occlusion)"),
    "hidden_attention": N_("Where it looked (hidden attention)"),
    "rollout": N_("Where it looked, all layers (rollout)"),
    "attribution_rollout": N_("Where it looked for the score, all layers (attribution rollout)"),
    "cross_modal": N_("Where metadata came in (cross-modal)"),
    "gate": N_("Local detail or whole crop (gate)"),
    "cbam_gates": N_("Where detail passed to the boundary (CBAM gates)"),
}

_NAME_BY_STRUCTURE = {
    "possible_globules": N_("Possible globules"),
    "possible_milia_like_cyst": N_("Possible milia-like cysts"),
    "possible_negative_network": N_("Possible negative network"),
    "possible_pigment_network": N_("Possible pigment network"),
    "possible_streaks": N_("Possible streaks"),
}
"""Maps of the boundary model's second head; they show a structure, and no reason for the score."""

_READS_THE_SCORE = frozenset({"gradient_x_input", "grad_cam", "class_activation", "occlusion"})
"""Overlays that would change with the score; the others follow how the network mixes what it sees."""

_LIMIT_BY_OVERLAY = {
    "attribution_rollout": (
        N_(
            "This overlay shows where the network looked, weighed by what moved the score; it does "
            "not show what "
            "the lesion is."
        )
    ),
    "cbam_gates": N_(
        "This overlay shows what the boundary was drawn from, not the score or what the lesion is."
    ),
}
"""What those do not show for which neither of the two usual sentences is true."""

_STRUCTURE_LIMIT = N_(
    "The map may miss the structure or show it where it is not; whether it is there is for the reader to say."
)

_NO_RELEVANCE = frozenset({"gate", *_NAME_BY_STRUCTURE})
"""Overlays whose brightness is no amount of relevance: two kinds of evidence, or a structure."""

_MISTRUSTED_BELOW = 0.5

OVERLAY_LIMIT = N_("An overlay shows which parts moved the score; it does not show what the lesion is.")


def overlay_words(name: str) -> str:
    """Return an overlay's name for a physician; one that has no words yet keeps its own."""
    known = (_NAME_BY_OVERLAY | _NAME_BY_STRUCTURE).get(name)
    if known is not None:
        return _(known)
    return _("Another overlay ({name})").format(name=name.replace("_", " "))


def overlay_limit(name: str | None) -> str:
    """Return what an overlay does not show; None stands for overlays as such."""
    if name in _NAME_BY_STRUCTURE:
        return _(_STRUCTURE_LIMIT)
    if name in _LIMIT_BY_OVERLAY:
        return _(_LIMIT_BY_OVERLAY[name])
    if name is None or name in _READS_THE_SCORE:
        return _(OVERLAY_LIMIT)
    return _("This overlay shows where the network looked, not what moved the score or what the lesion is.")


def reading_words(name: str, *, is_signed: bool) -> str:
    """Return what an overlay's colours mean."""
    if name in _NAME_BY_STRUCTURE:
        return _("Brighter where the structure is more likely.")
    if name in _NO_RELEVANCE:
        return _("Bright where the score rests on local detail, dark where on the context of the whole crop.")
    return _("Orange raises the score, blue lowers it.") if is_signed else _("Brighter is more relevant.")


def share_words(name: str, share_inside: float | None) -> str:
    """Return how much of an overlay's relevance lies inside the lesion; "" for one without relevance."""
    if name in _NO_RELEVANCE:
        return ""
    if share_inside is None:
        return _("There is no boundary or no relevance to compare.")
    return _("{share_inside} of the relevance lies inside the lesion.").format(
        share_inside=percent_words(share_inside)
    )


def outside_warning(name: str, share_inside: float | None) -> str:
    """Return the warning about a score that rests on what is around the lesion; "" for none."""
    is_outside = share_inside is not None and share_inside < _MISTRUSTED_BELOW
    if name in _NO_RELEVANCE or not is_outside:
        return ""
    return _("Most of the relevance lies outside the lesion: mistrust this score.")
