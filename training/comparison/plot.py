"""A comparison as a picture: accuracy against multiply-adds, areas of points in proportion to parameters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from training.comparison.record import HEADLINE, ComparedModel, Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

PLOT_FILE = "comparison.png"

# Okabe and Ito's colours, told apart with every kind of colour vision; names stand beside the points as well.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000")
_INK = "#333333"
_FAINT = "#999999"
_DPI = 140
_LARGEST_POINT = 700.0
"""Area in points squared; areas are proportional to the parameters."""
_SMALLEST_POINT = 12.0
_DISTANCES = (4, 10, 18, 28, 40, 54, 70, 90, 112)
"""Between the rim of a point and its name, in points."""
_DIRECTIONS = (
    *((1, 0), (1, 0.35), (1, -0.35), (-1, 0), (-1, 0.35), (-1, -0.35), (0, 1), (0, -1)),
    *((0.6, 1), (0.6, -1), (-0.6, 1), (-0.6, -1)),
)
_ALIGNMENTS: dict[int, Literal["left", "right", "center"]] = {1: "left", 0: "center", -1: "right"}
_POINTS_PER_INCH = 72
_BAR_PX = 2.0
_WORDS = {"dice": "Dice", "auc": "area under the ROC"}


@dataclass(frozen=True)
class Point:
    """A model's place."""

    name: str
    family: str
    x: float
    y: float
    low: float | None
    high: float | None
    parameters: int


@dataclass(frozen=True)
class Chart:
    """What is drawn, and what its vertical axis says."""

    points: tuple[Point, ...]
    vertical: str


def chart_of(comparison: Comparison) -> Chart:
    """The points of a comparison: accuracy if anything is trained, else latency, else parameters."""
    headline = HEADLINE[comparison.task]
    judged = [model for model in comparison.models if headline in model.figures]
    if judged and comparison.data is not None:
        points = [_point(model, lambda model: model.figures[headline].value, headline) for model in judged]
        measured_on = f"{comparison.data.split}, {comparison.data.images} images"
        return Chart(_known(points), f"{_WORDS[headline]} ({measured_on})")
    timed = [_point(model, lambda model: model.latency_ms("cpu", 1)) for model in comparison.models]
    if _known(timed):
        return Chart(_known(timed), "latency of one image on the CPU, ms")
    sized = [_point(model, lambda model: (model.parameters or 0) / 1e6) for model in comparison.models]
    return Chart(_known(sized), "parameters, M")


def _point(
    model: ComparedModel, height: Callable[[ComparedModel], float | None], headline: str | None = None
) -> Point | None:
    y = height(model)
    if y is None or not model.macs or not model.parameters:
        return None
    metric = None if headline is None else model.figures[headline]
    low, high = (None, None) if metric is None else (metric.low, metric.high)
    return Point(model.name, model.architecture, model.macs / 1e9, y, low, high, model.parameters)


def _known(points: Sequence[Point | None]) -> tuple[Point, ...]:
    return tuple(point for point in points if point is not None)


def write_plot(comparison: Comparison, folder: Path) -> Path | None:
    """Write comparison.png into ``folder``; None if there is nothing to draw."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    chart = chart_of(comparison)
    if not chart.points:
        return None
    figure = Figure(figsize=(9.0, 6.0), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.13, 0.86, 0.8))
    _draw_points(axes, chart)
    _frame(axes, chart, comparison)
    place_labels(axes, chart.points)
    file = folder / PLOT_FILE
    figure.savefig(file)
    return file


def _draw_points(axes: "Axes", chart: Chart) -> None:
    families = sorted({point.family for point in chart.points})
    for point in chart.points:
        colour = _COLOURS[families.index(point.family) % len(_COLOURS)]
        if point.low is not None and point.high is not None:
            axes.plot([point.x, point.x], [point.low, point.high], color=colour, linewidth=1.2, alpha=0.6)
        area = point_area(point, chart.points)
        axes.scatter([point.x], [point.y], s=area, color=colour, alpha=0.75, edgecolor="white", zorder=3)


def point_area(point: Point, points: Sequence[Point]) -> float:
    """Area in points squared, in proportion to the parameters."""
    largest = max(each.parameters for each in points)
    return max(_SMALLEST_POINT, _LARGEST_POINT * point.parameters / largest)


def _frame(axes: "Axes", chart: Chart, comparison: Comparison) -> None:
    axes.set_xscale("log")
    is_accuracy = any(point.low is not None for point in chart.points)
    if not is_accuracy:
        axes.set_yscale("log")
    axes.margins(x=0.18, y=0.14)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("multiply-adds per image, G (without scans)", color=_INK)
    axes.set_ylabel(chart.vertical, color=_INK)
    intervals = "; bars: 95 % intervals" if is_accuracy else ""
    axes.set_title(f"Models for {comparison.task}; area: parameters{intervals}", color=_INK, fontsize=11)
    axes.grid(visible=True, which="major", color="#e5e5e5", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def place_labels(axes: "Axes", points: Sequence[Point]) -> "list[Annotation]":
    """Write each name where it covers no point, no bar and no other name, close to its point if it can."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("labels are placed on axes of a figure")
    figure.canvas.draw()
    taken = [box for point in points for box in _boxes_of(axes, point, points)]
    labels = []
    for point in sorted(points, key=lambda each: (-each.y, each.x)):
        offset, box = _best_place(axes, point, point_area(point, points) ** 0.5 / 2, taken)
        labels.append(_written(axes, point, offset, with_line=offset.distance > _DISTANCES[0]))
        taken.append(box)
    return labels


