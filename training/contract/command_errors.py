"""How both command lines end: 0 done, 1 one sentence, 2 not understood, 130 stopped by Ctrl+C."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from models.contract.errors import NaevusError
from training.contract.terminal_tables import sanitized

REFUSED: Final = 1
INTERRUPTED: Final = 130
"""The exit code of a command that Ctrl+C ended, by the convention of shells."""


class CommandRefusedError(NaevusError):
    """A command cannot be carried out as asked."""


class CommandStoppedError(NaevusError):
    """Ctrl+C ended a command; the message says what has become of its work."""


@contextmanager
def stopped_with(sentence: str) -> Iterator[None]:
    """Say after Ctrl+C what has become of the work; raises CommandStoppedError."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise CommandStoppedError(sentence) from error


def exit_code_of(command: Callable[[], object]) -> int:
    """Carry out a command line and return its exit code; what was expected to go wrong is one sentence."""
    try:
        command()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except CommandStoppedError as error:
        print_error(str(error))
        return INTERRUPTED
    except NaevusError as error:
        print_error(str(error))
        return REFUSED
    except OSError as error:
        if error.filename is None:
            raise
        print_error(f"{error.filename}: {error.strerror or 'cannot be used'}.")
        return REFUSED
    return 0


def print_error(sentence: str) -> None:
    """Print a sentence on standard error, so that it does nothing to the terminal."""
    sys.stderr.write("\n".join(map(sanitized, sentence.splitlines())) + "\n")
