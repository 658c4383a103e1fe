"""Without a display the window says so in one sentence, where Qt would end the process with SIGABRT."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.ui import display
from app.ui.display import why_no_window

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")


@pytest.mark.parametrize("changes", [{}, {"DISPLAY": ":4099"}, {"DISPLAY": "nonsense"}])
def test_the_program_ends_with_a_sentence(tmp_path: Path, changes: dict[str, str]) -> None:
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"NAEVUS_DATA_DIR": str(tmp_path), **changes}
    done = subprocess.run([sys.executable, "-m", "app"], env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("No display can be reached, so the window cannot be opened;")
    assert done.stderr.count(b"\n") == 1
    assert b"naevus triage" in done.stderr


@pytest.mark.parametrize(
    ("platform", "is_asked"),
    [
        ("offscreen", False),
        ("vnc:port=5901", False),
        ("wayland;xcb", True),
        ("wayland-egl", True),
        ("", True),
    ],
)
def test_a_platform_that_needs_no_display_is_taken_at_its_word(platform: str, is_asked: bool) -> None:
    assert (why_no_window({"QT_QPA_PLATFORM": platform}) is not None) is is_asked


def test_a_missing_system_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert display._loading_error(tmp_path / "libqxcb.so") == str(tmp_path / "libqxcb.so")
    monkeypatch.setattr(display, "_missing_library", lambda: "libxcb-cursor.so.0")
    sentence = why_no_window({"DISPLAY": ":0"})
    assert sentence is not None
    assert "not installed (libxcb-cursor.so.0)" in sentence


_OPEN_A_WINDOW = """
from PySide6.QtGui import QGuiApplication
from app.ui.display import why_no_window
assert why_no_window() is None
print(QGuiApplication([]).platformName())
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_a_window_opens_on_a_display_that_starts_afresh_when_its_last_client_leaves() -> None:
    command = ["Xvfb", "-displayfd", "1", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        environment = os.environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        environment.pop("WAYLAND_DISPLAY", None)
        done = subprocess.run(
            [sys.executable, "-c", _OPEN_A_WINDOW], env=environment, capture_output=True, check=False
        )
        server.terminate()
    assert done.stdout.decode().split() == ["xcb"], done.stderr.decode()
