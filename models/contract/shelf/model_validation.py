"""Whether a model folder may be used: its files, its card, and what they refer to.

Nothing is loaded or run here. Checked in order: the card; that the folder holds nothing else than the
files it names (no pickles, archives, links, folders); their hashes; the safetensors header; the graph's
outside references, which must all point into the card's own weights file; labels and inputs.
"""

from pathlib import Path
from typing import Final

from models.contract.errors import (
    ModelFileChangedError,
    ModelFileDamagedError,
    ModelFileMissingError,
    ModelMismatchError,
    UnsafeModelFileError,
)
from models.contract.files.atomic_files import is_left_from, sha256_of
from models.contract.imaging.preprocess import NORMALISATION
from models.contract.lesion.features import DEFINITION
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from models.contract.shelf.card import CARD_FILE, LABELS_BY_TASK, ModelCard, read_card
from models.contract.shelf.exam import EXAM_ELSEWHERE_FILE, EXAM_FILE
from models.contract.shelf.model_files import refuse_programs, safetensors_spans
from models.contract.shelf.onnx_inspect import OnnxOutline, onnx_outline

_TOLERATED: Final = frozenset({"README.md", "LICENSE", "LICENSE.txt", ".DS_Store", "Thumbs.db"})
"""Files that people and systems leave in folders; never opened, never copied."""

_EXAMS: Final = frozenset({EXAM_FILE, EXAM_ELSEWHERE_FILE})
"""What may lie beside a model; read by whoever asks for an exam, not here."""


def inspect(folder: Path) -> ModelCard:
    """The card of the model in ``folder`` after every check.

    Raises:
        ModelRefusedError: with the sentence that says what is wrong.
    """
    card = read_card(folder)
    try:
        outline = _checked_files(folder, card)
    except OSError as error:
        raise ModelFileMissingError(
            f"The files of the model {card.reference} cannot be read ({error.strerror})."
        ) from error
    check_fits(card)
    _check_graph_input(card, outline)
    return card


def _checked_files(folder: Path, card: ModelCard) -> OnnxOutline:
    _check_files(folder, card)
    _check_hashes(folder, card)
    safetensors_spans(folder / card.weights_file)
    outline = onnx_outline(folder / card.graph_file)
    _check_references(folder, card, outline)
    return outline


def check_fits(card: ModelCard) -> None:
    """Refuse a card whose answers or inputs this version would misread.

    Raises:
        ModelMismatchError: labels, normalisation, features or measurements differ.
    """
    expected = LABELS_BY_TASK[card.task]
    if card.labels != expected:
        raise ModelMismatchError(
            f"The model {card.reference} answers with the labels {', '.join(card.labels) or 'none'}, "
            f"but {', '.join(expected)} are expected in this order."
        )
    if card.input.normalisation != NORMALISATION:
        raise ModelMismatchError(
            f"The model {card.reference} expects images in another normalisation "
            f"({card.input.normalisation}) than this version makes."
        )
    if card.task == "classification":
        _check_tabular(card)


def _check_tabular(card: ModelCard) -> None:
    if not (card.input.numeric_features or card.input.categorical_features):
        return  # It looks at the image alone.
    same_features = (
        card.input.numeric_features == NUMERIC_FEATURES
        and card.input.categorical_features == CATEGORICAL_FEATURES
    )
    if not same_features:
        raise ModelMismatchError(
            f"The model {card.reference} reads other patient and lesion details, or in another "
            "order, than this version gives."
        )
    if card.input.measurements != DEFINITION:
        raise ModelMismatchError(
            f"The model {card.reference} was trained with another definition of the lesion's "
            "measurements than this version uses."
        )


def _check_files(folder: Path, card: ModelCard) -> None:
    named = {CARD_FILE, card.weights_file, card.graph_file}
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            raise UnsafeModelFileError(
                f"{path.name} in the model's folder is a link to another place; "
                "a model must consist of its own files."
            )
        if _is_let_lie(path.name) and path.is_file():
            continue
        if path.is_file():
            refuse_programs(path)
        if path.name not in named:
            raise UnsafeModelFileError(
                f"The model's folder holds {path.name}, which its card does not name; "
                "only safetensors, ONNX, the card and an exam are accepted."
            )
    for name in sorted(named):
        if not (folder / name).is_file():
            raise ModelFileMissingError(
                f"The model {card.reference} is incomplete: its file {name} is missing."
            )


def _is_let_lie(name: str) -> bool:
    """Also what a killed process left of a card or an exam, because nobody could use the model else."""
    return name in _TOLERATED | _EXAMS or any(is_left_from(name, each) for each in (CARD_FILE, *_EXAMS))


def _check_hashes(folder: Path, card: ModelCard) -> None:
    for name, expected in (
        (card.weights_file, card.weights_sha256),
        (card.graph_file, card.graph_sha256),
    ):
        if sha256_of(folder / name) != expected:
            raise ModelFileChangedError(
                f"The file {name} of the model {card.reference} is damaged or was changed: "
                "it is not the one its card was written for."
            )


def _check_references(folder: Path, card: ModelCard, outline: OnnxOutline) -> None:
    size = (folder / card.weights_file).stat().st_size
    for tensor in outline.external:
        if tensor.location != card.weights_file:
            raise UnsafeModelFileError(
                f"The graph of the model {card.reference} points to a file that is not its own "
                f"({tensor.location[:80] or 'without a name'})."
            )
        length = size - tensor.start_bytes if tensor.length_bytes is None else tensor.length_bytes
        if tensor.start_bytes < 0 or length < 0 or tensor.start_bytes + length > size:
            raise ModelFileDamagedError(
                f"The graph of the model {card.reference} points beyond the end of its weights."
            )


def _check_graph_input(card: ModelCard, outline: OnnxOutline) -> None:
    images = [each.shape for each in outline.inputs if len(each.shape) == 4]
    expected = (3, card.input.height_px, card.input.width_px)
    # A refiner reads guidance beside the image: a mask and two planes of clicks.
    count, what = (2, "an image and its guidance") if card.task == "refinement" else (1, "one colour image")
    fits = len(images) == count and all(
        given is None or given == wanted
        for shape in images
        for given, wanted in zip(shape[1:], expected, strict=True)
    )
    if not fits:
        raise ModelMismatchError(
            f"The graph of the model {card.reference} does not read {what} of "
            f"{card.input.width_px} x {card.input.height_px} px, as its card says."
        )
