"""Colours, icons and the style sheet, light and dark; every text colour meets WCAG AA on its ground.

A triage band is never told by colour alone: it has a shape and a word as well.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.domain.analysis.triage import CHECK_IMAGE, Band
from app.translation import _
from app.ui.widgets.badge import Badge, Shape
from resources import path

_SHAPE_BY_BAND = {
    Band.URGENT: Shape.OCTAGON,
    Band.SOON: Shape.TRIANGLE,
    Band.ROUTINE: Shape.CIRCLE,
}


class ThemeChoice(Enum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class BandColours:
    """Ground and ink of a triage badge."""

    ground: str
    ink: str


@dataclass(frozen=True)
class Tokens:
    """The named colours of a theme, as #rrggbb."""

    is_dark: bool
    window: str
    """Behind everything."""
    surface: str
    """Cards, lists and fields."""
    canvas: str
    """Around the image: neutral grey, so that colours are judged fairly."""
    border: str
    edge: str
    """Outline of a control; at least 3:1 on the surface."""
    text: str
    muted: str
    accent: str
    on_accent: str
    selected: str
    hover: str
    error: str
    warning_ground: str
    warning_ink: str
    bands: dict[Band, BandColours]
    check_image: BandColours
    """Of the badge beside the band of an image with warnings."""
    tags: tuple[BandColours, ...]
    """Of tags, none of them a colour of a band."""


LIGHT = Tokens(
    is_dark=False,
    window="#eef0f2",
    surface="#ffffff",
    canvas="#d5d7da",
    border="#d3d7dc",
    edge="#868e99",
    text="#1b1f24",
    muted="#525b66",
    accent="#0b6e75",
    on_accent="#ffffff",
    selected="#d5ebec",
    hover="#e6eaee",
    error="#a61b1b",
    warning_ground="#fdf0d5",
    warning_ink="#6b4500",
    bands={
        Band.URGENT: BandColours("#fbe3e3", "#8f1616"),
        Band.SOON: BandColours("#fdf0d5", "#6b4500"),
        Band.ROUTINE: BandColours("#e1ecf9", "#1c4a80"),
    },
    check_image=BandColours("#ebe7f6", "#4b3b80"),
    tags=(
        BandColours("#e3f3e6", "#1d5b2c"),
        BandColours("#f3e3f5", "#6a1f7a"),
        BandColours("#dff3f3", "#0b5559"),
        BandColours("#f6e6dc", "#7a3b12"),
        BandColours("#e6e9f2", "#38436b"),
        BandColours("#fbe4ef", "#8a1c52"),
    ),
)

DARK = Tokens(
    is_dark=True,
    window="#16181c",
    surface="#20242a",
    canvas="#2a2d32",
    border="#363c45",
    edge="#727c89",
    text="#e8eaed",
    muted="#a9b1bc",
    accent="#63c7cd",
    on_accent="#08282a",
    selected="#1d4347",
    hover="#2b3038",
    error="#ff9d97",
    warning_ground="#46340f",
    warning_ink="#ffd27a",
    bands={
        Band.URGENT: BandColours("#4d1f22", "#ffb9b5"),
        Band.SOON: BandColours("#46340f", "#ffd27a"),
        Band.ROUTINE: BandColours("#1b3350", "#b0d1f8"),
    },
    check_image=BandColours("#352e52", "#d2c7ff"),
    tags=(
        BandColours("#1e3a26", "#a9e0b6"),
        BandColours("#3c2544", "#e3bdf0"),
        BandColours("#123b3d", "#9fe0e3"),
        BandColours("#432c1c", "#f0c5a5"),
        BandColours("#2c3350", "#c3cdf5"),
        BandColours("#4a1f35", "#ffbcd9"),
    ),
)


class Theme(QObject):
    """The theme in force; follows the system unless the person chose otherwise."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self.tokens = LIGHT
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """Return what the person chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Use a theme, or follow the system."""
        if choice is not self._choice:
            self._choice = choice
            self._apply()

    def icon(self, name: str) -> QIcon:
        """Return a shipped icon in the text colour, greyed when disabled."""
        icon = QIcon(icon_pixmap(name, self.tokens.text))
        icon.addPixmap(icon_pixmap(name, self.tokens.edge), QIcon.Mode.Disabled)
        return icon

    def badge(self, band: Band) -> Badge:
        """Return a triage band's badge."""
        colours = self.tokens.bands[band]
        return Badge(_(band.label), _SHAPE_BY_BAND[band], colours.ground, colours.ink)

    @property
    def check_badge(self) -> Badge:
        """Return the badge beside the band of an image with warnings."""
        colours = self.tokens.check_image
        return Badge(_(CHECK_IMAGE), Shape.SQUARE, colours.ground, colours.ink)

    def _apply(self) -> None:
        self.tokens = DARK if self._is_dark() else LIGHT
        self._application.setPalette(_qt_palette(self.tokens))
        self._application.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()

    def _is_dark(self) -> bool:
        if self._choice is ThemeChoice.SYSTEM:
            return self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._choice is ThemeChoice.DARK

    def _follow_system(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._apply()


@lru_cache(maxsize=512)
def icon_pixmap(name: str, colour: str, side_px: int = 48) -> QPixmap:
    """Draw the icon ``resources/icons/<name>.svg`` in one colour."""
    drawing = path("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(drawing.encode("utf-8")))
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    return pixmap


def contrast_ratio(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two #rrggbb colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2, section 'relative luminance'."""
    shown = QColor(colour)
    red, green, blue = (_linear(channel) for channel in (shown.redF(), shown.greenF(), shown.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _qt_palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.hover,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.Accent: tokens.accent,
        role.Mid: tokens.border,
        role.Light: tokens.hover,
        role.Dark: tokens.edge,
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.edge))
    return palette


def style_sheet(tokens: Tokens) -> str:
    """Return the application's style sheet in a theme's colours."""
    sheet = Template(path("themes", "naevus.qss").read_text(encoding="utf-8"))
    colours = {name: value for name, value in vars(tokens).items() if isinstance(value, str)}
    variant = "dark" if tokens.is_dark else "light"
    return sheet.substitute(colours, icons=path("icons").as_posix(), variant=variant)
