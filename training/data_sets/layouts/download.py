"""What every download is: files below folders that a person names, and tables with commas or tabs."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from training.data_sets.layouts.data_folder import ConversionError


def files_below(folder: Path, *, apart_from: Path) -> list[Path]:
    """All files below ``folder``, resolved and in alphabetical order, but for those below ``apart_from``.

    Raises:
        ConversionError: it is no folder.
    """
    check_is_folder(folder)
    left_out = apart_from.resolve()
    return [
        file
        for file in sorted(folder.resolve().rglob("*"))
        # macOS writes a companion ._NAME beside every file of an archive.
        if not (file.name.startswith("._") or file.is_relative_to(left_out)) and file.is_file()
    ]


def check_is_folder(source: Path) -> None:
    """Raise ConversionError if what a person named is no folder."""
    if not source.is_dir():
        raise ConversionError(f"{source} is no folder.")


@contextmanager
def readable(table: Path) -> Iterator[None]:
    """Say in a sentence (ConversionError) what makes a file no table, while it is read."""
    try:
        yield
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConversionError(f"{table.name} is no table that can be read ({error}).") from error


def delimiter_of(table: TextIO) -> str:
    """Tab or comma, by the first line; the table is read from its beginning again."""
    delimiter = "\t" if "\t" in table.readline() else ","
    table.seek(0)
    return delimiter
