"""Says what the entered data do to the score, and what the score leaves possible."""

from PySide6.QtWidgets import QWidget

from app.text.scores import answer_set_words, effect_words
from app.translation import N_, _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label
from app.usecases.analysis.score_attribution import ScoreWhy

HOW_TO_READ = N_(
    "The score with and without each entered fact. This is what the model learned from its images, "
    "which may run against clinical experience."
)


class WhyCard(Card):
    """A few sentences; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Why?"), parent)
        self._reading = plain_label(_(HOW_TO_READ), "small", wraps=True)
        self._effects = plain_label("", "", wraps=True)
        self._effects.setToolTip(
            _("The same model was asked again without this one fact, with everything else as it is.")
        )
        self._answer_set = plain_label("", "muted", wraps=True)
        self._answer_set.setToolTip(
            _(
                "Split-conformal prediction: settled on the validation images of the model, or of the one\n"
                "it was fine-tuned from. On images like those each answer is missed about that often; on\n"
                "other kinds of images, or after fine-tuning, perhaps more often."
            )
        )
        for part in (self._effects, self._reading, self._answer_set):
            self.body.addWidget(part)
        self.show_why(None)

    def show_why(self, why: ScoreWhy | None) -> None:
        """Show what can be said about a score; None hides the card."""
        effects, answer_set = (
            ("", "")
            if why is None
            else (
                "\n".join(map(effect_words, why.effects)),
                answer_set_words(why.answer_set),
            )
        )
        for label, words in ((self._effects, effects), (self._answer_set, answer_set)):
            label.setText(words)
            label.setVisible(bool(words))
        self._reading.setVisible(bool(effects))
        self.setVisible(bool(effects or answer_set))
