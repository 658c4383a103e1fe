"""Faithfulness as a table, as JSON and as a picture."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.contract.metrics.bootstrap import Interval
from training.explanation.faithfulness import CENTRE, CONTROL, Curves, Faithfulness, Judged
from training.explanation.faithfulness_exactness import LARGEST_CORRELATION, Check
from training.explanation.feature_effects import FeatureEffect, effects_as_json

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

JSON_FILE: Final = "faithfulness.json"
PICTURE_FILE: Final = "faithfulness.png"

# Okabe and Ito's colours, told apart with every kind of colour vision; the control is grey and dashed.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000", "#F0E442")
_CONTROL_COLOUR = "#888888"
_DPI = 140


@dataclass(frozen=True)
class Report:
    """Everything that was found out about the overlays of one model."""

    reference: str
    answer: str
    """What the curves follow, in words."""
    data: str
    """What images these are, in words."""
    found: Faithfulness
    checks: tuple[Check, ...]
    likeness: dict[str, float]
    caution: str | None = None
    """What must be known beside the figures."""
    effects: tuple[FeatureEffect, ...] = ()
    """What the features of the table moved; none of a model that reads no table."""

    @property
    def method(self) -> str:
        """How the curves were taken, in one sentence."""
        protocol = self.found.protocol
        height, width = self.found.size_px
        return (
            f"{self.answer}, {len(self.found.image_ids)} images ({self.data}) at {height} x {width} px; "
            f"patches of {protocol.patch_px} px blurred with a deviation of {protocol.patch_px} px, "
            f"{protocol.steps} steps, {protocol.random_orders} random orders per image; "
            "intervals: bootstrap 95 % over lesions."
        )

    @property
    def verdict(self) -> str:
        """Which overlay to show first, and whether the data choose it, in one sentence."""
        first, default = self.found.overlays[0].name, self.default
        if default != first:
            return f"{default} measures better than the present default, {first}, and than a random order."
        return (
            f"{first} stays the default: no other overlay that changes with the last layer is measurably "
            "better and better than a random order."
        )

    @property
    def default(self) -> str:
        """The overlay to show first; one that would be the same for any answer explains none."""
        explaining = {name for name, value in self.likeness.items() if value < LARGEST_CORRELATION}
        return self.found.default(explaining)


def table(report: Report) -> "Table":
    """One row per overlay and one for the control; the best are not marked, the intervals say enough."""
    from rich.table import Table

    found = report.found
    columns = ("deletion (low is good)", "insertion (high is good)", "gain", f"gain over {CENTRE}")
    view = Table("overlay", *columns, "inside lesion", "mirrored view", "other head", title=report.reference)
    for judged in found.overlays:
        over = found.interval(judged.curves.gain - found.centre.gain)
        extra = (_said(found.interval(judged.share_inside)), _short(found.interval(judged.agreement)))
        likeness = f"{report.likeness[judged.name]:.2f}"
        view.add_row(judged.name, *_areas(found, judged.curves), _said(over), *extra, likeness)
    lesion = found.interval(found.lesion_area)
    view.add_row(CENTRE, *_areas(found, found.centre), "-", "-", "-", "-")
    view.add_row(CONTROL, *_areas(found, found.control), "-", f"{_short(lesion)} of the area", "-", "-")
    return view


def lines(report: Report) -> tuple[str, ...]:
    """The sentences below the table."""
    checks = [
        f"{check.name}: largest gap {check.value:.1e} ({'passed' if check.passed else 'NOT passed'}, "
        f"limit {check.limit:.0e})"
        for check in report.checks
    ]
    head = (
        "other head: rank correlation with the map under another last layer; "
        f"above {LARGEST_CORRELATION} the map shows what the network attends to, "
        "not what the answer came from."
    )
    said = () if report.caution is None else (report.caution,)
    return (report.method, *checks, head, *said, report.verdict)


def write_report(report: Report, out: Path) -> tuple[Path, Path]:
    """Write the JSON and the picture into ``out`` and return both files."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / JSON_FILE
    file.write_text(json.dumps(as_json(report), indent=1) + "\n", encoding="utf-8")
    return file, _write_chart(report, out / PICTURE_FILE)


def as_json(report: Report) -> dict[str, Any]:
    """All figures, with the areas image by image."""
    found = report.found
    return {
        "model": report.reference,
        "method": report.method,
        "verdict": report.verdict,
        "caution": report.caution,
        "default": report.default,
        "protocol": asdict(found.protocol),
        "images": list(found.image_ids),
        "checks": [asdict(check) for check in report.checks],
        "lesion_share_of_area": _as_json(found.interval(found.lesion_area)),
        "overlays": {each.name: _overlay_as_json(report, each) for each in found.overlays},
        "control": {"name": CONTROL, **_curves_as_json(found, found.control)},
        "centre": {"name": CENTRE, **_curves_as_json(found, found.centre)},
        "feature_effects": effects_as_json(report.effects) if report.effects else None,
    }


