"""Measures how much memory exports of many cases take: a process of its own for each format.

    .venv/bin/python scripts/benchmark_export.py           10,000 small cases
    .venv/bin/python scripts/benchmark_export.py --cases 1000 --formats coco_polygons xlsx_table

The store is synthetic: the cases share one image and one mask. Targets: below 1 GB in each format.
"""

import argparse
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

MOST_BYTES = 1_000_000_000
FORMATS = ("mask_png", "coco_json", "coco_polygons", "cvat_xml", "csv_table", "xlsx_table", "isic_folder")


def peak_of_export(data: Path, out: Path, format_name: str) -> tuple[int, float, int]:
    """Export every case; return the most memory in bytes, the seconds, and how many files there are."""
    from app.bootstrap import open_services
    from app.settings import Settings
    from app.usecases.cancellation import NeverCancelled
    from app.usecases.exports.case_selection import CaseSelection, selected_images
    from app.usecases.exports.export_cases import export_cases
    from app.usecases.exports.export_manner import ExportManner

    services = open_services(data, Settings())
    started = time.perf_counter()
    images = selected_images(services, CaseSelection())
    job = export_cases(
        services, images, format_name, out, manner=ExportManner(deidentified=False), token=NeverCancelled()
    )
    while True:
        try:
            next(job)
        except StopIteration as end:
            count = len(end.value.files)
            break
    services.store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return peak, time.perf_counter() - started, count


def main() -> int:
    """Fill a store, export it in each format, and say whether the target was met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    asked = parser.parse_args()
    is_met = True
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with get_context("spawn").Pool(1) as workers:
            workers.apply(filled_store, (data, asked.cases))
        for format_name in asked.formats:
            with get_context("spawn").Pool(1) as workers:
                peak, seconds, count = workers.apply(
                    peak_of_export, (data, Path(folder) / "out", format_name)
                )
            is_met &= peak < MOST_BYTES
            print(f"{format_name:16} {peak / 1e6:7.0f} MB  {seconds:7.1f} s  {count:7d} files", flush=True)
    return 0 if is_met else 1


def filled_store(folder: Path, count: int) -> None:
    """Make a store of small cases, each with a predicted boundary."""
    from benchmark_store import store_with_cases

    store_with_cases(folder, count, with_boundaries=True).store.close()


if __name__ == "__main__":
    raise SystemExit(main())
