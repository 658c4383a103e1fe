"""Guards for every test: no window system, no settings or data of the person who runs the tests."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structures.examples import register_long_profile

register_long_profile()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANGUAGE"] = "en"  # commands would speak the language of whoever runs the tests

LAYERS = (
    "app/domain",
    "models/contract",
    "training/contract",
    "architecture",
    "scripts",
    "structures",
    "app/usecases",
    "app/text",
    "app/storage",
    "app/imaging",
    "app/exporters",
    "app/inference",
    "app/runs",
    "models",
    "training",
    "app/cli",
    "app",
    "integration",
    "stories",
)
"""Folders of tests from the ground up: a broken rule is named before all that stands on it."""

TESTS = Path(__file__).resolve().parent


SLOW_PLACES = (
    "app/cli",
    "app/exporters/report/test_report_letters.py",
    "app/imaging/test_damaged_files.py",
    "app/imaging/test_dicom.py",
    "app/imaging/test_dicom_second_decoder.py",
    "app/inference",
    "app/runs/test_launcher.py",
    "app/storage/test_migrations.py",
    "app/storage/test_opening.py",
    "app/test_bootstrap.py",
    "app/ui/cases",
    "app/ui/editor",
    "app/ui/jobs",
    "app/ui/test_languages.py",
    "app/ui/model_shelf",
    "app/ui/panels",
    "app/ui/report",
    "app/ui/test_display.py",
    "app/ui/test_housekeeping.py",
    "app/ui/test_small_screens.py",
    "app/ui/test_theme.py",
    "app/ui/test_toolkit.py",
    "app/ui/training",
    "app/ui/workbench",
    "app/usecases/analysis/test_compare_scores.py",
    "app/usecases/analysis/test_lesion_score.py",
    "app/usecases/analysis/test_withheld_score.py",
    "app/usecases/cases/test_history_words.py",
    "app/usecases/cases/test_import_samples.py",
    "app/usecases/cases/test_take_damaged_files.py",
    "app/usecases/corrections",
    "app/usecases/exports",
    "app/usecases/learning",
    "app/usecases/models",
    "app/usecases/lesions/test_tracking_uid.py",
    "app/usecases/patients/test_who_is_who.py",
    "architecture/test_startup.py",
    "integration/test_golden_predictions.py",
    "integration/test_wiring.py",
    "models/nets",
    "models/test_export.py",
    "models/test_serve_overlays.py",
    "stories",
    "training/cli",
    "training/comparison",
    "training/evaluation",
    "training/experiments",
    "training/explanation",
    "training/loop",
    "training/metrics/test_triage_thresholds.py",
    "training/publishing",
    "training/runs",
    "training/tasks",
)
"""Folders and files whose tests start windows, networks or processes, or fill many stores: all are slow."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave slow places unread in a quick run: importing torch and Qt takes longer than its tests."""
    is_quick = config.option.markexpr == "not slow"
    return True if is_quick and _is_slow(collection_path) else None


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end anyway: modules and tests."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow by its place, and run the tests of the lowest layer first."""
    for item in items:
        if _is_slow(item.path):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: _layer_of(item.path))


def _is_slow(path: Path) -> bool:
    place = path.relative_to(TESTS)
    return any(place.is_relative_to(slow) for slow in SLOW_PLACES)


def _layer_of(file: Path) -> int:
    folder = file.parent.relative_to(TESTS)
    return next((at for at, layer in enumerate(LAYERS) if folder.is_relative_to(layer)), len(LAYERS))


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the application's data folder to a temporary one."""
    monkeypatch.setenv("NAEVUS_DATA_DIR", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``models/`` and ``active.json``: one tiny model is active for each task."""
    from tests.model_folders import shelf_with_tiny_models

    folder = tmp_path_factory.mktemp("shelf")
    shelf_with_tiny_models(folder)
    return folder


@pytest.fixture
def heeded_ctrl_c() -> Iterator[None]:
    """Let Ctrl+C be heeded, by started programs too, even where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
