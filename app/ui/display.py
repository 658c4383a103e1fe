"""Whether a window can be opened at all, asked without Qt, which ends the process where it cannot.

Nothing of Qt is imported here: on a machine without graphics libraries even the import would fail.
"""

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from app.translation import N_, _

_HEADLESS = N_("without it, “naevus triage IMAGES --report FOLDER” does the same work and writes reports.")
_PLUGIN = Path("Qt", "plugins", "platforms", "libqxcb.so")


def why_no_window(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the sentence that says why no window can be opened; None when nothing speaks against it.

    Windows and macOS always have a display. Where a person has chosen one of Qt's platforms, as offscreen or
    vnc, that one is taken at its word.
    """
    if not sys.platform.startswith("linux") or _is_chosen(environment.get("QT_QPA_PLATFORM", "")):
        return None
    if environment.get("WAYLAND_DISPLAY") and _answers("libwayland-client.so.0", _ask_wayland):
        return None
    if not environment.get("DISPLAY"):
        return _no_display()
    missing = _missing_library()
    if missing is not None:
        return _("The window needs a system library that is not installed ({missing}); {headless}").format(
            missing=missing, headless=_(_HEADLESS)
        )
    return None if _answers("libxcb.so.1", _ask_x11) else _no_display()


def _no_display() -> str:
    return _("No display can be reached, so the window cannot be opened; {headless}").format(
        headless=_(_HEADLESS)
    )


def _is_chosen(platform: str) -> bool:
    names = [name.partition(":")[0] for name in platform.split(";") if name]
    return bool(names) and not {"xcb", "wayland"} & {name.split("-")[0] for name in names}


def _missing_library() -> str | None:
    """Return what the loader says when Qt's part for X11 misses a library; None when it can be loaded."""
    found = importlib.util.find_spec("PySide6")
    for folder in (found.submodule_search_locations or ()) if found else ():
        plugin = Path(folder) / _PLUGIN
        if plugin.exists():
            return _loading_error(plugin)
    return None


def _loading_error(library: Path) -> str | None:
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return str(error).partition(":")[0]
    return None


def _answers(library: str, ask: Callable[[ctypes.CDLL], bool]) -> bool:
    """Ask the display through its own library; without the library Qt would not find it either."""
    try:
        return ask(ctypes.CDLL(library))
    except OSError:
        return False


def _ask_x11(xcb: ctypes.CDLL) -> bool:
    """Connect as Qt would, with the display's name and the person's permission.

    The connection stays until the process ends: a server that starts afresh whenever its last client leaves,
    as Xvfb does, would refuse the one that Qt opens next.
    """
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    return bool(xcb.xcb_connection_has_error(xcb.xcb_connect(None, None)) == 0)


def _ask_wayland(wayland: ctypes.CDLL) -> bool:
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    connection = wayland.wl_display_connect(None)
    if connection is None:
        return False
    wayland.wl_display_disconnect(connection)
    return True
