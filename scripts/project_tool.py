"""Runs a tool of the project's environment, wherever Python keeps its programs; pre-commit calls it.

python scripts/project_tool.py ruff check .
"""

import subprocess
import sys

from environment import ENVIRONMENT, ROOT


def main(arguments: list[str]) -> int:
    """Run the tool that the first argument names; the exit code is its own."""
    name, *rest = arguments
    folder, suffix = ("Scripts", ".exe") if sys.platform == "win32" else ("bin", "")
    tool = ENVIRONMENT / folder / f"{name}{suffix}"
    if not tool.exists():
        print(f"{name} is not installed yet; python scripts/test.py --fast sets it up.", file=sys.stderr)
        return 1
    return subprocess.run([str(tool), *rest], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
