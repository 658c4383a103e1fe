"""A table of metadata on the command line: shown, entered, refused, and beside an import."""

from pathlib import Path

import pytest

from tests.app.importers.tables.table_files import PH2_TEXT, a_table
from tests.builders import an_image_file
from tests.command_line import Run, as_json


@pytest.fixture
def image(tmp_path: Path, run: Run) -> Path:
    """Return an imported image."""
    file = an_image_file(tmp_path / "in", "a.png")
    run("import", file)
    return file


def test_a_dry_run_shows_what_would_change_and_changes_nothing(run: Run, image: Path, tmp_path: Path) -> None:
    table = a_table(tmp_path, "t.csv", "file,sex,age,shoe\na.png,male,300,44\nb.png,male,45,44\n")

    code, out, err = run("metadata", table, "--dry-run")

    assert code == 0
    assert out.splitlines()[1].split("\t") == ["2", "a.png", "Sex", "-", "Male"]
    assert "line 2 (a.png): Age at the visit: “300” is no age" in err
    assert "Nothing was taken from the columns shoe." in err
    assert "1 of 2 lines name no case of the work list, as line 3 (b.png)." in err
    assert "1 would be entered; 0 stored already." in err
    assert as_json(run, "metadata", table)["agreeing"] == 0


def test_values_are_entered_and_contradicting_ones_only_where_they_are_to_replace(
    run: Run, image: Path, tmp_path: Path
) -> None:
    assert len(as_json(run, "metadata", a_table(tmp_path, "t.csv", "file,sex\na.png,male\n"))["values"]) == 1

    other = a_table(tmp_path, "u.csv", "file,sex\na.png,female\n")
    _, _, err = run("metadata", other)
    assert "1 value was left out, because something else is stored; --replace" in err
    outcome = as_json(run, "metadata", other, "--replace")
    assert [(one["stored"], one["table"]) for one in outcome["values"]] == [("Male", "Female")]


def test_columns_are_mapped_by_hand_and_a_wrong_field_is_named(run: Run, image: Path, tmp_path: Path) -> None:
    table = a_table(tmp_path, "t.csv", "Foto;Jahre\na.png;45\n")

    outcome = as_json(run, "metadata", table, "--map", "Foto=image", "--map", "Jahre=age")
    assert [(one["field"], one["table"]) for one in outcome["values"]] == [("Age at the visit", "45")]
    assert "is no field; the fields are" in run("metadata", table, "--map", "Foto=picture")[2]
    assert "has no column “Bild”; it has Foto, Jahre" in run("metadata", table, "--map", "Bild=image")[2]
    assert run("metadata", table, "--map", "Foto")[0] == 2
    assert "image file or the patient number" in run("metadata", table)[2]


def test_diagnoses_are_recorded_only_on_request(run: Run, tmp_path: Path) -> None:
    run("import", an_image_file(tmp_path / "in", "IMD003.png"))
    table = a_table(tmp_path, "PH2_dataset.txt", PH2_TEXT)

    assert "1 decision was left out; --with-decisions" in run("metadata", table)[2]
    assert len(as_json(run, "metadata", table, "--with-decisions")["values"]) == 1
    assert [line["status"] for line in as_json(run, "list")["lines"]] == ["decided"]


def test_images_are_imported_together_with_their_table(run: Run, tmp_path: Path) -> None:
    file = an_image_file(tmp_path / "in", "ISIC_2637011.png")
    header = "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,target\n"
    table = a_table(tmp_path, "train.csv", f"{header}ISIC_2637011,IP_7279968,male,45.0,head/neck,0\n")

    code, _, err = run("import", file, "--metadata", table)

    assert (code, "4 values were entered from train.csv." in err) == (0, True)
    (line,) = as_json(run, "list")["lines"]
    assert (line["patient_code"], line["site"]) == ("IP_7279968", "head/neck")


def test_a_table_that_cannot_be_used_is_known_before_anything_is_imported(run: Run, tmp_path: Path) -> None:
    file = an_image_file(tmp_path / "in", "a.png")

    code, _, err = run("import", file, "--metadata", a_table(tmp_path, "t.csv", ""))

    assert (code, "empty" in err) == (1, True)
    assert as_json(run, "list")["total"] == 0
