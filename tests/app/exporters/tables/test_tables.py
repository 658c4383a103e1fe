import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.analysis.lesion_score import ImageScores
from app.exporters.annotation.coco_json import CocoJson
from app.exporters.csv_cells import shielded, table_bytes
from app.exporters.masks.mask_png import MaskPng
from app.exporters.tables.csv_table import CsvTable
from app.usecases.exports.exporter import CaseFile
from tests.app.exporters.csv_rows import rows_of
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def test_a_row_holds_isic_columns_model_output_and_decision(make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(CsvTable(), [make_case()], tmp_path, deidentified=False)
    (row,) = rows_of(path)
    assert (row["sex"], row["age"], row["anatom_site_general"]) == ("male", "85", "posterior torso")
    assert (row["diagnosis"], row["diagnosis_1"], row["melanocytic"]) == ("Nevus", "Benign", "true")
    assert (row["personal_hx_mm"], row["family_hx_mm"]) == ("true", "false")
    assert (row["naevus_malignancy_probability"], row["naevus_threshold"]) == ("0.634", "0.31")
    assert row["naevus_score_weights_sha256"] == "c1" * 32
    assert (row["naevus_triage_band"], row["naevus_mask_origin"]) == ("Urgent", "corrected")
    assert float(row["naevus_long_diameter_mm"]) == pytest.approx(
        0.05 * float(row["naevus_long_diameter_px"]), abs=1e-4
    )
    assert (row["patient_name"], row["birth_year"]) == ("Canaryname, Jürgen", "1931")


def test_the_outcome_stands_beside_the_decision(make_case: MakeCase, tmp_path: Path) -> None:
    unknown = make_case(case=replace(make_case().case, outcomes=()))
    (path,) = exported(CsvTable(), [make_case(), unknown], tmp_path, deidentified=False)
    row, open_row = rows_of(path)
    assert (row["diagnosis"], row["naevus_outcome"]) == ("Nevus", "Melanoma in situ")
    assert (row["naevus_outcome_1"], row["naevus_outcome_confirm_type"]) == ("Malignant", "histopathology")
    assert (row["naevus_outcome_days_after_visit"], row["outcome_known_on"]) == ("19", "2021-04-02")
    assert (row["outcome_entered_by"], row["outcome_note"]) == ("Dr. Canarystaff", "canarypathology")
    assert open_row["naevus_outcome"] == open_row["outcome_known_on"] == ""


@pytest.mark.parametrize("is_deidentified", [True, False])
def test_the_score_of_the_lesion_stands_in_each_row_of_its_images(
    make_case: MakeCase, tmp_path: Path, is_deidentified: bool
) -> None:
    alone = make_case().case
    other = replace(alone.scores[0], probability=0.1)
    several = make_case(case=replace(alone, other_images=(ImageScores(other, other),)))
    (path,) = exported(CsvTable(), [several, make_case()], tmp_path, deidentified=is_deidentified)
    row, single = rows_of(path)
    assert float(row["naevus_lesion_probability"]) == pytest.approx(0.3050, abs=1e-4)
    assert (row["naevus_lesion_probability_low"], row["naevus_lesion_probability_high"]) == ("0.1", "0.634")
    assert (row["naevus_lesion_images"], row["naevus_lesion_band"]) == ("2", "Soon")
    assert (row["naevus_malignancy_probability"], row["naevus_triage_band"]) == ("0.634", "Urgent")
    assert single["naevus_lesion_probability"] == single["naevus_lesion_images"] == ""


def test_the_area_is_that_of_the_exported_masks(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case()
    assert case.mask is not None
    mask = case.mask.copy()
    mask[80:86, 100:120] = True
    case = make_case(mask=mask)
    (row,) = rows_of(exported(CsvTable(), [case], tmp_path, deidentified=True)[0])
    coco = next(p for p in exported(CocoJson(), [case], tmp_path, deidentified=True) if p.suffix == ".json")
    (annotation,) = json.loads(coco.read_text(encoding="utf-8"))["annotations"]
    png, _index = exported(MaskPng(), [case], tmp_path, deidentified=True)
    stored = cv2.imread(str(png), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    areas = {float(row["naevus_area_px"]), float(annotation["area"]), float(np.count_nonzero(stored))}
    assert areas == {float(mask.sum())}
    assert float(row["naevus_area_mm2"]) == pytest.approx(0.05**2 * mask.sum(), abs=1e-3)
    # Without the second part and with the hole: what all other measurements are of.
    assert float(row["naevus_measured_region_area_px"]) == case.mask.sum() - 120 + 25


def test_an_empty_mask_has_an_area_of_zero_and_no_mask_has_none(
    make_case: MakeCase, new_case: CaseFile, tmp_path: Path
) -> None:
    case = make_case()
    assert case.mask is not None
    empty = make_case(mask=np.zeros_like(case.mask))
    (row,) = rows_of(exported(CsvTable(), [empty], tmp_path, deidentified=True)[0])
    assert (float(row["naevus_area_px"]), float(row["naevus_area_mm2"])) == (0, 0)
    (row,) = rows_of(exported(CsvTable(), [new_case], tmp_path / "new", deidentified=True)[0])
    assert row["naevus_area_px"] == ""


def test_the_table_opens_in_a_spreadsheet_with_umlauts(make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(CsvTable(), [make_case()], tmp_path, deidentified=False)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfimage_id,")


def test_a_deidentified_table_holds_no_canary_and_no_date(make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(CsvTable(), [make_case()], tmp_path, deidentified=True)
    text = path.read_text(encoding="utf-8-sig")
    assert "canary" not in text.lower()
    assert "1931" not in text
    assert "2021" not in text
    (row,) = rows_of(path)
    assert row["patient_id"].startswith("P-")
    assert row["age"] == "85"


def test_days_count_from_each_patients_first_visit(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case().case
    later = replace(case, visit=replace(case.visit, visited_on=date(2021, 6, 12)))
    other = replace(later, patient=replace(case.patient, id="9" * 32))
    files = [make_case(case=later), make_case(), make_case(case=other)]
    (path,) = exported(CsvTable(), files, tmp_path, deidentified=True)
    rows = rows_of(path)
    assert [row["acquisition_day"] for row in rows] == ["90", "0", "0"]
    assert rows[0]["patient_id"] == rows[1]["patient_id"] != rows[2]["patient_id"]


def test_an_unread_case_gives_a_row_with_gaps(new_case: CaseFile, tmp_path: Path) -> None:
    (row,) = rows_of(exported(CsvTable(), [new_case], tmp_path, deidentified=False)[0])
    assert row["naevus_malignancy_probability"] == row["naevus_mask_origin"] == row["diagnosis"] == ""


def as_it_was(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from evaluating it."""
    return cell.removeprefix("'")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00", "\n", "'"])
def test_a_formula_in_a_name_stays_text(make_case: MakeCase, tmp_path: Path, start: str) -> None:
    name = start + 'cmd|"/c calc"!A1'
    (path,) = exported(CsvTable(), [make_case(name=name)], tmp_path, deidentified=False)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["patient_name"].startswith("'")
    assert as_it_was(row["patient_name"]) == name


@given(st.text())
def test_every_text_comes_back_from_the_table(text: str) -> None:
    content = table_bytes(["value"], [{"value": text}]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [as_it_was(row["value"]) for row in rows] == ([text] if text or rows else [])
    assert not shielded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
