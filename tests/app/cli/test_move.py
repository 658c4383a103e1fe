"""``naevus move`` files images elsewhere, says how to take it back, and does so."""

import json
from pathlib import Path

from app.domain.ids import ImageId
from tests.builders import an_image_file
from tests.command_line import Run


def _imported(run: Run, folder: Path, seed: int, *options: str) -> ImageId:
    path = an_image_file(folder, f"{seed}.png", seed=seed)
    code, out, _err = run("import", str(path), "--json", *options)
    assert code == 0
    return ImageId(json.loads(out)["imported"][0])


def test_images_are_moved_and_moved_back(run: Run, tmp_path: Path) -> None:
    first = _imported(run, tmp_path, 1)
    second = _imported(run, tmp_path, 2, "--lesion-of", first)
    code, out, err = run("move", second[:10], "--new-lesion")
    assert (code, "naevus predict" in err) == (0, True)
    move_id = out.split("--undo ")[1].split("”")[0]
    code, _out, err = run("move", second, "--new-lesion")
    assert (code, "one of their own already" in err) == (1, True)
    code, out, _err = run("move", second, "--to-lesion", first, "--json")
    assert (code, json.loads(out)["images"]) == (0, sorted([first, second]))
    assert run("move", "--undo", json.loads(out)["moves"][0])[0] == 0
    assert run("move", "--undo", move_id)[0] == 0
    code, _out, err = run("move", "--undo", move_id)
    assert (code, "undone already" in err) == (1, True)
    assert run("move", second, "--to-day", "2025-03-01")[0] == 0
    other = _imported(run, tmp_path, 3)
    code, _out, err = run("move", other, "--merge-into", first)
    assert (code, "two persons" in err) == (1, True)
    assert run("move", other, "--to-patient", "NAEV-00001")[0] == 0
    assert run("move", other, "--merge-into", first)[0] == 0


def test_a_move_needs_one_place_and_cases(run: Run) -> None:
    for arguments in (["1f"], ["1f", "--new-lesion", "--to-day", "2025-01-01"], ["--new-lesion"], []):
        code, _out, err = run("move", *arguments)
        assert (code, bool(err)) == (2, True)
