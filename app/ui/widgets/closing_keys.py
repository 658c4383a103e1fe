"""The keys that close a window of its own, as its close button does."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

CLOSING_KEYS = ("Ctrl+W", "Escape")


def close_by_keys(window: QWidget) -> None:
    """Let Ctrl+W and Escape close a window that is no dialog."""
    for keys in CLOSING_KEYS:
        QShortcut(QKeySequence(keys), window, window.close)
