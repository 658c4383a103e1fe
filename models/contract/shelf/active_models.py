"""Which model is active for each task, who decided so and when: an append-only history in one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.contract.errors import ActiveModelsUnreadableError
from models.contract.files.atomic_files import write_whole
from models.contract.shelf.card import ModelTask, PlainName, Sha256


class Promotion(BaseModel):
    """One decision: this model is active for its task from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: ModelTask
    name: PlainName
    version: PlainName
    author: str = Field(min_length=1)
    decided_at: AwareDatetime
    kind: Literal["promoted", "rolled back"]
    weights_sha256: Sha256 | None = None
    """Of the model that was chosen: others that take its name later were chosen by nobody."""

    @property
    def reference(self) -> str:
        """``name/version`` of the model that became active."""
        return f"{self.name}/{self.version}"


class ActiveModels(BaseModel):
    """The history of decisions, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    history: tuple[Promotion, ...] = ()

    def stack(self, task: ModelTask) -> tuple[Promotion, ...]:
        """The promotions of ``task`` that are still in force; the last one is active.

        A roll-back takes the last one away, so that the next goes one step further back.
        """
        standing: list[Promotion] = []
        for decision in self.history:
            if decision.task != task:
                continue
            if decision.kind == "promoted":
                standing.append(decision)
            elif standing:
                standing.pop()
        return tuple(standing)

    def with_decision(self, decision: Promotion) -> "ActiveModels":
        """The history with one decision more."""
        return ActiveModels(history=(*self.history, decision))


def read_active_models(path: Path) -> ActiveModels:
    """The history in ``path``; empty when there is no such file.

    Raises:
        ActiveModelsUnreadableError: the file is damaged; it is left as it is.
    """
    try:
        return ActiveModels.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ActiveModels()
    except (OSError, ValidationError) as error:
        raise ActiveModelsUnreadableError(
            f"The list of active models ({path}) cannot be read; "
            "move it away to start again with the models that came with Naevus."
        ) from error


def write_active_models(active: ActiveModels, path: Path) -> None:
    """Write the history to ``path``, whole or not at all."""
    write_whole(path, (active.model_dump_json(indent=2) + "\n").encode())


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)
