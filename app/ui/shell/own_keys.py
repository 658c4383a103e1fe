"""Keys that a person chose for the window's actions, in place of the program's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from app.translation import _

OwnKeys = Mapping[str, str]
"""By the action's id; "" takes its key away."""

_KEY = Qt.Key
_TAKEN_BY_TOOLS = (
    _KEY.Key_Space, _KEY.Key_Escape, _KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Backspace,
    _KEY.Key_BracketLeft,
    _KEY.Key_BracketRight, _KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Insert,
    _KEY.Key_Delete, _KEY.Key_Backtab,
)  # fmt: skip
"""What tools, lists and fields understand by themselves."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An action whose key can be chosen."""

    id: str
    text: str
    """Menu and name, in the language in use."""
    keys: str
    """The program's own, "" for none."""


def portable(keys: str) -> str:
    """Return keys as they are stored."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def native(keys: str) -> str:
    """Return keys as the keyboard names them here."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def keys_of(line: KeyLine, own: OwnKeys) -> str:
    """Return the key in use."""
    return portable(own.get(line.id, line.keys))


def why_not(keys: str, line: KeyLine, lines: Sequence[KeyLine], own: OwnKeys) -> str:
    """Return why an action cannot have a key, in a sentence; "" if it can."""
    wanted = portable(keys)
    if not wanted:
        return ""
    if wanted != portable(line.keys):
        if ", " in wanted:
            return _("One press of keys, please: {keys} are several.").format(keys=native(wanted))
        if QKeySequence(wanted) in map(QKeySequence, _TAKEN_BY_TOOLS):
            return _("{keys} belongs to the tools and fields; choose another one.").format(
                keys=native(wanted)
            )
    taken_for = _other(wanted, line, lines, own)
    if not taken_for:
        return ""
    return _("{keys} is taken by “{action}”; give that one another key first.").format(
        keys=native(wanted), action=taken_for
    )


def _other(wanted: str, line: KeyLine, lines: Sequence[KeyLine], own: OwnKeys) -> str:
    others = (other for other in lines if other.id != line.id)
    return next((other.text for other in others if keys_of(other, own) == wanted), "")


def usable(own: OwnKeys, lines: Sequence[KeyLine]) -> OwnKeys:
    """Return the choices that can hold: some of a file that was edited by hand may meet."""
    chosen = (line for line in lines if line.id in own)
    return {line.id: portable(own[line.id]) for line in chosen if not why_not(own[line.id], line, lines, own)}
