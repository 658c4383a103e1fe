"""Opens the window, runs a command or the training process; each is imported only when chosen."""

import gc
import runpy
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_TRAINING = "--training"
_DATA_DIR = "--data-dir"


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what the arguments ask for and return the exit code."""
    from models.contract.files.private_files import close_new_files

    close_new_files()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [_TRAINING]:
        return _train(given[1:])
    chosen = _only_data_dir(given)
    if not given or chosen is not None:
        return _open_window(chosen)
    return _run_command(given)


def _only_data_dir(arguments: list[str]) -> Path | None:
    """Return the data folder when the arguments name that and nothing else."""
    if len(arguments) == 2 and arguments[0] == _DATA_DIR:
        return Path(arguments[1])
    if len(arguments) == 1 and arguments[0].startswith(f"{_DATA_DIR}="):
        return Path(arguments[0].removeprefix(f"{_DATA_DIR}="))
    return None


def _open_window(chosen: Path | None) -> int:
    # Hundreds of modules are loaded and stay: looking through them for garbage meanwhile takes a tenth of the
    # start. From then on the window collects it itself.
    gc.disable()
    from app import bootstrap
    from app.settings import read_settings
    from app.ui.display import why_no_window
    from models.contract.errors import NaevusError

    folder = bootstrap.data_folder(chosen)
    settings_file = folder / bootstrap.SETTINGS_NAME
    settings, warnings = read_settings(settings_file)
    _speak(settings.language)
    refusal = why_no_window()
    if refusal is not None:
        sys.stderr.write(f"{refusal}\n")
        return 1
    from app.ui.application import run_window
    from app.ui.preferences import Places

    try:
        bootstrap.start_log(folder)
    except NaevusError as error:
        warnings = (*warnings, str(error))
    return run_window(
        lambda renewing: bootstrap.open_services(folder, settings, renewing=renewing),
        settings,
        warnings,
        Places(folder, settings_file),
    )


def _run_command(arguments: list[str]) -> int:
    from app import bootstrap, cli
    from app.domain.errors import StorageError
    from app.settings import read_settings
    from app.usecases.services import Services
    from app.usecases.upkeep.sweep_leftovers import sweep_leftovers

    def open_services(chosen: Path | None) -> Services:
        folder = bootstrap.data_folder(chosen)
        settings, warnings = read_settings(folder / bootstrap.SETTINGS_NAME)
        _speak(settings.language)
        for warning in warnings:
            sys.stderr.write(f"{warning}\n")
        bootstrap.start_log(folder)
        services = bootstrap.open_services(folder, settings, renewing=_print_renewal)
        with suppress(StorageError):  # a command that needs what is broken says so itself
            sweep_leftovers(services)
        return services

    return cli.run(arguments, open_services)


def _speak(setting: str) -> None:
    """Show sentences in the language of a setting, as far as that is known without a window."""
    from app.translation import speak
    from app.translation.environment import environment_languages
    from app.translation.languages import chosen_language

    speak(chosen_language(setting, environment_languages()))


def _print_renewal(renewed: int, of: int) -> None:
    from app.translation import _

    sentence = _("Bringing the work list of an earlier version up to date: {renewed:,} of {of:,}")
    sys.stderr.write(f"{sentence.format(renewed=renewed, of=of)}\n")


def _train(arguments: list[str]) -> int:
    sys.argv = ["training", *arguments]
    runpy.run_module("training", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
