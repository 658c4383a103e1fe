"""The weighted 7-point checklist of NICE: clinical, and no more than its name like the dermoscopic one."""

from typing import Final

from app.domain.readings.form import CriterionGroup, Outcome, ReadingForm, present
from app.translation import N_

WEIGHTED_SEVEN_POINT: Final = ReadingForm(
    name="seven_point_clinical",
    label=N_("Weighted 7-point checklist, clinical (NICE)"),
    source="NICE guideline NG12, after MacKie 1990",
    groups=(
        CriterionGroup(
            N_("Major features"),
            (
                present("change_in_size", N_("Change in size"), 2),
                present("irregular_shape", N_("Irregular shape"), 2),
                present("irregular_colour", N_("Irregular colour"), 2),
            ),
        ),
        CriterionGroup(
            N_("Minor features"),
            (
                present("diameter_from_7_mm", N_("Largest diameter 7 mm or more")),
                present("inflammation", N_("Inflammation")),
                present("oozing", N_("Oozing")),
                present("change_in_sensation", N_("Change in sensation")),
            ),
        ),
    ),
    outcome_words={
        Outcome.BELOW: N_("below the form's threshold of 3"),
        Outcome.REACHED: N_("at or above 3, the form's threshold for a suspected-cancer referral"),
    },
    reached_from=3,
    is_dermoscopic=False,
    is_for_melanocytic=False,
)
