"""An export's folder while it is written, case by case; one that was stopped goes on where it stopped.

Until everything is in it the folder has a name of its own, ``NAME.unfinished-KEY``. The key stands for what
was asked for, so the same export finds it again, and no other one does. A line of its record says of each
written file from what it was made and which bytes it has; a file for which both still hold is left as it is.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app import __version__
from app.domain.case import Case
from app.domain.errors import ExportError
from app.domain.other_lesions import OtherLesion
from app.domain.workspaces import EXPORT_WORKSPACE_PREFIX
from app.exporters.atomic_output import NewFile, export_error, moved, new_file, sync_file
from app.exporters.case_index import INDEX_NAME, KEY_COLUMNS, index_columns, index_row, key_row
from app.exporters.case_names import CaseNames
from app.exporters.csv_cells import CsvFile
from app.exporters.image_rendering import image_png
from app.translation import _
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile
from models.contract.files.file_lock import AlreadyLockedError, locked_meanwhile
from models.contract.files.private_files import create_private, make_private_folder, write_private

_RECORD = ".written.jsonl"
_KEY_DIGITS = 12


@contextmanager
def begun_folder(folder: Path, name: str, manner: ExportManner) -> Iterator["BegunFolder"]:
    """Give a folder to be filled, and put it below ``folder`` as ``name`` when the block ends without error.

    One that holds files when the block is left before stays, so that the same export can go on with it.

    Raises:
        ExportError: the folder cannot be written, the disk is full, or the same export is under way there.
    """
    begun: BegunFolder | None = None
    try:
        make_private_folder(folder)
        with locked_meanwhile(folder / f"{EXPORT_WORKSPACE_PREFIX}{_key(name, manner)}.lock"):
            begun = BegunFolder(folder, name, manner)
            with begun:
                yield begun
                begun.deliver()
    except AlreadyLockedError:
        raise ExportError(
            _(
                "The same export is being written to this folder already; wait until it is done, or choose "
                "another folder."
            )
        ) from None
    except OSError as error:
        left = _("Nothing was written.") if begun is None else begun.what_is_left
        raise export_error(error, left) from None


class BegunFolder:
    """Files of cases on their way into one new folder, with the index of them."""

    def __init__(self, folder: Path, name: str, manner: ExportManner) -> None:
        self._folder, self._name, self._manner = folder, name, manner
        self._place = folder / f"{name}.unfinished-{_key(name, manner)}"
        self._names: list[str] = []
        self._stream_names: list[str] = []
        self._has_case_files = False
        self._open, self._key_open = ExitStack(), ExitStack()
        self._written: dict[str, tuple[str, str]] = {}
        self.stems = CaseNames(manner)
        """Gives each case its name in this export."""
        self.files: list[Path] = []
        """Where the files lie, known after delivery."""

    def __enter__(self) -> "BegunFolder":
        """Take up what an earlier try has written."""
        make_private_folder(self._place)
        self._written = _recorded(self._place / _RECORD)
        self._record = self._open.enter_context(self._appended(_RECORD))
        self._index = CsvFile(self.stream(INDEX_NAME), index_columns(deidentified=self._manner.deidentified))
        self._key_file = self._new_key_file()
        self._key = None if self._key_file is None else self._key_table(self._key_file)
        return self

    def __exit__(self, *stopped: object) -> None:
        """Close everything; a folder in which no case has come is removed."""
        self._open.close()
        self._key_open.__exit__(*stopped)  # type: ignore[arg-type]  # the three of any block
        if not self._has_case_files and self._place.exists():
            shutil.rmtree(self._place, ignore_errors=True)

    @property
    def what_is_left(self) -> str:
        """Return in a sentence what there is of a stopped export."""
        if not self._has_case_files:
            return _("Nothing was written.")
        return _("What was written is kept as “{name}”; the same export goes on with it.").format(
            name=self._place.name
        )

    def put(
        self,
        case: Case,
        name: str,
        make: Callable[[], bytes],
        *,
        lesion: OtherLesion | None = None,
        made_from: str = "",
    ) -> None:
        """Write a file made from a case's image, mask or map; ``name`` may hold a folder, with a slash.

        ``lesion`` is the one that the file shows alone, where it is not the one of interest; ``made_from``
        tells what else the file depends on. What an earlier try has written from the same is left, and not
        made again.
        """
        source = _source(case, made_from)
        if not self._is_there(name, source):
            content = make()
            path = self._place / name
            make_private_folder(path.parent)
            path.unlink(missing_ok=True)
            write_private(path, content)
            self._note(name, source, hashlib.sha256(content).hexdigest())
        self._has_case_files = True
        self._names.append(name)
        self._index.write(index_row(case, name, deidentified=self._manner.deidentified, lesion=lesion))
        if self._key is not None:
            self._key.write(key_row(case, name))

    def put_image(self, file: CaseFile, name: str) -> str:
        """Write the upright image as PNG, and return its name."""
        self.put(file.case, name, lambda: image_png(file.pixels))
        return name

    def stream(self, name: str) -> BinaryIO:
        """Open a file of the folder to be written bit by bit; it is made anew at every try."""
        path = self._place / name
        path.unlink(missing_ok=True)
        create_private(path, is_new=True)
        self._stream_names.append(name)
        return self._open.enter_context(path.open("wb"))

    def deliver(self) -> None:
        """Move everything to its place; raises ExportError when there is no file of any case."""
        if not self._has_case_files:
            raise ExportError(_("None of the chosen cases has what this format holds. Nothing was written."))
        self._open.close()
        for name in self._stream_names:
            sync_file(self._place / name)
        for name in self._written.keys() - set(self._names):
            (self._place / name).unlink(missing_ok=True)
        (self._place / _RECORD).unlink()
        target = moved(self._place, self._folder, self._name)
        self.files = [target / part for part in (*self._names, *self._stream_names)]
        if self._key_file is not None:
            self._key_file.name = f"{target.name}.csv"

    def _is_there(self, name: str, source: str) -> bool:
        made_from, sha256 = self._written.get(name, ("", ""))
        if made_from != source:
            return False
        with suppress(OSError):
            return hashlib.sha256((self._place / name).read_bytes()).hexdigest() == sha256
        return False

    def _note(self, name: str, source: str, sha256: str) -> None:
        self._written[name] = (source, sha256)
        self._record.write(json.dumps([name, source, sha256]).encode() + b"\n")
        self._record.flush()

    def _appended(self, name: str) -> BinaryIO:
        path = self._place / name
        create_private(path)
        return path.open("ab")

    def _new_key_file(self) -> NewFile | None:
        if self._manner.key_folder is None or not self._manner.deidentified:
            return None
        return self._key_open.enter_context(new_file(self._manner.key_folder, f"{self._name}.csv"))

    def _key_table(self, file: NewFile) -> CsvFile:
        return CsvFile(self._open.enter_context(file.path.open("wb")), KEY_COLUMNS)


def _key(name: str, manner: ExportManner) -> str:
    asked = json.dumps(
        [name, manner.deidentified, manner.names, manner.selection_sha256, manner.form, manner.overlay]
    )
    return hashlib.sha256(asked.encode()).hexdigest()[:_KEY_DIGITS]


def _source(case: Case, also: str) -> str:
    """Return what tells whether a file would be made the same again."""
    probability = case.boundary.probability if case.boundary else None
    others = [(lesion.number, lesion.mask) for lesion in case.lesions.drawn]
    made_from = json.dumps(
        [__version__, case.image.id, case.image.upright, case.mask, probability, others, also]
    )
    return hashlib.sha256(made_from.encode()).hexdigest()


def _recorded(record: Path) -> dict[str, tuple[str, str]]:
    """Read what an earlier try has noted; a line that a crash has cut off says nothing."""
    written = {}
    with suppress(FileNotFoundError):
        for line in record.read_bytes().splitlines():
            with suppress(ValueError):
                name, source, sha256 = json.loads(line)
                written[str(name)] = (str(source), str(sha256))
    return written
