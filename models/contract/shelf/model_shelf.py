"""The shelf of trained models: ``<root>/<name>/<version>/{card.json, graph.onnx, weights.safetensors}``.

A model is taken and given out only after ``model_validation``; nothing is ever active by itself: a person
promotes it, and can go back.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from models.contract.errors import (
    CardUnreadableError,
    ModelAlreadyShelvedError,
    ModelFileChangedError,
    ModelRefusedError,
    NothingToRollBackError,
    ShelfNotWritableError,
    UnknownModelError,
)
from models.contract.files.atomic_files import sync_file, sync_folder
from models.contract.shelf.active_models import (
    ActiveModels,
    Promotion,
    now,
    read_active_models,
    write_active_models,
)
from models.contract.shelf.card import CARD_FILE, ModelCard, ModelTask
from models.contract.shelf.cards_on_disk import CardsOnDisk
from models.contract.shelf.exam import EXAM_ELSEWHERE_FILE, EXAM_FILE, check_is_about, read_exam
from models.contract.shelf.model_validation import check_fits, inspect


@dataclass(frozen=True)
class ShelvedModel:
    """A model on the shelf: its card and where its files are."""

    card: ModelCard
    folder: Path

    @property
    def weights_path(self) -> Path:
        """The safetensors file."""
        return self.folder / self.card.weights_file

    @property
    def graph_path(self) -> Path:
        """The ONNX file, whose tensors lie in the weights."""
        return self.folder / self.card.graph_file


class ModelShelf:
    """The models of some folders, and which of them is active for each task.

    Args:
        roots: folders of models; new ones go into the first, the others are only read. When two
            roots hold the same name and version, the earlier root counts.
        active_file: where promotions are kept, as ``active.json`` of the user's data.
        shipped_active_file: same format, read only: what is active before anybody promoted anything.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        active_file: Path,
        *,
        shipped_active_file: Path | None = None,
    ) -> None:
        self._roots = tuple(roots)
        self._active_file = active_file
        self._shipped_active_file = shipped_active_file
        self._cards = CardsOnDisk()

    def list(self, task: ModelTask | None = None) -> tuple[ShelvedModel, ...]:
        """The models with a readable card, sorted by name and creation; hashes are not checked."""
        found: dict[str, ShelvedModel] = {}
        for each in self._readable(self._folders()):
            found.setdefault(each.card.reference, each)
        chosen = [each for each in found.values() if task in (None, each.card.task)]
        return tuple(sorted(chosen, key=lambda each: (each.card.name, each.card.created_at)))

    def with_weights(self, weights_sha256: str, *, likely: str) -> ShelvedModel | None:
        """The model with these weights by its card, whatever it is called; None when it is not on the shelf.

        Args:
            weights_sha256: of the weights, as cards name them.
            likely: ``name/version`` it had, whose card is read first; most models keep their names.
        """
        named = (folder for folder in self._folders() if f"{folder.parent.name}/{folder.name}" == likely)
        first = next(self._readable(named), None)
        if first is not None and first.card.weights_sha256 == weights_sha256:
            return first
        return next((each for each in self.list() if each.card.weights_sha256 == weights_sha256), None)

    def problems(self) -> tuple[tuple[Path, str], ...]:
        """The folders that hold no usable model, each with the sentence that says why."""
        refused = []
        for folder in self._folders():
            try:
                self._card_in_place(folder)
                inspect(folder)
            except ModelRefusedError as error:
                refused.append((folder, str(error)))
        return tuple(refused)

    def get(self, name: str, version: str) -> ShelvedModel:
        """The model of this name and version, all checks passed (reads every byte: hold on to it).

        Raises:
            UnknownModelError: there is none.
            ModelRefusedError: it is damaged or does not fit this version.
        """
        for folder in self._folders():
            if (folder.parent.name, folder.name) == (name, version):
                self._card_in_place(folder)
                return ShelvedModel(inspect(folder), folder)
        raise UnknownModelError(f"There is no model {name}/{version} on the shelf.")

    def add(self, folder: Path) -> ShelvedModel:
        """Check the model in ``folder`` and copy it onto the shelf; it does not become active.

        An exam beside its card comes along, if it is about this model.

        Raises:
            ModelRefusedError: the sentence says why; the shelf is as it was.
        """
        card = inspect(folder)
        _check_exam(folder, card)
        shelved = {(each.parent.name, each.name) for each in self._folders()}
        if (card.name, card.version) in shelved:
            raise ModelAlreadyShelvedError(
                f"A model {card.reference} is on the shelf already; give the new one another version."
            )
        place = self._roots[0] / card.name / card.version
        try:
            self._copy(folder, card, place)
        except OSError as error:
            raise ShelfNotWritableError(
                f"The model {card.reference} could not be copied onto the shelf ({error.strerror})."
            ) from error
        return ShelvedModel(card, place)

    def _copy(self, folder: Path, card: ModelCard, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._roots[0], prefix=".adding-") as temporary:
            copy = Path(temporary) / "model"
            _copy_files(folder, copy, card)
            # Checked again, because the source may change while it is read.
            inspect(copy)
            _check_exam(copy, card)
            copy.replace(place)
        sync_folder(place.parent)

    def active(self, task: ModelTask) -> ShelvedModel | None:
        """The model in use for ``task``, all checks passed; None when nothing was promoted.

        Raises:
            ModelRefusedError: the active model is gone, damaged, exchanged, or does not fit this version.
        """
        standing = self._standing(task)
        return self._chosen(standing[-1]) if standing else None

    def active_weights_sha256(self, task: ModelTask) -> str | None:
        """The hash of the weights in use for ``task`` as promotion or card names it; no weights are read.

        Returns:
            None when nothing was promoted, or the promoted model has no readable card.

        Raises:
            ActiveModelsUnreadableError: the list of active models is damaged.
        """
        standing = self._standing(task)
        if not standing or standing[-1].weights_sha256 is not None:
            return standing[-1].weights_sha256 if standing else None
        chosen = (each for each in self.list(task) if each.card.reference == standing[-1].reference)
        return next((each.card.weights_sha256 for each in chosen), None)

    def promote(self, name: str, version: str, *, author: str, at: datetime | None = None) -> ShelvedModel:
        """Make a model the active one of its task; the one before stays on the shelf.

        Raises:
            ModelRefusedError: there is no such model, or it did not pass the checks.
        """
        model = self.get(name, version)
        self._decide(model.card, "promoted", author, at)
        return model

    def rollback(self, task: ModelTask, *, author: str, at: datetime | None = None) -> ShelvedModel:
        """Go back to the model that was active before the last promotion of ``task``.

        Raises:
            NothingToRollBackError: there was none before it.
            ModelRefusedError: the earlier model did not pass the checks; nothing was changed.
        """
        own = self._own().stack(task)
        earlier = self._standing(task)[:-1]
        if not own or not earlier:
            raise NothingToRollBackError(
                f"No earlier model was active for {task}, so there is nothing to go back to."
            )
        model = self._chosen(earlier[-1])
        self._decide(model.card, "rolled back", author, at)
        return model

    def before_active(self, task: ModelTask) -> str | None:
        """``name/version`` of the model that ``rollback`` would go back to; None when there is none."""
        earlier = self._standing(task)[:-1]
        return earlier[-1].reference if earlier and self._own().stack(task) else None

    def history(self, task: ModelTask) -> tuple[Promotion, ...]:
        """Every decision of this installation about ``task``, oldest first."""
        return tuple(each for each in self._own().history if each.task == task)

    def _chosen(self, decision: Promotion) -> ShelvedModel:
        """The very model that a decision was about."""
        model = self.get(decision.name, decision.version)
        if decision.weights_sha256 not in (None, model.card.weights_sha256):
            raise ModelFileChangedError(
                f"The model {decision.reference} has other weights now than when {decision.author} chose it, "
                "so it is not used; choose a model again."
            )
        return model

    def _decide(
        self,
        card: ModelCard,
        kind: Literal["promoted", "rolled back"],
        author: str,
        at: datetime | None,
    ) -> None:
        decision = Promotion(
            task=card.task,
            name=card.name,
            version=card.version,
            author=author,
            decided_at=at or now(),
            kind=kind,
            weights_sha256=card.weights_sha256,
        )
        history = self._own().with_decision(decision)
        try:
            write_active_models(history, self._active_file)
        except OSError as error:
            raise ShelfNotWritableError(
                f"The choice of {card.reference} could not be kept ({error.strerror}), "
                "so the active model stays as it was."
            ) from error

    def _own(self) -> ActiveModels:
        return read_active_models(self._active_file)

    def _standing(self, task: ModelTask) -> tuple[Promotion, ...]:
        """Shipped promotions first, then this installation's own."""
        shipped = (
            ()
            if self._shipped_active_file is None
            else read_active_models(self._shipped_active_file).stack(task)
        )
        return (*shipped[-1:], *self._own().stack(task))

    def _folders(self) -> tuple[Path, ...]:
        return tuple(
            card.parent
            for root in self._roots
            if root.is_dir()
            for card in sorted(root.glob(f"*/*/{CARD_FILE}"))
            if not card.parent.parent.name.startswith(".")
        )

    def _readable(self, folders: Iterable[Path]) -> Iterator[ShelvedModel]:
        for folder in folders:
            try:
                yield ShelvedModel(self._card_in_place(folder), folder)
            except ModelRefusedError:
                continue  # ``problems`` tells about it

    def _card_in_place(self, folder: Path) -> ModelCard:
        card = self._cards.card(folder)
        if (card.name, card.version) != (folder.parent.name, folder.name):
            raise CardUnreadableError(
                f"The folder {folder.parent.name}/{folder.name} holds the card of another model "
                f"({card.reference})."
            )
        check_fits(card)
        return card


def _check_exam(folder: Path, card: ModelCard) -> None:
    if (folder / EXAM_FILE).exists():
        check_is_about(read_exam(folder), card)


def _copy_files(source: Path, target: Path, card: ModelCard) -> None:
    target.mkdir()
    exams = [name for name in (EXAM_FILE, EXAM_ELSEWHERE_FILE) if (source / name).is_file()]
    for name in (CARD_FILE, card.weights_file, card.graph_file, *exams):
        shutil.copyfile(source / name, target / name)
        sync_file(target / name)
    sync_folder(target)
