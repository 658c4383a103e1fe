"""Keys that a person chose for the window's actions, in place of the program's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from app.translation import _

OwnKeys = Mapping[str, str]
"""By the action's id; "" takes its key away."""

_OF_THE_IMAGE = frozenset(
    ("Space", "Esc", "Return", "Enter", "Backspace", "[", "]", "Left", "Right", "Up", "Down", "Ins", "Del",
     "Backtab", "Shift+Tab")
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
    if not wanted or wanted == portable(line.keys):
        taken_for = "" if not wanted else _other(wanted, line, lines, own)
    elif ", " in wanted:
        return _("One press of keys, please: {keys} are several.").format(keys=native(wanted))
    elif wanted in _OF_THE_IMAGE:
        return _("{keys} belongs to the tools and fields; choose another one.").format(keys=native(wanted))
    else:
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
