"""The settings page; every change holds at once."""

import re

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.vocabulary import Vocabulary
from app.settings import LEAST_PREVALENCE_PERCENT, MOST_PREVALENCE_PERCENT
from app.translation import N_, _, in_numerals
from app.translation.languages import LANGUAGES, SYSTEM
from app.ui.preferences import Preferences
from app.ui.settings.due_card import DueCard
from app.ui.settings.favourites_card import FavouritesCard
from app.ui.settings.letterhead_card import LetterheadCard
from app.ui.settings.watched_folder_card import WatchedFolderCard
from app.ui.widgets.card import Card
from app.ui.widgets.field import Field
from app.ui.widgets.labels import ElidedLabel, plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.text_field import TextField

_FOLLOW_SYSTEM = N_("Follow the system")
_THEMES = ((_FOLLOW_SYSTEM, "system"), (N_("Light"), "light"), (N_("Dark"), "dark"))
_ENGINES = (
    (N_("The one that measured faster"), "measured"),
    (N_("ONNX Runtime, in this program"), "onnx"),
    (N_("Model server, a process of its own"), "server"),
)

_SHIPPED_MODELS = (
    (N_("Learned from all images (non-commercial use only)"), "research"),
    (N_("Learned from CC-0 images alone"), "open"),
)


class SettingsDialog(PageDialog):
    """User, colours, letterhead, engine and the data folder."""

    def __init__(
        self, preferences: Preferences, vocabulary: Vocabulary, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Settings"))
        self.setMinimumWidth(520)
        self._preferences = preferences
        settings = preferences.settings
        self.user = TextField(
            _("Your name"), hint=_("Signs corrections and decisions; empty: your login name.")
        )
        self.user.set_text(settings.user_name)
        self.user.finished.connect(self._change_user)
        self.theme = _choice(_THEMES, settings.theme)
        self.theme.activated.connect(lambda _index: preferences.change(theme=self.theme.currentData()))
        self.engine = _choice(_ENGINES, settings.engine)
        self.engine.activated.connect(lambda _index: preferences.change(engine=self.engine.currentData()))
        self.prevalence = TextField(
            _("Malignant lesions among those photographed here"),
            prevalence_percent,
            hint=_("In per cent. What a band means depends on it; 5 unless you know better."),
        )
        self.prevalence.set_text(in_numerals(f"{settings.prevalence_percent:g}"))
        self.prevalence.finished.connect(self._change_prevalence)
        self.page.addWidget(_card(_("You"), self.user))
        self.page.addWidget(self._appearance())
        self.page.addWidget(_card(_("Your clinic"), self.prevalence))
        self.due = DueCard(settings)
        self.due.changed.connect(lambda key, days: preferences.change(**{key: days}))
        self.page.addWidget(self.due)
        self.pen_pressure = QCheckBox(_("A light touch of a pen draws with a smaller brush"))
        self.pen_pressure.setChecked(settings.pen_pressure)
        self.pen_pressure.toggled.connect(lambda is_on: preferences.change(pen_pressure=is_on))
        self.page.addWidget(_card(_("Drawing"), self.pen_pressure))
        self.watched_folder = WatchedFolderCard(settings.watched_folder)
        self.watched_folder.changed.connect(lambda folder: preferences.change(watched_folder=folder))
        self.page.addWidget(self.watched_folder)
        self.letterhead = LetterheadCard(preferences.places.data_folder)
        self.page.addWidget(self.letterhead)
        self.favourites = FavouritesCard(vocabulary, settings.favourite_diagnoses)
        self.favourites.changed.connect(lambda names: preferences.change(favourite_diagnoses=names))
        self.page.addWidget(self.favourites)
        self.page.addWidget(
            _card(
                _("Computing"),
                Field(_("Engine"), self.engine, _("Used from the next start; see This computer.")),
            )
        )
        self.shipped_models = _choice(_SHIPPED_MODELS, settings.shipped_models)
        self.shipped_models.activated.connect(
            lambda _index: preferences.change(shipped_models=self.shipped_models.currentData())
        )
        hint = _("Used from the next start, unless a model was promoted on this computer.")
        self.page.addWidget(_card(_("Shipped models"), Field(_("Serving"), self.shipped_models, hint)))
        self.page.addWidget(self._data_card())
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        self.foot.addLayout(row)

    def done(self, result: int) -> None:
        """Take what is still being typed and leave."""
        if self.user.is_being_edited:
            self._change_user()
        if self.prevalence.is_being_edited and self.prevalence.is_valid:
            self._change_prevalence()
        self.letterhead.finish()
        super().done(result)

    def _appearance(self) -> Card:
        names = ((language.name, language.code) for language in LANGUAGES)
        self.language = _choice(((_FOLLOW_SYSTEM, SYSTEM), *names), self._preferences.settings.language)
        self.language.activated.connect(
            lambda _index: self._preferences.change(language=self.language.currentData())
        )
        card = Card(_("Appearance"))
        card.body.addWidget(Field(_("Colours"), self.theme))
        card.body.addWidget(Field(_("Language"), self.language, _("Used from the next start.")))
        return card

    def _data_card(self) -> Card:
        card = Card(_("Your data"))
        card.body.addWidget(ElidedLabel(str(self._preferences.places.data_folder)))
        card.body.addWidget(
            plain_label(_("Cases, images and corrections lie in this folder on this computer."), "small")
        )
        show = QPushButton(_("Show the folder"))
        show.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._preferences.places.data_folder)))
        )
        row = QHBoxLayout()
        row.addWidget(show)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _change_prevalence(self) -> None:
        self._preferences.change(prevalence_percent=prevalence_percent(self.prevalence.line.text()))

    def _change_user(self) -> None:
        self._preferences.change(user_name=self.user.line.text().strip())


def prevalence_percent(text: str) -> float:
    """Return a prevalence in per cent, also with a decimal comma or a sign; raises InvalidFieldError."""
    found = re.fullmatch(r"([0-9]{1,2}(?:[.,][0-9]{1,4})?)\s*%?", text.strip())
    percent = float(found[1].replace(",", ".")) if found is not None else 0.0
    if not LEAST_PREVALENCE_PERCENT <= percent <= MOST_PREVALENCE_PERCENT:
        raise InvalidFieldError(
            "prevalence_percent",
            _(
                "The prevalence is a number from {least_prevalence_percent:g} to "
                "{most_prevalence_percent:g} per cent, for example 5."
            ).format(
                least_prevalence_percent=LEAST_PREVALENCE_PERCENT,
                most_prevalence_percent=MOST_PREVALENCE_PERCENT,
            ),
        )
    return percent


def _choice(entries: tuple[tuple[str, str], ...], value: str) -> QComboBox:
    box = QComboBox()
    for text, key in entries:
        box.addItem(_(text), key)
    box.setCurrentIndex(max(box.findData(value), 0))
    return box


def _card(heading: str, content: QWidget) -> Card:
    card = Card(heading)
    card.body.addWidget(content)
    return card
