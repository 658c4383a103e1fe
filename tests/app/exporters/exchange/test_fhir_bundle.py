"""FHIR bundles, read back with fhir.resources, a foreign implementation of the standard."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from app.exporters.exchange.fhir_bundle import FhirBundle, fhir_bundle
from app.usecases.exports.exporter import CaseFile
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def written(case: CaseFile, folder: Path, *, deidentified: bool) -> str:
    files = exported(FhirBundle(), [case], folder, deidentified=deidentified)
    (path,) = (file for file in files if file.name.endswith("_fhir.json"))
    return path.read_text("utf-8")


def resources(text: str, kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in json.loads(text)["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def observed(text: str, what: str) -> dict[str, Any]:
    (found,) = (one for one in resources(text, "Observation") if one["code"]["text"] == what)
    return found


@pytest.mark.parametrize("deidentified", [False, True])
def test_a_foreign_reader_takes_every_resource_and_finds_every_reference(
    make_case: MakeCase, tmp_path: Path, *, deidentified: bool
) -> None:
    text = written(make_case(), tmp_path, deidentified=deidentified)
    bundle = Bundle.model_validate_json(text)
    urls = {entry.fullUrl for entry in bundle.entry}
    report = bundle.entry[0].resource
    assert report.__resource_type__ == "DiagnosticReport"
    named = [report.subject.reference, *(result.reference for result in report.result)]
    devices = [one.get("device", {}).get("reference") for one in resources(text, "Observation")]
    assert {*named, *filter(None, devices)} <= urls
    assert len(urls) == len(bundle.entry)


def test_score_names_its_model_and_concludes_nothing(make_case: MakeCase, tmp_path: Path) -> None:
    file = make_case()
    text = written(file, tmp_path, deidentified=False)
    score = file.case.score
    assert score is not None
    told = observed(text, "Malignancy score")
    assert told["valueQuantity"]["value"] == pytest.approx(100 * score.probability, abs=0.01)
    assert (told["status"], told["valueQuantity"]["code"]) == ("preliminary", "%")
    assert score.model.weights_sha256 in json.dumps(resources(text, "Device"))
    (report,) = resources(text, "DiagnosticReport")
    decision = file.case.decision
    assert decision is not None
    assert report["conclusion"].startswith(str(decision.diagnosis))
    assert "the clinician decides" in report["conclusion"]


def test_a_deidentified_bundle_tells_no_name_number_or_date(make_case: MakeCase, tmp_path: Path) -> None:
    file = make_case()
    text = written(file, tmp_path, deidentified=True)
    assert "canary" not in text.casefold()
    assert file.case.visit.visited_on.isoformat() not in text
    (patient,) = resources(text, "Patient")
    assert set(patient) <= {"resourceType", "identifier", "gender"}


def test_the_same_export_names_the_same_resources(make_case: MakeCase) -> None:
    file = make_case()
    assert fhir_bundle(file, deidentified=True) == fhir_bundle(file, deidentified=True)


def test_the_exact_site_is_named_with_its_side(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case().case
    lesion = replace(case.lesion, anatomic_site="Upper extremity:Hand", laterality="left")
    text = written(make_case(case=replace(case, lesion=lesion)), tmp_path, deidentified=True)
    sites = [one["bodySite"]["text"] for one in resources(text, "Observation") if "bodySite" in one]
    assert sites
    assert set(sites) == {"Upper extremity:Hand, left"}
