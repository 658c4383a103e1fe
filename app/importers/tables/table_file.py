"""Any table file to a table of metadata; what a file is, its content says, not its name."""

from contextlib import AbstractContextManager
from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.importers.tables.column_meanings import names_known_columns
from app.importers.tables.json_table import opened_json
from app.importers.tables.metadata_table import MetadataTable, OpenTable, opened_once, readable
from app.importers.tables.text_table import opened_text
from app.importers.tables.workbook import opened_workbook
from app.translation import N_, _

EXAMPLES = 50
"""Lines that are read for a preview."""

_MOST_BYTES = 2_000_000_000

_REFUSED = {
    b"\xd0\xcf\x11\xe0": N_("is a workbook of an old Excel; save it as XLSX or CSV."),
    b"%PDF": N_("is a PDF document, not a table."),
    b"PAR1": N_("is a Parquet file; write it as CSV."),
}


def read_table(path: Path) -> MetadataTable:
    """Return the columns and first lines of a table in CSV, TSV, XLSX or JSON.

    Raises:
        UnreadableFileError: it is no table that can be used; the message is the sentence to show.
    """
    with readable():
        if not path.is_file():
            raise UnreadableFileError(_("{name} is not a file.").format(name=path.name))
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableFileError(
                _("{name} is too large for a table of metadata.").format(name=path.name)
            )
        with path.open("rb") as stream:
            start = stream.read(4096)
    for signature, words in _REFUSED.items():
        if start.startswith(signature):
            raise UnreadableFileError(f"{path.name} {_(words)}")
    return opened_once(lambda: _opened(path, start), examples=EXAMPLES, path=path)


def _opened(path: Path, start: bytes) -> AbstractContextManager[OpenTable]:
    if start.startswith(b"PK\x03\x04"):
        if b"opendocument" in start:
            raise UnreadableFileError(
                _("{name} is an OpenDocument file; save it as XLSX or CSV.").format(name=path.name)
            )
        return opened_workbook(path, names_known_columns)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return opened_json(path)
    return opened_text(path)
