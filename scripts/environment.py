"""Sets up the project's own .venv, once; used by run.py and test.py and needs nothing but Python itself.

A stamp inside the environment says what was installed. It is written last, so that an interrupted set-up
is taken up again at the next start (pip keeps what it has already downloaded and installed).
"""

import ctypes.util
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PINS = ROOT / "scripts" / "pins.txt"
OLDEST_PYTHON = (3, 11)

QT_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon": "libxkbcommon0",
    "fontconfig": "libfontconfig1",
    "dbus-1": "libdbus-1-3",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-shape": "libxcb-shape0",
    "xcb-image": "libxcb-image0",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-xinerama": "libxcb-xinerama0",
    "xcb-randr": "libxcb-randr0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}
"""Shared libraries that Qt's window system plugin loads on Linux, and Debian's packages that hold them."""


class SetUpError(Exception):
    """Setting up stopped; the message says what the person can do."""


def prepared_python(*, with_development: bool) -> Path:
    """Return the environment's Python, after installing what is missing; raises SetUpError."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(str(part) for part in OLDEST_PYTHON)
        raise SetUpError(f"Naevus needs Python {wanted} or newer; this is Python {sys.version.split()[0]}.")
    python = _environment_python()
    wanted_stamp = _stamp(with_development)
    if not _is_up_to_date(wanted_stamp):
        _install(python, with_development)
        _stamp_path(with_development).write_text(wanted_stamp, encoding="utf-8")
    if sys.platform == "linux":
        _provide_qt_libraries()
    return python


def has_nvidia_driver() -> bool:
    """Say whether an NVIDIA driver is installed on this machine."""
    if sys.platform == "win32":
        return ctypes.util.find_library("nvcuda") is not None
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _environment_python() -> Path:
    folder, name = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return ENVIRONMENT / folder / name


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _requirements(with_development: bool) -> list[str]:
    project = _project()
    wanted = list(project["project"]["dependencies"])  # type: ignore[index]
    if with_development:
        wanted += project["dependency-groups"]["dev"]  # type: ignore[index]
    return wanted


def _stamp(with_development: bool) -> str:
    facts = {
        "requirements": _requirements(with_development),
        "pins": hashlib.sha256(PINS.read_bytes()).hexdigest(),
        "nvidia": has_nvidia_driver(),
        "python": sys.version,
        "place": str(ROOT),
    }
    return json.dumps(facts, indent=1)


def _stamp_path(with_development: bool) -> Path:
    return ENVIRONMENT / ("development.json" if with_development else "run.json")


def _is_up_to_date(wanted_stamp: str) -> bool:
    if not _environment_python().exists():
        return False
    stamps = [_stamp_path(False), _stamp_path(True)]
    return any(path.exists() and path.read_text(encoding="utf-8") == wanted_stamp for path in stamps)


def _install(python: Path, with_development: bool) -> None:
    _say(1, "making the environment .venv")
    if (
        not python.exists()
        or subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode
    ):
        _make_environment()
    _say(2, "installing torch (the largest part, several minutes on a slow line)")
    _install_torch(python)
    _say(3, "installing the other packages")
    _pip(python, *(line for line in _requirements(with_development) if not line.startswith("torch==")))
    _pip(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _say(4, "looking for an accelerator")
    _install_cuda_extra(python)


def _make_environment() -> None:
    try:
        venv.EnvBuilder(with_pip=True, clear=ENVIRONMENT.exists()).create(ENVIRONMENT)
    except (subprocess.CalledProcessError, OSError) as error:
        raise SetUpError(
            "Python could not make a virtual environment here; on Debian or Ubuntu run "
            f"'apt-get install python3-venv' first, and check that {ROOT} can be written ({error})."
        ) from error


def _install_torch(python: Path) -> None:
    """Install the CPU build where no NVIDIA driver is found and an index has one, else the default."""
    requirement = next(line for line in _requirements(False) if line.startswith("torch=="))
    if sys.platform == "linux" and not has_nvidia_driver():
        arguments = _pip_arguments(python, f"{requirement}+cpu")
        if subprocess.run(arguments, cwd=ROOT, capture_output=True).returncode == 0:
            return
        print(
            "   No index of this machine offers torch's CPU build; taking the default build, which brings "
            "the CUDA libraries along. (Set PIP_EXTRA_INDEX_URL to PyTorch's CPU index to avoid that.)",
            flush=True,
        )
    _pip(python, requirement)


def _install_cuda_extra(python: Path) -> None:
    if sys.platform != "linux" or not has_nvidia_driver():
        print("   no NVIDIA driver: the CPU kernels are used", flush=True)
        return
    extra = _project()["project"]["optional-dependencies"]["cuda"]  # type: ignore[index]
    environment = os.environ | {"MAMBA_KEEP_CUDA_BUILD": "TRUE"}
    arguments = _pip_arguments(python, "--no-build-isolation", *extra)
    if subprocess.run(arguments, cwd=ROOT, env=environment).returncode:
        print(
            "   mamba-ssm could not be built here; Naevus's own Triton kernel is used on the GPU instead",
            flush=True,
        )


def _pip_arguments(python: Path, *arguments: str) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check", "--progress-bar", "on"]
    return [str(python), "-m", "pip", "install", *quiet, "--constraint", str(PINS), *arguments]


def _pip(python: Path, *arguments: str) -> None:
    if subprocess.run(_pip_arguments(python, *arguments), cwd=ROOT).returncode:
        raise SetUpError(
            "A package could not be installed (see the lines above); check the network and the disk, then "
            "start the same command again: it goes on where it stopped."
        )


def _provide_qt_libraries() -> None:
    missing = sorted(
        {package for name, package in QT_LIBRARIES.items() if not ctypes.util.find_library(name)}
    )
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"   installing system libraries for the window: {' '.join(missing)}", flush=True)
        subprocess.run(["apt-get", "update", "--quiet=2"], stdout=subprocess.DEVNULL)
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
            return
    print(f"Qt may need system libraries; on Debian or Ubuntu run: sudo {' '.join(command)}", flush=True)


def _say(step: int, what: str) -> None:
    print(f"[{step}/4] Setting up: {what}", flush=True)
