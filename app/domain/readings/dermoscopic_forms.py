"""The other dermoscopic forms: both 7-point checklists, Menzies, CASH and the 3-point checklist."""

from collections.abc import Mapping
from typing import Final

from app.domain.readings.form import (
    Contradiction,
    Criterion,
    CriterionGroup,
    Outcome,
    ReadingForm,
    graded,
    present,
)
from app.translation import N_


def _threshold_words(below: str, reached: str) -> Mapping[Outcome, str]:
    return {Outcome.BELOW: below, Outcome.REACHED: reached}


def _seven_points(major: int) -> tuple[CriterionGroup, ...]:
    """The seven criteria that both versions have in common."""
    return (
        CriterionGroup(
            N_("Major criteria"),
            (
                present("atypical_network", N_("Atypical pigment network"), major),
                present("blue_white_veil", N_("Blue-white veil"), major),
                present("atypical_vessels", N_("Atypical vascular pattern"), major),
            ),
        ),
        CriterionGroup(
            N_("Minor criteria"),
            (
                present("irregular_streaks", N_("Irregular streaks")),
                present("irregular_dots_globules", N_("Irregular dots or globules")),
                present("irregular_blotches", N_("Irregular blotches")),
                present("regression", N_("Regression structures")),
            ),
        ),
    )


SEVEN_POINT_CLASSIC: Final = ReadingForm(
    name="seven_point_classic",
    label=N_("7-point checklist, classic (threshold 3)"),
    source="Argenziano et al., Arch Dermatol 1998;134:1563",
    groups=_seven_points(2),
    outcome_words=_threshold_words(
        N_("below the form's threshold of 3"), N_("at or above the form's threshold of 3")
    ),
    reached_from=3,
)

SEVEN_POINT_REVISED: Final = ReadingForm(
    name="seven_point_revised",
    label=N_("7-point checklist, revised (threshold 1)"),
    source="Argenziano et al., Br J Dermatol 2011;164:785",
    groups=_seven_points(1),
    outcome_words=_threshold_words(
        N_("below the form's threshold of 1"), N_("at or above the form's threshold of 1")
    ),
    reached_from=1,
)

SINGLE_COLOUR, FIVE_COLOURS = "single_colour", "five_to_six_colours"

MENZIES: Final = ReadingForm(
    name="menzies",
    label=N_("Menzies method"),
    source="Menzies et al., Arch Dermatol 1996;132:1178",
    groups=(
        CriterionGroup(
            N_("Negative features (none may be present)"),
            (
                present("symmetry_of_pattern", N_("Symmetry of pattern in all axes"), 0, excludes=True),
                present(
                    SINGLE_COLOUR,
                    N_("A single colour"),
                    0,
                    excludes=True,
                    hint=N_("Of black, grey, blue, dark brown, tan and red; white is not counted"),
                ),
            ),
        ),
        CriterionGroup(
            N_("Positive features (at least one)"),
            (
                present("blue_white_veil", N_("Blue-white veil")),
                present("multiple_brown_dots", N_("Multiple brown dots")),
                present("pseudopods", N_("Pseudopods")),
                present("radial_streaming", N_("Radial streaming")),
                present("scar_like_depigmentation", N_("Scar-like depigmentation")),
                present("peripheral_black_dots", N_("Peripheral black dots or globules")),
                present(FIVE_COLOURS, N_("Five or six colours")),
                present("multiple_blue_grey_dots", N_("Multiple blue or grey dots")),
                present("broadened_network", N_("Broadened network")),
            ),
        ),
    ),
    outcome_words={
        Outcome.BELOW: N_("the form's condition for melanoma is not met"),
        Outcome.REACHED: N_("the form's condition for melanoma is met (no negative, a positive feature)"),
    },
    reached_from=1,
    contradictions=(
        Contradiction(
            SINGLE_COLOUR,
            FIVE_COLOURS,
            N_("A single colour and five or six colours contradict each other: change one of them."),
        ),
    ),
)

SYMMETRY: Final = "symmetry"


def _cash_colours() -> tuple[Criterion, ...]:
    return (
        present("colour_light_brown", N_("Light brown")),
        present("colour_dark_brown", N_("Dark brown")),
        present("colour_black", N_("Black")),
        present("colour_red", N_("Red")),
        present("colour_white", N_("White")),
        present("colour_blue", N_("Blue")),
    )


CASH: Final = ReadingForm(
    name="cash",
    label=N_("CASH algorithm"),
    source="Henning et al., J Am Acad Dermatol 2007;56:45",
    groups=(
        CriterionGroup(
            N_("C  Colours"),
            _cash_colours(),
            needs_one=N_("CASH counts at least one colour: say which one is there."),
        ),
        CriterionGroup(
            N_("A  Architectural disorder"),
            (graded("architecture", N_("Disorder"), (N_("None or mild"), N_("Moderate"), N_("Marked"))),),
        ),
        CriterionGroup(
            N_("S  Symmetry"),
            (graded(SYMMETRY, N_("Symmetric in"), (N_("Two axes"), N_("One axis"), N_("No axis"))),),
        ),
        CriterionGroup(
            N_("H  Homogeneity"),
            (
                present("homogeneity_network", N_("Network")),
                present("homogeneity_dots_globules", N_("Dots or globules")),
                present("homogeneity_blotches", N_("Blotches")),
                present("homogeneity_regression", N_("Regression")),
                present("homogeneity_streaks", N_("Streaks")),
                present("homogeneity_blue_white_veil", N_("Blue-white veil")),
                present("homogeneity_polymorphous_vessels", N_("Polymorphous vessels")),
            ),
            needs_one=N_("CASH counts at least one structure: say which one is there."),
        ),
    ),
    outcome_words=_threshold_words(
        N_("below the form's threshold of 8"), N_("at or above the form's threshold of 8")
    ),
    reached_from=8,
)

THREE_POINT: Final = ReadingForm(
    name="three_point",
    label=N_("3-point checklist"),
    source="Soyer et al., Dermatology 2004;208:27",
    groups=(
        CriterionGroup(
            N_("Criteria"),
            (
                present("asymmetry", N_("Asymmetry"), hint=N_("Of colour and structure, not of the contour")),
                present("atypical_network", N_("Atypical network")),
                present("blue_white_structures", N_("Blue-white structures")),
            ),
        ),
    ),
    outcome_words=_threshold_words(
        N_("below the form's threshold of 2"), N_("at or above the form's threshold of 2")
    ),
    reached_from=2,
    is_for_melanocytic=False,
)
