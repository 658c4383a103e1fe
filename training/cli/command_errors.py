"""How a door says no: one sentence a person can act on, and exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from training.contract.data_set import DataSetError

_INTERRUPTED = 130
"""The exit code of a command that Ctrl+C ended, by the convention of shells."""


class Refused(typer.Exit):
    """Ends the process with the sentence a person can act on."""

    def __init__(self, reason: object) -> None:
        typer.echo(str(reason), err=True)
        super().__init__(1)


@contextmanager
def sentences(stopped: str, *told: type[Exception]) -> Iterator[None]:
    """End with one sentence for what is wrong with a data set or a file, and with ``stopped`` after Ctrl+C.

    Args:
        stopped: what has become of the work.
        told: further errors whose messages are sentences to show.
    """
    refusals: tuple[type[Exception], ...] = (DataSetError, *told)
    try:
        yield
    except refusals as error:
        raise Refused(error) from error
    except OSError as error:
        raise Refused(f"{error.filename or 'A file'}: {error.strerror or 'cannot be used'}.") from error
    except KeyboardInterrupt as error:
        typer.echo(stopped, err=True)
        raise typer.Exit(_INTERRUPTED) from error
