"""Lets the window speak a language: its sentences, Qt's own texts and calendars, and its direction."""

import lzma

from PySide6.QtCore import QByteArray, QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from app.translation import speak
from app.translation.languages import ENGLISH, Language, chosen_language
from resources import path


def use_language(application: QApplication, setting: str) -> None:
    """Show everything from now on in the language of a setting; before any window is made."""
    language = chosen_language(setting, QLocale.system().uiLanguages())
    speak(language)
    QLocale.setDefault(qt_locale(language))
    _translate_qt(application, language)
    application.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if language.is_right_to_left else Qt.LayoutDirection.LeftToRight
    )
    if language.is_right_to_left:
        _bring_arabic_letters()


def qt_locale(language: Language) -> QLocale:
    """Return how Qt's own fields write numbers and days; an English system keeps its own way."""
    if language is ENGLISH and QLocale.system().language() is QLocale.Language.English:
        return QLocale.system()
    return QLocale(f"{language.code}_{language.country}")


def _translate_qt(application: QApplication, language: Language) -> None:
    """Install Qt's translation of its own texts for that of before; without one they are English."""
    for former in application.findChildren(QTranslator):
        application.removeTranslator(former)
        former.deleteLater()
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language.code}", folder):
        application.installTranslator(translator)


def _bring_arabic_letters() -> None:
    """Load the report's Arabic font where the system has none."""
    if not QFontDatabase.families(QFontDatabase.WritingSystem.Arabic):
        font = lzma.decompress(path("fonts", "NotoSansArabic.ttf.xz").read_bytes())
        QFontDatabase.addApplicationFontFromData(QByteArray(font))
