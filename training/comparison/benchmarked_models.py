"""Who takes part in a comparison: architectures of the catalogue and models in folders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from models.contract.errors import ContractError, NaevusError
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from models.contract.shelf.card import CARD_FILE, ModelCard, Task, read_card
from models.nets import CATALOGUE, build
from training.tasks.loaded_model import PublishedModel

UNTRAINED_SIZE_PX: dict[Task, tuple[int, int]] = {"segmentation": (192, 256), "classification": (224, 224)}


class ComparisonError(NaevusError):
    """A comparison cannot be made as asked; the message is the sentence to show."""


@dataclass(frozen=True)
class BenchmarkedModel:
    """One model of a comparison: an architecture without training, or a published model in its folder."""

    name: str
    task: Task
    architecture: str
    size_px: tuple[int, int]
    folder: Path | None = None

    def network(self) -> nn.Module:
        """The network in evaluation mode, with its weights or, untrained, freshly drawn ones."""
        if self.folder is not None:
            return PublishedModel.verified(self.folder).network
        torch.manual_seed(0)
        return build(self.architecture).eval()

    def inputs(self, batch_size: int) -> dict[str, Tensor]:
        """A batch to run it on, by argument name; half of the metadata are missing."""
        drawing = torch.Generator().manual_seed(0)
        images = torch.randn(batch_size, 3, *self.size_px, generator=drawing)
        if self.task == "segmentation":
            return {"images": images}
        numeric = torch.randn(batch_size, len(NUMERIC_FEATURES), generator=drawing)
        numeric[:, ::2] = torch.nan
        categorical = torch.zeros(batch_size, len(CATEGORICAL_FEATURES), dtype=torch.int64)
        return {"images": images, "numeric": numeric, "categorical": categorical}


def benchmarked_models_of(
    task: Task,
    wanted: Sequence[str],
    shelf: Sequence[Path],
    *,
    size_px: tuple[int, int] | None = None,
) -> tuple[BenchmarkedModel, ...]:
    """The models ``wanted`` by architecture, folder or NAME/VERSION on the shelf; if none is, all.

    Raises:
        ComparisonError: nobody knows what a name means, or it means a model of another task.
    """
    cards = _shelved(shelf)
    if wanted:
        found = [_meant(task, name, cards) for name in wanted]
    else:
        shelved = [_trained(card, folder, task) for folder, card in cards.items() if card.task == task]
        found = [*(_untrained(name, task) for name in _catalogued(task)), *shelved]
    if size_px is not None:
        found = [replace(benchmarked, size_px=size_px) for benchmarked in found]
    return _told_apart(found)


def published_folder(wanted: str, shelf: Sequence[Path]) -> Path:
    """The folder of a published model given as a folder or as NAME/VERSION on the shelf.

    Raises:
        ComparisonError: there is none.
    """
    if (Path(wanted) / CARD_FILE).is_file():
        return Path(wanted)
    for folder, card in _shelved(shelf).items():
        if card.reference == wanted:
            return folder
    raise ComparisonError(f"{wanted} is neither a model folder nor a model on the shelf.")


def _meant(task: Task, name: str, cards: dict[Path, ModelCard]) -> BenchmarkedModel:
    if name in {each.name for each in CATALOGUE if each.task == task}:
        return _untrained(name, task)
    if any(each.name == name for each in CATALOGUE):
        raise ComparisonError(f"The architecture {name} is not one for {task}.")
    try:
        folder = published_folder(name, tuple(cards))
        card = cards.get(folder) or read_card(folder)
    except ComparisonError as error:
        known = ", ".join(_catalogued(task))
        raise ComparisonError(
            f"{name} is no model folder, no model on the shelf and none of the architectures {known}."
        ) from error
    except ContractError as error:
        raise ComparisonError(f"{name}: {error}") from error
    if card.task != task:
        raise ComparisonError(f"{card.reference} is a model for {card.task}, not for {task}.")
    return _trained(card, folder, task)


def _catalogued(task: Task) -> list[str]:
    return [each.name for each in CATALOGUE if each.task == task and not each.name.endswith("_tiny")]


def _untrained(name: str, task: Task) -> BenchmarkedModel:
    return BenchmarkedModel(name, task, name, UNTRAINED_SIZE_PX[task])


def _trained(card: ModelCard, folder: Path, task: Task) -> BenchmarkedModel:
    size_px = (card.input.height_px, card.input.width_px)
    return BenchmarkedModel(card.reference, task, card.architecture, size_px, folder)


def _shelved(shelf: Sequence[Path]) -> dict[Path, ModelCard]:
    """The cards that can be read; the shelf itself tells about the others."""
    found = {}
    for folder in shelf:
        try:
            found[folder] = read_card(folder)
        except ContractError:
            continue
    return found


def _told_apart(benchmarked_models: Sequence[BenchmarkedModel]) -> tuple[BenchmarkedModel, ...]:
    """Each once; other models of the same name get a number."""
    found: list[BenchmarkedModel] = []
    for benchmarked in benchmarked_models:
        if benchmarked in found:
            continue
        count = sum(each.name.partition(" (")[0] == benchmarked.name for each in found)
        found.append(replace(benchmarked, name=f"{benchmarked.name} ({count + 1})") if count else benchmarked)
    return tuple(found)
