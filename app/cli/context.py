"""What every command works with: services, two screens, and how values become JSON and tables."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from app.domain.figures import with_common_spaces
from app.translation import N_, _
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import FileNotice, Refusal
from app.usecases.progress import Progress
from app.usecases.services import Services
from training.contract.progress_bar import progress_bar
from training.contract.terminal_tables import print_table, sanitized

Result = TypeVar("Result")

RESEARCH_USE = N_("Research use only, not a medical device. A score is no diagnosis.")

TOKEN = NeverCancelled()

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

SnapshotOption = Annotated[
    str | None, typer.Option("--snapshot", help="Snapshot id; the newest when left out.")
]


@dataclass
class CliContext:
    """What a command works with: services that are opened when they are first needed, and two screens."""

    open_services: Callable[[Path | None], Services]
    data_dir: Path | None = None
    as_json: bool = False
    is_passed_on: bool = False
    """Whether the training program has carried out the command, and said how it ended."""
    console: Console = field(default_factory=Console)
    errors: Console = field(default_factory=lambda: Console(stderr=True))
    _services: Services | None = None

    @property
    def services(self) -> Services:
        """Return the services, opened at the first call."""
        if self._services is None:
            self._services = self.open_services(self.data_dir)
        return self._services

    def close(self) -> None:
        """Stop the model server and close the case store."""
        if self._services is not None:
            self._services.predictor.close()
            self._services.store.close()

    def follow(self, job: Generator[Progress, None, Result]) -> Result:
        """Run a job with a progress bar (on a terminal only) and return its result."""
        with closing(job), progress_bar(self.errors) as bar:
            task = bar.add_task("", total=None)
            while True:
                try:
                    step = next(job)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]  # StopIteration is not generic
                bar.update(
                    task,
                    description=escape(sanitized(step.label)),
                    completed=step.done,
                    total=step.of or None,
                )

    def show(self, value: object, table: Table | str) -> None:
        """Print a result: as JSON when asked for, else for people."""
        if self.as_json:
            is_unicode = self.console.encoding.lower().startswith("utf")
            self.console.print_json(json.dumps(plain(value)), ensure_ascii=not is_unicode)
        elif isinstance(table, str):
            lines = (_written_for(self.console, sanitized(line)) for line in table.splitlines())
            self.console.print(Text("\n".join(lines)), soft_wrap=True)
        else:
            print_table(self.console, table, for_programs=with_common_spaces)

    def remark(self, sentence: str) -> None:
        """Print beside the result what a person may like to know."""
        if not self.as_json:
            self.errors.print(sanitized(sentence), markup=False, soft_wrap=True)

    def print_warnings(self, refusals: Sequence[Refusal | FileNotice], heading: str = "") -> None:
        """Print what was refused or left out and why."""
        if not self.as_json:
            for refusal in refusals:
                self.errors.print(
                    sanitized(f"{heading or _('Not taken')}: {refusal.path.name}: {refusal.sentence}"),
                    markup=False,
                    soft_wrap=True,
                )


def cli_of(context: typer.Context, *, as_json: bool) -> CliContext:
    """Return what the command of ``context`` works with."""
    cli: CliContext = context.obj
    cli.as_json = as_json
    return cli


def _written_for(console: Console, text: str) -> str:
    """Return text with common spaces unless a person looks at it: programs split at no others."""
    return text if console.is_terminal else with_common_spaces(text)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return a value in the types that JSON has."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        # A field whose name was changed keeps the key that programs know.
        keys = {part.name: part.metadata.get("json", part.name) for part in fields(value)}
        return {key: plain(getattr(value, name)) for name, key in keys.items()}
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        parts = [plain(part) for part in value]
        return sorted(parts) if isinstance(value, set | frozenset) else parts
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value).encode("utf-8", "replace").decode("utf-8")
    return with_common_spaces(value) if isinstance(value, str) else value
