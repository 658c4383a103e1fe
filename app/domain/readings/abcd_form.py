"""The ABCD rule of dermoscopy, in tenths of a point, so that no total lies between two of its ranges."""

from typing import Final

from app.domain.readings.form import CriterionGroup, Outcome, ReadingForm, graded, present
from app.translation import N_

ASYMMETRY: Final = "asymmetry"
BORDER: Final = "border"
WHITE, RED, LIGHT_BROWN = "colour_white", "colour_red", "colour_light_brown"
DARK_BROWN, BLUE_GREY, BLACK = "colour_dark_brown", "colour_blue_grey", "colour_black"

ABCD: Final = ReadingForm(
    name="abcd",
    label=N_("ABCD rule of dermoscopy"),
    source="Stolz et al. 1994; Nachbar et al., J Am Acad Dermatol 1994;30:551",
    groups=(
        CriterionGroup(
            N_("A  Asymmetry (weight 1.3)"),
            (
                graded(
                    ASYMMETRY,
                    N_("Axes with asymmetry"),
                    ("0", "1", "2"),
                    13,
                    hint=N_(
                        "Contour, colour or structure, in two perpendicular axes placed for the lowest score"
                    ),
                ),
            ),
        ),
        CriterionGroup(
            N_("B  Border (weight 0.1)"),
            (
                graded(
                    BORDER,
                    N_("Eighths with an abrupt cut-off"),
                    tuple(str(eighths) for eighths in range(9)),
                    hint=N_("Of the pigment pattern at the periphery"),
                ),
            ),
        ),
        CriterionGroup(
            N_("C  Colours (weight 0.5)"),
            (
                present(WHITE, N_("White (lighter than the skin)"), 5),
                present(RED, N_("Red"), 5),
                present(LIGHT_BROWN, N_("Light brown"), 5),
                present(DARK_BROWN, N_("Dark brown"), 5),
                present(BLUE_GREY, N_("Blue-grey"), 5),
                present(BLACK, N_("Black"), 5),
            ),
            needs_one=N_("The ABCD rule counts at least one colour: say which one is there."),
        ),
        CriterionGroup(
            N_("D  Dermoscopic structures (weight 0.5)"),
            (
                present("structure_network", N_("Pigment network"), 5),
                present("structure_structureless", N_("Structureless areas"), 5, hint=N_("above 10 %")),
                present("structure_branched_streaks", N_("Branched streaks"), 5, hint=N_("more than 2")),
                present("structure_dots", N_("Dots"), 5, hint=N_("more than 2")),
                present("structure_globules", N_("Globules"), 5, hint=N_("1 or more")),
            ),
            needs_one=N_("The ABCD rule counts at least one structure: say which one is there."),
        ),
    ),
    outcome_words={
        Outcome.BELOW: N_("in the form's range of benign lesions (below 4.75)"),
        Outcome.BETWEEN: N_("in the form's range of suspicious lesions (4.8 to 5.45)"),
        Outcome.REACHED: N_("in the form's range of highly suspicious lesions (above 5.45)"),
    },
    between_from=48,
    reached_from=55,
    points_per_unit=10,
)
