"""Every setting once: key, type, default, help. The file keeps only what differs from the defaults.

A value that cannot be used falls back to its default with a warning; unknown keys (of a newer version)
are left in the file as they are.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.translation import _
from models.contract.files.atomic_files import write_whole
from models.contract.files.private_files import make_private_folder

VERSION = 1
"""Of the file's keys and their meaning; see MIGRATORS."""

LEAST_DUE_DAYS, MOST_DUE_DAYS = 1, 730

LEAST_PREVALENCE_PERCENT = 0.01
MOST_PREVALENCE_PERCENT = 90.0

Migrator = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATORS: tuple[Migrator, ...] = ()
"""The first one takes the values of version 1 to version 2, and so on."""


def _due_days(days: int, band: str) -> Any:  # noqa: ANN401 - what pydantic's Field returns
    return Field(
        default=days,
        ge=LEAST_DUE_DAYS,
        le=MOST_DUE_DAYS,
        description=f"Days after its import within which a case of the band {band} is to be decided.",
    )


class Settings(BaseModel):
    """What a person can choose; windows remember their own geometry elsewhere."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    user_name: str = Field(default="", description="Signs corrections and decisions; empty: the login name.")
    prevalence_percent: float = Field(
        default=5.0,
        ge=LEAST_PREVALENCE_PERCENT,
        le=MOST_PREVALENCE_PERCENT,
        description="How many of 100 lesions photographed here are malignant; figures of bands need it.",
    )
    language: Literal["system", "en", "de", "fr", "es", "ar"] = Field(
        default="system", description="Language of the window, of commands and of reports."
    )
    theme: Literal["system", "light", "dark"] = Field(default="system", description="Colours of the window.")
    engine: Literal["measured", "onnx", "server"] = Field(
        default="measured", description="Which inference engine serves; 'measured' takes the faster one."
    )
    shipped_models: Literal["research", "open"] = Field(
        default="research",
        description="Which shipped models serve: 'research' learned from more images, for non-commercial use "
        "only; 'open' from CC-0 images alone.",
    )
    pen_pressure: bool = Field(
        default=True, description="A pen that is pressed lightly draws with a smaller brush."
    )
    watched_folder: str = Field(
        default="",
        description="What appears in this folder is imported while the window is open; empty: none.",
    )
    shortcuts: dict[str, str] = Field(
        default={}, description="Keys of actions, by their ids, in place of the program's own."
    )
    favourite_diagnoses: list[str] = Field(
        default=[], max_length=9, description="Diagnoses of the keys 1 to 9; empty: those of the program."
    )
    due_days_urgent: int = _due_days(14, "Urgent")
    due_days_soon: int = _due_days(28, "Soon")
    due_days_routine: int = _due_days(90, "Routine")
    accepted_intended_use: int = Field(
        default=0, ge=0, description="Version of the intended-use text that was accepted; 0: none yet."
    )


def read_settings(
    path: Path, migrators: tuple[Migrator, ...] = MIGRATORS
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in ``path`` and a warning for each value that could not be used."""
    try:
        values = _values(path)
    except (OSError, ValueError) as error:
        return Settings(), (
            _("The settings file cannot be read, so the defaults are used: {error}.").format(error=error),
        )
    version = values.pop("version", VERSION)
    if not isinstance(version, int) or version < 1:
        return Settings(), (_("The settings file has no usable version, so the defaults are used."),)
    for migrator in migrators[version - 1 :]:
        values = migrator(values)
    return _usable(values)


def write_settings(path: Path, settings: Settings) -> None:
    """Write what differs from the defaults, whole or not at all."""
    try:
        kept = {key: value for key, value in _values(path).items() if key not in Settings.model_fields}
    except (OSError, ValueError):
        kept = {}
    kept["version"] = kept.get("version", VERSION)
    chosen = settings.model_dump(exclude_defaults=True)
    make_private_folder(path.parent)
    write_whole(path, tomli_w.dumps({**kept, **chosen}).encode())


def _values(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _usable(values: dict[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings without the values that pydantic refuses."""
    try:
        return Settings.model_validate(values), ()
    except ValidationError as error:
        refused = {str(problem["loc"][0]): problem["msg"] for problem in error.errors()}
    warnings = tuple(
        _("The setting “{key}” cannot be used, so its default is: {message}.").format(
            key=key, message=message
        )
        for key, message in refused.items()
    )
    return Settings.model_validate({k: v for k, v in values.items() if k not in refused}), warnings