def _overlay_as_json(report: Report, judged: Judged) -> dict[str, Any]:
    found = report.found
    return {
        **_curves_as_json(found, judged.curves),
        "gain_over_random": _as_json(found.interval(judged.curves.gain - found.control.gain)),
        "gain_over_centre": _as_json(found.interval(judged.curves.gain - found.centre.gain)),
        "gain_over_default": _as_json(found.interval(judged.curves.gain - found.overlays[0].curves.gain)),
        "share_inside_lesion": _as_json(found.interval(judged.share_inside)),
        "agreement_with_mirrored_view": _as_json(found.interval(judged.agreement)),
        "likeness_under_other_heads": report.likeness[judged.name],
    }


def _curves_as_json(found: Faithfulness, curves: Curves) -> dict[str, Any]:
    return {
        "deletion": _as_json(found.interval(curves.deletion_area)),
        "insertion": _as_json(found.interval(curves.insertion_area)),
        "gain": _as_json(found.interval(curves.gain)),
        "deletion_by_image": _rounded(curves.deletion_area),
        "insertion_by_image": _rounded(curves.insertion_area),
        "mean_deletion_curve": _rounded(curves.deletion.mean(axis=0)),
        "mean_insertion_curve": _rounded(curves.insertion.mean(axis=0)),
    }


def _as_json(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else asdict(interval)


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 6) for value in values]


def _areas(found: Faithfulness, curves: Curves) -> tuple[str, str, str]:
    said = [
        _said(found.interval(each)) for each in (curves.deletion_area, curves.insertion_area, curves.gain)
    ]
    return said[0], said[1], said[2]


def _said(interval: Interval | None) -> str:
    return "-" if interval is None else f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _short(interval: Interval | None) -> str:
    return "-" if interval is None else f"{interval.value:.2f}"


def _write_chart(report: Report, file: Path) -> Path:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = report.found
    figure = Figure(figsize=(13.0, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    deleted, inserted, gains = figure.subplots(1, 3)
    _draw_curves(deleted, "Deletion: most relevant patches blurred first", found, "deletion")
    _draw_curves(inserted, "Insertion: most relevant patches shown first", found, "insertion")
    deleted.set_ylabel(report.answer, fontsize=8)
    deleted.legend(fontsize=8, frameon=False)
    _draw_gains(gains, found)
    figure.suptitle(f"{report.reference}: do the overlays tell what the answer came from?", fontsize=11)
    figure.supxlabel(report.method, fontsize=7, color="#555555", wrap=True)
    figure.savefig(file, dpi=_DPI)
    return file


def _rows(found: Faithfulness) -> Sequence[tuple[str, Curves, str, str]]:
    """Name, curves, colour and line style of the overlays and the control."""
    own = [
        (judged.name.replace("_", " "), judged.curves, _COLOURS[index % len(_COLOURS)], "-")
        for index, judged in enumerate(found.overlays)
    ]
    controls = ((CENTRE, found.centre, _CONTROL_COLOUR, ":"), (CONTROL, found.control, _CONTROL_COLOUR, "--"))
    return (*own, *controls)


def _draw_curves(panel: "Axes", title: str, found: Faithfulness, which: str) -> None:
    for name, curves, colour, style in _rows(found):
        mean = getattr(curves, which).mean(axis=0)
        panel.plot(np.linspace(0.0, 100.0, len(mean)), mean, style, color=colour, label=name, linewidth=1.6)
    panel.set_title(title, fontsize=9)
    panel.set_xlabel("patches, %", fontsize=8)
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def _draw_gains(panel: "Axes", found: Faithfulness) -> None:
    rows = _rows(found)
    for place, (_, curves, colour, _) in enumerate(rows):
        interval = found.interval(curves.gain)
        if interval is not None:
            panel.plot([interval.low, interval.high], [place, place], color=colour, linewidth=2.0)
            panel.plot([interval.value], [place], "o", color=colour)
    panel.axvline(0.0, color=_CONTROL_COLOUR, linewidth=0.8)
    panel.set_yticks(range(len(rows)), [name for name, *_ in rows], fontsize=8)
    panel.invert_yaxis()
    panel.set_title("Gain: insertion less deletion, with 95 % intervals", fontsize=9)
    panel.tick_params(axis="x", labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)
