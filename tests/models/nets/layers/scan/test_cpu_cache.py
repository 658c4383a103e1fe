import os
from pathlib import Path

from models.nets.layers.scan import cpu as scan_cpu
from models.nets.layers.scan import simd_vectors as lanes
from models.nets.layers.scan.cpu_cache import KERNEL_SOURCES, forget_outdated_kernels


def a_file(path: Path, *, changed_at: float) -> Path:
    path.write_bytes(b"")
    os.utime(path, (changed_at, changed_at))
    return path


def test_a_kernel_is_kept_until_a_file_it_is_made_of_changes(tmp_path: Path) -> None:
    sources = [a_file(tmp_path / "own.py", changed_at=100), a_file(tmp_path / "called.py", changed_at=200)]
    entry = a_file(tmp_path / "cpu.walk-1.py311.nbi", changed_at=300)
    stranger = a_file(tmp_path / "other.walk-1.py311.nbi", changed_at=50)

    forget_outdated_kernels(tmp_path, [*sources, tmp_path / "packed_away.py"])
    assert entry.exists()

    a_file(sources[1], changed_at=400)
    forget_outdated_kernels(tmp_path, sources)
    assert not entry.exists()
    assert stranger.exists()


def test_every_file_with_compiled_functions_is_watched() -> None:
    folder = Path(scan_cpu.__file__).parent
    compiled = {file for file in folder.glob("*.py") if "@njit" in file.read_text(encoding="utf-8")}

    assert compiled | {Path(lanes.__file__)} <= set(KERNEL_SOURCES)
    assert all(source.is_file() for source in KERNEL_SOURCES)
