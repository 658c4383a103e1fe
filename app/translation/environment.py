"""Which languages the environment of a command asks for, without a window."""

import locale
import os
import sys

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""As gettext reads them; the first may name several, with colons between."""


def environment_languages() -> tuple[str, ...]:
    """Return names such as "de_CH.UTF-8", the preferred one first."""
    named = [name for variable in _VARIABLES for name in os.environ.get(variable, "").split(":") if name]
    return (*named, *_of_windows())


def _of_windows() -> tuple[str, ...]:
    if sys.platform != "win32":
        return ()
    import ctypes

    number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    name = locale.windows_locale.get(number)
    return () if name is None else (name,)
