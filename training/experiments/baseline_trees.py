"""The baseline a score model has to beat: boosted trees on metadata and measurements of the expert mask.

    .venv/bin/python scripts/baseline_trees.py DATA --out baseline/                      on val
    .venv/bin/python scripts/baseline_trees.py DATA --out baseline/ --test --json f.json  once, at the end

Trees learn from ``train`` and ``train_extra``. They read what the tabular branch of a score model reads (age,
sex, site, colour and shape of the lesion inside the expert's mask), and how much of the frame the lesion
takes, which a network sees by itself. Beside the full table stand its halves, and the full table with the
metadata of the judged images dropped, or shuffled among them: what then remains of the area under the ROC
is the share that the lesion carries. Measurements are kept in ``measurements.csv`` of the output folder, so
that a second run takes seconds.
"""

import argparse
import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.lesion.features import DEFINITION, LesionFeatures, measure_lesion
from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    NUMERIC_FEATURES,
    NUMERIC_INPUTS,
    Origin,
    tabular_input,
)
from models.contract.metrics import bootstrap_interval, roc_auc
from training.contract.command_errors import CommandRefusedError, exit_code_of
from training.contract.data_set import TRAIN_SPLITS, DataSetError, Sample, read_manifest
from training.contract.progress_bar import shown
from training.inputs.decode import read_image, read_mask

MEASURED = tuple(f.name for f in NUMERIC_INPUTS if f.origin is Origin.MEASURED)
FRAME = ("area_share", "long_diameter_share", "short_diameter_share", "touches_border")
"""Size against the frame (diameters against the root of its area), for want of millimetres."""
METADATA = ("age_approx", "sex", "anatom_site_general")
SHUFFLES = 20
SEED = 1

Table = NDArray[np.float64]
"""(N, columns); NaN is missing."""


@dataclass(frozen=True)
class Figure:
    """An area under the ROC with its bootstrap 95 % interval; lesions are drawn, not images."""

    split: str
    inputs: str
    auc: float
    low: float
    high: float
    images: int
    melanomas: int


@dataclass(frozen=True)
class Cases:
    """The labelled images of one side: their tables, row by row, and what they are."""

    metadata: Table
    measurements: Table
    is_malignant: NDArray[np.bool_]
    groups: NDArray[np.str_]


