"""A folder that is watched on the command line."""

from pathlib import Path

from tests.builders import an_image_file
from tests.command_line import Run, as_json


def test_a_watched_folder_is_imported_and_scored_as_images_arrive(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in", "a.png")
    (tmp_path / "in" / "note.txt").write_text("no image", encoding="utf-8")

    code, _, err = run("watch", tmp_path / "in", "--every", 0.01, "--stop-after", 0.005)

    assert (code, "1 image imported." in err) == (0, True)
    assert [line["status"] for line in as_json(run, "list")["lines"]] == ["predicted"]
