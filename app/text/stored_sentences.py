"""Sentences that are stored in English, shown in the language in use.

Why a case has its place in the queue, what is wrong with an image and the limits on a model's card are kept
as they were said at the time. What is stored stays English; here each is recognised by its English pattern
and said again in the language of the person who reads it. A sentence that is not known here, and a word of a
form without a translation, is shown as it is stored.
"""

import re
from functools import cache
from typing import Final

from app.domain.figures import unbroken, with_common_spaces
from app.text.figures import percent_words
from app.translation import N_, _, in_numerals

_PLACES_IN_QUEUE: Final = (
    N_("{what} {score} is at or above the urgent threshold ({urgent})."),
    N_("{what} {score} is below the threshold for an early look ({soon})."),
    N_("{what} {score} is at or above the threshold for an early look ({soon})."),
    N_("{what} {score}, but it reaches {highest} in some views of the image."),
    N_("{what} {score}, but it reaches {highest} on one of its images."),
    N_("Would be {lower} with {cause}; stays {kept} until a person accepts that."),
    N_("Lesion stays {kept} until its images are scored again and a person accepts a later band."),
)
_PUT_IN: Final = (N_("Score"), N_("Lesion score"), N_("what was entered"), N_("this boundary"))
"""Words that stand in the sentences above."""

_SCALES: Final = (N_("measured on a ruler"), N_("device profile “{name}”"))
"""Where a scale is from, as far as a person measured it."""

_ABOUT_IMAGES: Final = (
    N_("This does not look like a dermoscopic image of one lesion."),
    N_("No lesion can be made out on this image."),
    N_("No lesion boundary was found, so the score looks at the whole image."),
    N_("The image looks blurred or has almost no detail."),
    N_("The image is unusually dark."),
    N_("Glare or overexposure hides part of the image."),
    N_("A large part of the image is a dark frame."),
    N_("Ink, a sticker or something else that is not skin covers a large part of the image."),
    N_("The lesion covers very little of the image."),
    N_("The lesion covers nearly the whole image, so the skin round it is not seen."),
    N_("The edge of the image cuts the lesion."),
)
_LIMITS: Final = (
    N_("For non-commercial use only ({licence}): it learned from {sources}."),
    N_(
        "Trained on {count} images from {sources}; other cameras, clinical photographs and skin types "
        "or body sites that are rare there are outside what it has seen."
    ),
    N_("The data know these diagnoses only: {diagnoses}."),
    N_("Held-out malignant lesions: {val} in val, {test} in test; intervals are wide."),
    N_("Held-out melanomas: {val} in val, {test} in test; intervals are wide."),
    N_(
        "Experts agree among themselves at a Dice of about {dice} on such images; some of their masks "
        "cover the whole frame or are cut by it. Differences smaller than that mean little."
    ),
    N_("Draws one region per image; several lesions in one image are not told apart."),
    N_("Redraws one region per image, also where the expert would have drawn none."),
    N_(
        "Learned from simulated clicks in the middle of what was wrong; how it does with clicks of "
        "people was not measured."
    ),
    N_(
        "Probabilities are calibrated to the share of malignant lesions among the validation images, "
        "which is far higher than in practice."
    ),
    N_(
        "Probabilities are calibrated to the share of melanomas among the validation images, which is "
        "far higher than in practice."
    ),
    N_(
        "In such data missing age, sex or site is itself a hint at the diagnosis; compare the figures "
        "with and without metadata before relying on them."
    ),
    N_(
        "Numbers that no training image had (where it had no scale, all sizes in millimetres) do not "
        "move the score, also when they are known."
    ),
    N_(
        "Divides its score among {count} diagnoses and knows no other: a lesion of any other kind is "
        "divided among them all the same."
    ),
)
_TAUGHT_DIAGNOSES: Final = (
    N_("actinic keratosis"),
    N_("actinic keratosis, Bowen or squamous cell carcinoma"),
    N_("Bowen or squamous cell carcinoma"),
    N_("basal cell carcinoma"),
    N_("benign keratosis"),
    N_("dermatofibroma"),
    N_("melanoma"),
    N_("nevus"),
    N_("seborrheic keratosis"),
    N_("vascular lesion"),
)
"""Names of the classes of shipped models."""

_SHARE = re.compile(r"([0-9]+)\N{NO-BREAK SPACE}%")
_NUMBER = re.compile(r"[0-9]+\.[0-9]+")
_PART = re.compile(r"[^,\s][^,]*")
_PLACEHOLDER = re.compile(r"\\\{([a-z]+)\\\}")


def stored_words(sentence: str | None) -> str:
    """Return a sentence or word of the store or of a model's card in the language in use; "" for none."""
    if not sentence:
        return ""
    for pattern, template in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None:
            return _(template).format(**{name: _listed(words) for name, words in found.groupdict().items()})
    return _(sentence)


def _listed(words: str) -> str:
    """Return what is put into a sentence, each part in the language in use."""
    return _PART.sub(lambda part: _put_in(part[0]), words)


def _put_in(part: str) -> str:
    """Return a word, a percentage or a number in the language in use."""
    share = _SHARE.fullmatch(part)
    if share is not None:
        return percent_words(int(share[1]) / 100)
    if _NUMBER.fullmatch(part):
        return in_numerals(part)
    return unbroken(_(with_common_spaces(part)))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sentences with something put in, as patterns of their English text."""
    return tuple(
        (re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+?)", re.escape(template))), template)
        for template in (*_PLACES_IN_QUEUE, *_LIMITS)
        if "{" in template
    )
