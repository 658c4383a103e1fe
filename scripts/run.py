"""Opens Naevus, after setting it up on first use; with arguments, runs the command line instead.

python scripts/run.py                                             the workstation
python scripts/run.py triage resources/samples --report out/      the same main job without a window
"""

import os
import subprocess
import sys

from environment import ROOT, SetUpError, prepared_python


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


def main() -> int:
    """Set up, then start the application as a child and hand back its exit code."""
    arguments = sys.argv[1:]
    try:
        python = prepared_python(with_development=False)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    if not arguments and not _has_display():
        print(
            "There is no display here for the window; without one use: "
            "python scripts/run.py triage resources/samples --report out/",
            file=sys.stderr,
        )
        return 1
    search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": search_path}
    try:
        return subprocess.run([str(python), "-m", "app", *arguments], env=environment).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
