"""Overlays as pictures: one sheet per image with all maps beside it, and the raw maps next to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.contract.imaging.postprocess import for_display
from models.contract.imaging.preprocess import resized
from training.contract.progress_bar import shown
from training.explanation.explained_answers import Subject, caution, maps_of, overlays_shown, shown_image
from training.tasks.loaded_model import PublishedModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL_INCHES: Final = 2.6
_DPI: Final = 120
_STRONGEST: Final = 0.5
"""Opacity where a map is strongest."""
_SIGNED_COLOURS, _COLOURS = "PuOr_r", "viridis"
_CAPTION = (
    "What moved the model's answer or where it looked, not what the lesion is. Research use only. "
    "Orange speaks for the answer, purple against it; of the others yellow is most."
)


def write_sheets(model: PublishedModel, subjects: Sequence[Subject], out: Path) -> tuple[Path, ...]:
    """Write ``<image>.png`` and ``<image>.npz`` for every image into ``out`` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for subject in shown(subjects, "Explaining"):
        maps = {
            overlay.name: maps_of(model, overlay, subject).mean(axis=0) for overlay in overlays_shown(model)
        }
        stem = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in subject.image_id)
        np.savez(out / f"{stem}.npz", **maps)
        signed = frozenset(overlay.name for overlay in overlays_shown(model) if overlay.is_signed)
        caption = " ".join(filter(None, (_CAPTION, caution(model))))
        _write_sheet(subject, maps, signed, caption, out / f"{stem}.png")
        written += [out / f"{stem}.png", out / f"{stem}.npz"]
    return tuple(written)


def _write_sheet(
    subject: Subject, maps: dict[str, NDArray[np.float32]], signed: frozenset[str], caption: str, file: Path
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width = subject.image.shape[1:]
    columns = len(maps) + 1
    size = (_PANEL_INCHES * columns, _PANEL_INCHES * height / width + 0.7)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, squeeze=False)[0]
    _draw_image(axes[0], subject, subject.image_id)
    for panel, (name, relevance) in zip(axes[1:], maps.items(), strict=True):
        _draw_image(panel, subject, name.replace("_", " "))
        _draw_map(panel, relevance, (height, width), is_signed=name in signed)
    figure.supxlabel(caption, fontsize=7, color="#555555")
    figure.savefig(file, dpi=_DPI)


def _draw_image(panel: "Axes", subject: Subject, title: str) -> None:
    panel.imshow(shown_image(subject))
    if subject.mask is not None and subject.mask.any() and not subject.mask.all():
        panel.contour(subject.mask, levels=[0.5], colors="white", linewidths=0.8)
    panel.set_title(title, fontsize=9)
    panel.set_axis_off()


def _draw_map(
    panel: "Axes", relevance: NDArray[np.float32], size_px: tuple[int, int], *, is_signed: bool
) -> None:
    scaled = for_display(relevance, is_signed=is_signed)
    laid = resized(scaled, height_px=size_px[0], width_px=size_px[1]).astype(np.float32)
    panel.imshow(
        laid,
        cmap=_SIGNED_COLOURS if is_signed else _COLOURS,
        vmin=-1.0 if is_signed else 0.0,
        vmax=1.0,
        alpha=np.clip(_STRONGEST * np.abs(laid), 0.0, 1.0),
    )
