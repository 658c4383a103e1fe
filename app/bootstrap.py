"""Builds the services from the settings; the only module that says who fills which port.

The data folder holds ``cases.sqlite``, ``blobs/``, ``backups/``, ``journal/``, ``models/``,
``runs/``, ``snapshots/``, ``log/`` and ``settings.toml``.
"""

import getpass
import logging
import logging.handlers
import os
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import overload

import platformdirs

import resources
from app.domain.errors import StorageError
from app.domain.vocabulary import Vocabulary
from app.imaging.readers import ImageReader
from app.inference.choice import EngineChoice
from app.inference.engine import Engine
from app.inference.onnx_engine import OnnxEngine
from app.inference.predictor import ModelPredictor
from app.inference.server_engine import ServerEngine
from app.runs.launcher import ProcessRunLauncher
from app.settings import Settings
from app.storage.journal import FileStrokeJournal
from app.storage.line_renewal import Renewing, unseen
from app.storage.store import CaseStore
from app.translation import _
from app.usecases.exports.exporter import Exporter
from app.usecases.image_arrays import ImageArrays
from app.usecases.models.promote_model import UNKNOWN_USER
from app.usecases.services import Services
from app.usecases.work_list.due_days import due_days
from models.contract.files.private_files import create_private, make_private_folder
from models.contract.shelf.model_shelf import ModelShelf

DATA_DIR_VARIABLE = "NAEVUS_DATA_DIR"
SHIPPED_MODELS_VARIABLE = "NAEVUS_SHIPPED_MODELS"
SETTINGS_NAME = "settings.toml"
ACTIVE_MODELS_NAME = "active.json"
_SHIPPED_ACTIVE_NAMES = {"research": "active.json", "open": "active-open.json"}

_LOG_BYTES = 1_000_000


def data_folder(chosen: Path | None = None) -> Path:
    """Return where cases are kept: as chosen, else NAEVUS_DATA_DIR, else the user's own data folder."""
    if chosen is not None:
        return chosen.absolute()
    named = os.environ.get(DATA_DIR_VARIABLE)
    return Path(named).absolute() if named else platformdirs.user_data_path("Naevus", appauthor=False)


def open_services(folder: Path, settings: Settings, *, renewing: Renewing = unseen) -> Services:
    """Open the case store in ``folder`` and return everything the use cases need.

    ``renewing`` is told how far it is when the work list of an earlier version has to be renewed.

    Raises:
        StorageError: the case store cannot be used; the message says why.
    """
    store = CaseStore.open(folder, now, renewing=renewing)
    shelf = ModelShelf(
        (folder / "models", resources.path("models")),
        folder / ACTIVE_MODELS_NAME,
        shipped_active_file=resources.path("models", _SHIPPED_ACTIVE_NAMES[shipped_models(settings)]),
    )
    choice = EngineChoice(_engines(folder, settings), folder / "engine_choice.json")
    return Services(
        store=store,
        images=ImageReader(),
        arrays=ImageArrays(store.blobs),
        predictor=ModelPredictor(shelf, choice),
        exporters=_Exporters(),
        clock=now,
        user=settings.user_name or login_name(),
        vocabulary=vocabulary(),
        shelf=shelf,
        runs=ProcessRunLauncher(),
        learning_images=resources.path("learning"),
        journal=FileStrokeJournal(folder / "journal"),
        due=due_days(settings),
    )


def shipped_models(settings: Settings) -> str:
    """Return which shipped pair serves: as NAEVUS_SHIPPED_MODELS says, else as the settings say.

    Raises:
        StorageError: the variable names no pair.
    """
    named = os.environ.get(SHIPPED_MODELS_VARIABLE, settings.shipped_models)
    if named not in _SHIPPED_ACTIVE_NAMES:
        raise StorageError(
            _("{shipped_models_variable} is {named!r}; it can be 'research' or 'open'.").format(
                shipped_models_variable=SHIPPED_MODELS_VARIABLE, named=named
            )
        )
    return named


def now() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)


def login_name() -> str:
    """Return who is logged in at this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return UNKNOWN_USER


@cache
def vocabulary() -> Vocabulary:
    """Return the permitted words of the forms, from resources/terms."""
    fields = tomllib.loads(resources.path("terms", "case_fields.toml").read_text(encoding="utf-8"))
    diagnoses = tomllib.loads(resources.path("terms", "diagnoses.toml").read_text(encoding="utf-8"))
    keys = tomllib.loads(resources.path("terms", "decision_keys.toml").read_text(encoding="utf-8"))
    sites = resources.rows("terms", "anatomic_sites.csv")
    return Vocabulary.from_tables(fields, diagnoses["diagnosis"], keys, sites)


def start_log(folder: Path) -> None:
    """Write what this program's own packages log into ``folder/log``.

    Other libraries are left out, because they quote what they read, and that may be a patient's name.
    """
    try:
        make_private_folder(folder / "log")
        handler = _PrivateLog(
            folder / "log" / "naevus.log", maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8"
        )
    except OSError as error:
        raise StorageError(
            _("The data folder {folder} cannot be written: {strerror}.").format(
                folder=folder, strerror=error.strerror
            )
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for package in ("app", "models", "training"):
        logger = logging.getLogger(package)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)


class _PrivateLog(logging.handlers.RotatingFileHandler):
    """A log that no other user of the machine may read."""

    def _open(self) -> TextIOWrapper:
        create_private(Path(self.baseFilename))
        return super()._open()


def _engines(folder: Path, settings: Settings) -> tuple[Engine, ...]:
    server, onnx = ServerEngine(folder / "log" / "model_server.log"), OnnxEngine()
    return {"measured": (server, onnx), "onnx": (onnx,), "server": (server,)}[settings.engine]


class _Exporters(Sequence[Exporter]):
    """Every export format; their code takes a while to load, and the start must not wait for it."""

    @overload
    def __getitem__(self, index: int) -> Exporter: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exporter]: ...
    def __getitem__(self, index: int | slice) -> Exporter | Sequence[Exporter]:
        return _loaded_exporters()[index]

    def __len__(self) -> int:
        return len(_loaded_exporters())


@cache
def _loaded_exporters() -> tuple[Exporter, ...]:
    from app.exporters import EXPORTERS, KEY_TABLE

    return (*EXPORTERS, KEY_TABLE)
