"""Enters fields that ``test_new_field`` adds to a copy of the application, and prints what comes of them."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from PySide6.QtWidgets import QApplication

from app.domain.case import Case
from app.exporters.report.pdf import ReportPdf
from app.exporters.tables.case_row import case_row, columns
from app.text.history import causes_by_score, metadata_words
from app.ui.panels.patient_panel import PatientPanel
from app.usecases.analysis.compare_scores import case_trail
from app.usecases.analysis.score_image import rescore_image
from app.usecases.exports.exporter import CaseFile
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.services import Services
from models.contract.lesion.tabular import NUMERIC_FEATURES
from tests.builders import a_case, exported, services_at
from tests.fakes import FakePredictor, FakeToken

NEW: dict[str, Any] = {"height_cm": 171.0, "is_immunosuppressed": True, "occupation": "canary breeder"}


def main(folder: Path) -> dict[str, object]:
    """Return what each part of the application makes of the new fields."""
    services = services_at(folder / "data")
    image_id = a_case(services, folder)
    with services.store.reading() as work:
        before = work.cases.case(image_id)
    edit_patient(services, before.patient, replace(before.patient, **NEW))
    with services.store.reading() as work:
        edited = work.cases.case(image_id)
    rescore_image(services, image_id, FakeToken())
    with services.store.reading() as work:
        case = work.cases.case(image_id)
        trail = case_trail(work, case)
    predictor = services.predictor
    assert isinstance(predictor, FakePredictor)
    heights = [float(seen.numeric[NUMERIC_FEATURES.index("height_cm")]) for seen in predictor.seen_tabular]
    told = {
        "stored": {name: getattr(case.patient, name) for name in NEW},
        "history": [words for act in trail if (words := metadata_words(act)) is not None],
        "outdates": before.is_score_current and not edited.is_score_current and case.is_score_current,
        "cause": list(causes_by_score(case, trail).values()),
        "model_is_given": str(heights),
        "table": _table(services, case, folder, deidentified=False),
        "deidentified": _table(services, case, folder, deidentified=True),
        "form": _form(services, case),
    }
    services.store.close()
    return told


def _table(services: Services, case: Case, folder: Path, *, deidentified: bool) -> dict[str, object]:
    pixels, mask = services.arrays.pixels(case.image), services.arrays.valid_mask(case)
    measured = services.arrays.measured(case.image, mask)
    file = CaseFile(
        case, lambda: pixels, lambda: mask, tuple, lambda: None, dict, tuple, tuple, measure=lambda: measured
    )
    row = case_row(file, deidentified=deidentified)
    exporter = ReportPdf(lambda: datetime(2026, 4, 1, tzinfo=UTC))
    (report,) = exported(exporter, [file], folder, deidentified=deidentified)
    words = " ".join(page.extract_text() for page in PdfReader(report).pages)
    names = [f"naevus_{name}" for name in NEW]
    return {
        "columns": [name for name in columns(deidentified=deidentified) if name in names],
        "cells": {name: row[name] for name in names if name in row},
        "report": " ".join(words.split()),
    }


def _form(services: Services, case: Case) -> list[str]:
    application = QApplication.instance() or QApplication([])
    panel = PatientPanel(services.vocabulary)
    panel.patient.show_case(case, keeps=False)
    assert panel.patient.record_of(case) == case.patient
    labels = [panel.patient.field_by_name[name].label for name in NEW]
    panel.deleteLater()
    application.processEvents()
    return labels


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