class Measurements:
    """Measurements of the expert masks, kept in a table on disk that a second run continues."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "measurements.csv"
        self._row_by_key = dict(self._stored())

    def of(self, sample: Sample) -> list[float]:
        """The measured columns of one image; all missing without a mask."""
        key = _key(sample)
        if key not in self._row_by_key:
            self._row_by_key[key] = _measured(sample)
            self._append(key)
        return self._row_by_key[key]

    def _stored(self) -> Iterator[tuple[str, list[float]]]:
        if not self._file.exists():
            return
        with self._file.open(newline="", encoding="utf-8") as stream:
            for row in csv.reader(stream):
                # A run that was killed may have left half a line.
                if len(row) == len(MEASURED) + len(FRAME) + 2 and row[-1] == "end" and row[0] != "key":
                    yield row[0], [float(cell) for cell in row[1:-1]]

    def _append(self, key: str) -> None:
        is_new = not self._file.exists()
        with self._file.open("a", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            if is_new:
                writer.writerow(["key", *MEASURED, *FRAME, "end"])
            writer.writerow([key, *map(repr, self._row_by_key[key]), "end"])


def _key(sample: Sample) -> str:
    """Names the image, the state of its two files and the formulas."""
    stamps = []
    for file in (sample.image_file, sample.mask_file):
        status = None if file is None or not file.is_file() else file.stat()
        stamps.append("-" if status is None else f"{status.st_size}.{status.st_mtime_ns}")
    return "|".join((sample.image_id, DEFINITION, *stamps))


def _measured(sample: Sample) -> list[float]:
    if sample.mask_file is None:
        return [np.nan] * (len(MEASURED) + len(FRAME))
    image = read_image(sample)
    mask = read_mask(sample, image.shape)
    if mask is None or not mask.any():
        return [np.nan] * (len(MEASURED) + len(FRAME))
    lesion = measure_lesion(image, mask)
    return _inputs(sample, lesion, MEASURED) + _in_frame(lesion, mask.size)


def _in_frame(lesion: LesionFeatures, frame_px: int) -> list[float]:
    side_px = float(np.sqrt(frame_px))
    return [
        lesion.area_px / frame_px,
        lesion.long_diameter_px / side_px,
        lesion.short_diameter_px / side_px,
        float(lesion.touches_border),
    ]


def _inputs(sample: Sample, lesion: LesionFeatures | None, names: Iterable[str]) -> list[float]:
    """The named inputs as a score model would get them; NaN is missing."""
    entered = dict(zip(METADATA, (sample.age_years, sample.sex, sample.site), strict=True))
    given = tabular_input(entered=entered, features=lesion)
    value_by_name = dict(zip(NUMERIC_FEATURES, given.numeric.tolist(), strict=True))
    for name, index in zip(CATEGORICAL_FEATURES, given.categorical.tolist(), strict=True):
        value_by_name[name] = float(index) if index else np.nan
    return [value_by_name[name] for name in names]


def cases_of(samples: Iterable[Sample], measurements: Measurements, label: str) -> Cases:
    """The labelled images among ``samples``, measured."""
    labelled = [s for s in samples if s.malignant is not None]
    metadata = [_inputs(s, None, METADATA) for s in labelled]
    measured = [measurements.of(s) for s in shown(labelled, label)]
    return Cases(
        metadata=np.array(metadata, np.float64).reshape(-1, len(METADATA)),
        measurements=np.array(measured, np.float64).reshape(-1, len(MEASURED) + len(FRAME)),
        is_malignant=np.array([bool(s.malignant) for s in labelled], np.bool_),
        groups=np.array([s.duplicate_group for s in labelled], np.str_),
    )


class Trees:
    """Gradient-boosted trees of modest, fixed size; missing values take their own side of a branch."""

    def __init__(self, table: Table, is_malignant: NDArray[np.bool_], categories: tuple[int, ...]) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        self._classifier = HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=150,
            max_leaf_nodes=8,
            min_samples_leaf=20,
            l2_regularization=1.0,
            categorical_features=list(categories) or None,
            early_stopping=False,
            random_state=SEED,
        )
        self._classifier.fit(table, is_malignant)

    def scores(self, table: Table) -> NDArray[np.float64]:
        """The probability of melanoma for each row."""
        return np.asarray(self._classifier.predict_proba(table)[:, 1], dtype=np.float64)


def figures(train: Cases, judged: Cases, split: str) -> Iterator[Figure]:
    """Every figure of one split, in the order of the table."""
    sex_and_site = (METADATA.index("sex"), METADATA.index("anatom_site_general"))
    of_metadata = Trees(train.metadata, train.is_malignant, sex_and_site)
    of_gaps = Trees(_gaps(train.metadata), train.is_malignant, ())
    of_measurements = Trees(train.measurements, train.is_malignant, ())
    of_both = Trees(_both(train), train.is_malignant, sex_and_site)
    dropped = np.full_like(judged.metadata, np.nan)
    scores_by_inputs = {
        "age, sex, site": of_metadata.scores(judged.metadata),
        "only which of age, sex, site is missing": of_gaps.scores(_gaps(judged.metadata)),
        "measurements": of_measurements.scores(judged.measurements),
        "both": of_both.scores(_both(judged)),
        "both, metadata dropped": of_both.scores(np.hstack([dropped, judged.measurements])),
        f"both, metadata shuffled (mean of {SHUFFLES})": _shuffled_scores(of_both, judged),
    }
    for inputs, scores in scores_by_inputs.items():
        yield _figure(split, inputs, judged, scores)


def _both(cases: Cases) -> Table:
    return np.hstack([cases.metadata, cases.measurements])


def _gaps(table: Table) -> Table:
    return np.isnan(table).astype(np.float64)


def _shuffled_scores(trees: Trees, cases: Cases) -> NDArray[np.float64]:
    """(N, shuffles): scores with whole rows of metadata handed to other images."""
    generator = np.random.default_rng(SEED)
    columns = []
    for _ in range(SHUFFLES):
        metadata = cases.metadata[generator.permutation(len(cases.metadata))]
        columns.append(trees.scores(np.hstack([metadata, cases.measurements])))
    return np.stack(columns, axis=1)


def _figure(split: str, inputs: str, cases: Cases, scores: NDArray[np.float64]) -> Figure:
    interval = bootstrap_interval(_mean_auc, cases.is_malignant, scores, seed=SEED, groups=cases.groups)
    if interval is None:
        raise DataSetError(f"The {split} images hold only one class, so no figure can be given.")
    return Figure(
        split,
        inputs,
        interval.value,
        interval.low,
        interval.high,
        len(scores),
        int(cases.is_malignant.sum()),
    )


def _mean_auc(is_malignant: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """The area under the ROC of scores (N,), or its mean over the columns of scores (N, K)."""
    areas = [roc_auc(is_malignant, column) for column in np.atleast_2d(scores.T)]
    known = [area for area in areas if area is not None]
    return float(np.mean(known)) if known else None


def report(data: Path, out: Path, *, with_test: bool) -> list[Figure]:
    """Fit on the training images and judge on val, and on test only when asked to.

    Raises:
        DataSetError: the data folder cannot be used.
    """
    samples = read_manifest(data)
    measurements = Measurements(out)
    train = cases_of((s for s in samples if s.split in TRAIN_SPLITS), measurements, "Measuring train")
    if len(set(train.is_malignant.tolist())) < 2:
        raise DataSetError("The training images need both malignant and benign cases.")
    rows: list[Figure] = []
    for split in ("val", "test") if with_test else ("val",):
        judged = cases_of((s for s in samples if s.split == split), measurements, f"Measuring {split}")
        rows.extend(figures(train, judged, split))
    return rows


def _print(rows: list[Figure]) -> None:
    print(f"{'split':<6}{'inputs':<44}{'AUC':>7}   95 % interval    images  melanomas")
    for row in rows:
        interval = f"{row.low:.3f} to {row.high:.3f}"
        print(
            f"{row.split:<6}{row.inputs:<44}{row.auc:>7.3f}   {interval}   "
            f"{row.images:>6}  {row.melanomas:>9}"
        )


def main(arguments: list[str]) -> int:
    """Print the table of figures; the exit code is 1 when the data cannot be used."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder that keeps the measurements")
    parser.add_argument("--test", action="store_true", help="also judge on test; do so once, at the end")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args(arguments)
    return exit_code_of(lambda: _carry_out(chosen))


def _carry_out(chosen: argparse.Namespace) -> None:
    try:
        rows = report(chosen.data, chosen.out, with_test=chosen.test)
    except ModuleNotFoundError as error:
        raise CommandRefusedError(
            f"The package {error.name} is missing; python scripts/test.py installs it."
        ) from error
    _print(rows)
    if chosen.json:
        content = {"measurement_definition": DEFINITION, "figures": [asdict(row) for row in rows]}
        chosen.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