def _best_place(axes: "Axes", point: Point, radius: float, taken: "Sequence[Bbox]") -> "tuple[_Offset, Bbox]":
    """The first place that is free, or the one where least is covered."""
    frame = axes.get_window_extent()
    best: tuple[float, _Offset, Bbox] | None = None
    for offset in _offsets(radius):
        label = _written(axes, point, offset, with_line=False)
        box = label.get_window_extent().padded(2)
        label.remove()
        clash = _clash(box, taken, frame)
        if best is None or clash < best[0]:
            best = (clash, offset, box)
        if clash == 0:
            break
    if best is None:
        raise ValueError("there is no direction to write in")
    return best[1], best[2]


def _written(axes: "Axes", point: Point, offset: "_Offset", *, with_line: bool) -> "Annotation":
    line = {"arrowstyle": "-", "color": _FAINT, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 1}
    return axes.annotate(
        _label(point),
        (point.x, point.y),
        xytext=(offset.right, offset.up),
        textcoords="offset points",
        fontsize=8.5,
        color=_INK,
        ha=offset.alignment,
        va="center",
        zorder=4,
        arrowprops=line if with_line else None,
    )


def _label(point: Point) -> str:
    millions = point.parameters / 1e6
    return f"{point.name}, {millions:.0f} M" if millions >= 10 else f"{point.name}, {millions:.2g} M"


@dataclass(frozen=True)
class _Offset:
    """Where a name begins, in points (1/72 inch) from its point."""

    right: float
    up: float
    alignment: Literal["left", "right", "center"]
    distance: float


def _offsets(radius: float) -> Iterator[_Offset]:
    """Places around a point in the order of preference: right of it, then around it, then further away."""
    for distance in _DISTANCES:
        for right, up in _DIRECTIONS:
            alignment = _ALIGNMENTS[(right > 0) - (right < 0)]
            yield _Offset(right * (radius + distance), up * (radius + distance), alignment, distance)


def _clash(box: "Bbox", taken: "Sequence[Bbox]", frame: "Bbox") -> float:
    """Area that a label would share with others, or have outside of the frame."""
    covered = sum(_shared(box, other) for other in taken)
    outside = float(box.width) * float(box.height) - _shared(box, frame)
    return float(covered) + max(0.0, outside)


def _shared(one: "Bbox", other: "Bbox") -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return float(max(0.0, width) * max(0.0, height))


def _boxes_of(axes: "Axes", point: Point, points: Sequence[Point]) -> "Iterator[Bbox]":
    """The square around a point and its bar, in px of the picture."""
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform((point.x, point.y))
    radius_px = point_area(point, points) ** 0.5 / 2 * _DPI / _POINTS_PER_INCH
    yield Bbox.from_extents(x - radius_px, y - radius_px, x + radius_px, y + radius_px)
    if point.low is not None and point.high is not None:
        low, high = (axes.transData.transform((point.x, value))[1] for value in (point.low, point.high))
        yield Bbox.from_extents(x - _BAR_PX, low, x + _BAR_PX, high)
