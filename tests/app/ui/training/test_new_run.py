"""What a person reads before corrections are frozen."""

from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.training.new_run import CorrectionsCard
from app.usecases.learning.survey_corrections import CorrectionSurvey


def test_patients_with_one_photograph_each_are_pointed_out_before_freezing(
    qtbot: QtBot, theme: Theme
) -> None:
    card = CorrectionsCard()
    qtbot.addWidget(card)
    for warning in ("4 patients have one image each.", ""):
        card.show_survey(
            CorrectionSurvey(
                task="segmentation",
                corrections=4,
                images_by_subset={"train": 2, "val": 1, "exam": 1, "uncorrected": 0},
                patients_by_subset={"train": 2, "val": 1, "exam": 1, "uncorrected": 0},
                left_out={},
                lacking="",
                warning=warning,
            )
        )
        assert card.words.endswith(warning or "to examine by")
