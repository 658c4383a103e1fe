"""A case as a FHIR R4 bundle: patient, measurements, score, readings and the report that names them all.

Every code is a text of ours: there is no agreed code for what a model says of a lesion, and none is
invented. Identifiers of resources follow from the case alone, so that the same export tells of the same
resources again.
Source: HL7 FHIR release 4, Bundle, DiagnosticReport, Observation, Device and Patient.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.exporters.exchange.fhir_observations import observations
from app.exporters.file_per_case import write_file_per_case
from app.exporters.tables.case_row import Row, case_row
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

Resource = dict[str, Any]

_NAMESPACE = uuid.UUID("8c1d7c52-6a37-4c6e-9d0f-4f1f6f0c2a55")
"""Of the identifiers of resources; drawn once by chance."""
_GENDERS = {"female": "female", "male": "male", "other": "other"}
_LIMIT = "Research use only, not a medical device; the clinician decides."


class FhirBundle:
    """One JSON file for each case."""

    name = "fhir_bundle"
    label = N_("FHIR R4 bundles (JSON)")
    suffix = ".json"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_fhir/<case>_fhir.json``; raises ExportError."""
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_fhir",
            ending="_fhir.json",
            is_shown=lambda _case: True,
            encode=lambda file: _content(file, deidentified=manner.deidentified),
        )


def _content(file: CaseFile, *, deidentified: bool) -> bytes:
    bundle = fhir_bundle(file, deidentified=deidentified)
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def fhir_bundle(file: CaseFile, *, deidentified: bool) -> Resource:
    """Return the bundle of a case as FHIR's JSON."""
    row = case_row(file, deidentified=deidentified)
    urls = _Urls(str(row["image_id"]))
    patient, devices = urls.of("Patient"), _devices(row)
    results: dict[str, Resource] = {}
    for name, said in observations(row).items():
        device = said.model if said.model in devices else None
        results[urls.of(f"Observation {name}")] = {
            "resourceType": "Observation",
            "status": "preliminary" if said.model else "final",
            "code": {"text": said.text},
            "subject": {"reference": patient},
            **_site(row),
            **({"device": {"reference": urls.of(f"Device {device}")}} if device else {}),
            **said.value,
            **({"note": [{"text": note} for note in said.notes]} if said.notes else {}),
        }
    report = _report(file, row, patient, list(results), deidentified=deidentified)
    entries = {
        urls.of("DiagnosticReport"): report,
        patient: _patient(row),
        **{urls.of(f"Device {key}"): device for key, device in devices.items()},
        **results,
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": urls.of("Bundle")},
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in entries.items()],
    }


class _Urls:
    """The identifiers of a case's resources."""

    def __init__(self, image_code: str) -> None:
        self._image_code = image_code

    def of(self, what: str) -> str:
        return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{self._image_code} {what}')}"


def _patient(row: Row) -> Resource:
    name, sex = row.get("patient_name"), row.get("sex")
    born = row.get("birth_year")
    return {
        "resourceType": "Patient",
        "identifier": [{"value": str(row["patient_id"])}],
        **({"name": [{"text": str(name)}]} if name else {}),
        **({"gender": _GENDERS.get(str(sex), "unknown")} if sex else {}),
        **({"birthDate": str(born)} if born else {}),
    }


def _devices(row: Row) -> dict[str, Resource]:
    """Return the models that said something, by the part of the column's name that tells them apart."""
    found: dict[str, Resource] = {}
    for key in ("score", "boundary"):
        name = row.get(f"naevus_{key}_model")
        if name is None:
            continue
        found[key] = {
            "resourceType": "Device",
            "identifier": [
                {
                    "type": {"text": "SHA-256 of the weights"},
                    "value": str(row[f"naevus_{key}_weights_sha256"]),
                }
            ],
            "deviceName": [{"name": str(name), "type": "model-name"}],
            "version": [{"value": str(row[f"naevus_{key}_model_version"])}],
            "type": {"text": f"{key} model of Naevus"},
        }
    return found


def _site(row: Row) -> Resource:
    columns = ("anatom_site", "anatom_site_special", "anatom_site_general")
    site = next((row[column] for column in columns if row.get(column)), None)
    side = row.get("naevus_laterality")
    return {"bodySite": {"text": f"{site}, {side}" if side else str(site)}} if site else {}


def _report(file: CaseFile, row: Row, patient: str, results: list[str], *, deidentified: bool) -> Resource:
    said = _conclusion(row)
    return {
        "resourceType": "DiagnosticReport",
        "status": "final" if said else "preliminary",
        "code": {"text": "Dermoscopy report"},
        "subject": {"reference": patient},
        **({} if deidentified else {"effectiveDateTime": file.case.visit.visited_on.isoformat()}),
        **({"result": [{"reference": url} for url in results]} if results else {}),
        "conclusion": ". ".join((*said.values(), _LIMIT)),
        **({"conclusionCode": [{"text": said["diagnosis"]}]} if "diagnosis" in said else {}),
    }


def _conclusion(row: Row) -> Mapping[str, str]:
    """Return what the clinician decided; what a model says concludes nothing."""
    columns = {"diagnosis": "diagnosis", "management": "naevus_management"}
    return {key: str(row[column]) for key, column in columns.items() if row.get(column)}
