"""Writes cases to files: reports, tables, masks."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import overload

from app.domain.audit import AuditKind
from app.domain.errors import ExportError, InferenceError
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.analysis.compare_scores import case_trail
from app.usecases.analysis.explain_score import explain_score
from app.usecases.analysis.model_summaries import model_summaries
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.exports.exporter import CaseFile, Exporter
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases, sound_cases
from models.contract.arrays import AttentionMap


class CaseFiles(Sequence[CaseFile]):
    """Cases with their arrays, each read when it is asked for, so that one at a time is in memory."""

    def __init__(
        self, services: Services, image_ids: Sequence[ImageId], token: CancelToken, *, overlay: str | None
    ) -> None:
        self._services = services
        self._image_ids = tuple(image_ids)
        self._token = token
        self._overlay = overlay

    def __len__(self) -> int:
        """Return how many cases there are."""
        return len(self._image_ids)

    @overload
    def __getitem__(self, index: int) -> CaseFile: ...
    @overload
    def __getitem__(self, index: slice) -> "CaseFiles": ...
    def __getitem__(self, index: int | slice) -> "CaseFile | CaseFiles":
        """Read a case; raises CancelledError when the person asked to stop."""
        if isinstance(index, slice):
            return CaseFiles(self._services, self._image_ids[index], self._token, overlay=self._overlay)
        stop_if_cancelled(self._token)
        return case_file(self._services, self._image_ids[index], self._token, overlay=self._overlay)

    def __iter__(self) -> Iterator[CaseFile]:
        """Read one case after the other."""
        return (self[index] for index in range(len(self)))


def case_file(services: Services, image_id: ImageId, token: CancelToken, *, overlay: str | None) -> CaseFile:
    """Return a case with its arrays, and with one attention overlay when its name is given.

    A machine on which no engine can explain the score gives the case without the overlay.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
        trail = case_trail(work, case)
    wanted = None if case.score is None or case.is_score_withheld else overlay
    arrays, mask = services.arrays, services.arrays.valid_mask(case)
    return CaseFile(
        case=case,
        pixels=arrays.pixels(case.image),
        mask=mask,
        probability=arrays.probability(case.boundary.probability) if case.boundary else None,
        overlays=_overlays(services, image_id, wanted, token),
        audit=trail,
        models=model_summaries(services, case),
        measure=lambda: arrays.measured(case.image, mask),
    )


def _overlays(
    services: Services, image_id: ImageId, name: str | None, token: CancelToken
) -> dict[str, AttentionMap]:
    if name is None:
        return {}
    try:
        return {name: explain_score(services, image_id, name, token).map}
    except InferenceError:
        return {}


def export_cases(
    services: Services,
    image_ids: Sequence[ImageId],
    format_name: str,
    folder: Path,
    *,
    deidentified: bool,
    token: CancelToken,
) -> Generator[Progress, None, WrittenCases]:
    """Write cases in one of the formats of ``services.exporters``.

    Cases with damaged files are left out; nothing is written when no other case was asked for.
    """
    exporter = exporter_named(services, format_name)
    yield Progress(0, len(image_ids), exporter.label)
    sound, damaged = sound_cases(services, image_ids)
    if damaged and not sound:
        return WrittenCases(left_out=damaged)
    cases = CaseFiles(services, sound, token, overlay=None)
    with services.store.exporting(folder):
        files = exporter.write(cases, folder, deidentified=deidentified)
    note_export(services, sound, exporter, deidentified=deidentified)
    yield Progress(len(image_ids), len(image_ids), exporter.label)
    return WrittenCases(tuple(files), damaged)


def exporter_named(services: Services, name: str) -> Exporter:
    """Return an exporter by its name."""
    for exporter in services.exporters:
        if exporter.name == name:
            return exporter
    known = ", ".join(exporter.name for exporter in services.exporters)
    raise ExportError(
        _("There is no export format “{name}”; there are: {known}.").format(name=name, known=known)
    )


def note_export(
    services: Services, image_ids: Sequence[ImageId], exporter: Exporter, *, deidentified: bool
) -> None:
    """Write into the audit trail which cases left the store, and whether they can be recognised."""
    manner = "de-identified" if deidentified else "with identity"
    with services.store.writing() as work:
        for image_id in image_ids:
            work.audit.append(services.user, AuditKind.CASE_EXPORTED, image_id, f"{exporter.name}, {manner}")
        work.commit()
