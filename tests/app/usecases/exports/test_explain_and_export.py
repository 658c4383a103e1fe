from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from app.domain.case_filter import CaseFilter
from app.domain.errors import CancelledError, ExportError
from app.domain.ids import ImageId
from app.exporters.masks.mask_png import MaskPng
from app.usecases.analysis.analyse import AGAIN, analyse_images
from app.usecases.analysis.explain_score import explain_score, share_inside
from app.usecases.cases.triage_folder import triage_folder
from app.usecases.exports.case_selection import CaseSelection, count_selected, selected_images
from app.usecases.exports.export_cases import export_cases, key_folder
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from app.usecases.exports.letterhead import write_letterhead
from app.usecases.exports.report_layout import Letterhead, ReportForm
from app.usecases.exports.write_report import write_report
from app.usecases.progress import Progress
from app.usecases.services import Services
from app.usecases.skipped_cases import WrittenCases
from app.usecases.upkeep.examine_engines import examine_engines, examine_store
from tests.builders import a_case, a_mask, an_image_file, result_of, started_anew
from tests.fakes import FakeExporter, FakePredictor, FakeToken

HIDDEN, OPENLY = ExportManner(deidentified=True), ExportManner(deidentified=False)
LONG = ExportManner(deidentified=True, form=ReportForm.LONG)


def _exporter(services: Services, name: str) -> FakeExporter:
    exporter = next(exporter for exporter in services.exporters if exporter.name == name)
    assert isinstance(exporter, FakeExporter)
    return exporter


def test_the_share_inside_the_lesion_is_counted_by_hand() -> None:
    relevance = np.array([[0.5, 0.0], [-1.5, 2.0]], np.float32)
    assert share_inside(relevance, np.array([[True, True], [True, False]])) == pytest.approx(0.5)
    assert share_inside(relevance, None) is None
    assert share_inside(np.zeros((2, 2), np.float32), np.ones((2, 2), np.bool_)) is None


def test_an_explanation_follows_the_mask_that_is_given(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    stored = explain_score(services, image_id, "gate", FakeToken())
    other = explain_score(services, image_id, "gate", FakeToken(), mask=a_mask(radius_px=5))
    assert stored.map.shape == (96, 128)
    assert not stored.is_signed
    assert stored.share_inside_lesion is not None
    assert other.share_inside_lesion is not None
    assert other.share_inside_lesion < stored.share_inside_lesion


def test_an_export_hands_over_the_arrays_and_the_history(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    written = result_of(
        export_cases(services, [image_id], "csv_table", tmp_path / "out", manner=OPENLY, token=FakeToken())
    )
    (seen,) = _exporter(services, "csv_table").seen
    assert [file.read_text(encoding="utf-8") for file in written.files] == ["NAEV-00001"]
    assert seen.pixels.shape == (96, 128, 3)
    assert seen.mask is not None
    assert np.array_equal(seen.mask, a_mask(radius_px=12))
    assert seen.overlays == {}
    acts = [event.kind for event in seen.audit]
    assert acts == [
        "patient added",
        "image imported",
        "boundary predicted",
        "score computed",
        "mask corrected",
        "case exported",
    ]


@pytest.mark.parametrize(("deidentified", "manner"), [(True, "de-identified"), (False, "with identity")])
def test_every_export_is_in_the_audit_trail(
    services: Services, tmp_path: Path, deidentified: bool, manner: str
) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    result_of(
        export_cases(
            services,
            [image_id],
            "mask_png",
            tmp_path / "out",
            manner=ExportManner(deidentified),
            token=FakeToken(),
        )
    )
    assert _exporter(services, "mask_png").asked == [(1, deidentified)]
    with services.store.reading() as work:
        event = work.audit.events(image_id)[-1]
    assert (event.kind, event.detail) == ("case exported", f"mask_png, {manner}")


def test_an_unknown_format_names_the_known_ones(services: Services, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there are: report_pdf, csv_table, mask_png"):
        result_of(export_cases(services, [], "fax", tmp_path, manner=HIDDEN, token=FakeToken()))


def test_a_long_report_shows_an_overlay_when_there_is_a_score(services: Services, tmp_path: Path) -> None:
    scored = a_case(services, tmp_path)
    new = a_case(services, tmp_path, seed=2, predicted=False)
    written = result_of(
        write_report(services, [scored, new], tmp_path / "out", manner=LONG, token=FakeToken())
    )
    first, second = _exporter(services, "report_pdf").seen
    assert len(written.files) == 2
    assert list(first.overlays) == ["gate"]
    assert second.overlays == {}


def test_a_report_is_written_even_when_no_engine_can_explain(services: Services, tmp_path: Path) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.is_mute = True
    image_id = a_case(services, tmp_path)
    job = write_report(services, [image_id], tmp_path / "out", manner=LONG, token=FakeToken())
    assert len(result_of(job).files) == 1
    assert _exporter(services, "report_pdf").seen[0].overlays == {}


def test_cancelling_reports_keeps_those_that_were_written(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2, 3)]
    job = write_report(services, ids, tmp_path / "out", manner=HIDDEN, token=FakeToken(cancel_after=1))
    with pytest.raises(CancelledError):
        result_of(job)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_cancelled_export_is_not_noted_as_done(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2)]
    job = export_cases(
        services,
        ids,
        "csv_table",
        tmp_path / "out",
        manner=HIDDEN,
        token=FakeToken(cancel_after=1),
    )
    with pytest.raises(CancelledError):
        result_of(job)
    with services.store.reading() as work:
        assert not [event for event in work.audit.events() if event.kind == "case exported"]


def _damage(services: Services, image_id: ImageId) -> str:
    """Delete the image's pixels from the store and return its file's name."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
    services.store.blobs.path(image.upright).unlink()
    return image.file_name


@pytest.mark.parametrize("verb", [write_report, partial(export_cases, format_name="csv_table")])
def test_what_is_written_goes_on_without_a_damaged_case_and_names_it(
    services: Services, tmp_path: Path, verb: Callable[..., Generator[Progress, None, WrittenCases]]
) -> None:
    damaged, sound = (a_case(services, tmp_path, seed=seed) for seed in (1, 2))
    name = _damage(services, damaged)
    services = started_anew(services)
    job = {"folder": tmp_path / "out", "manner": ExportManner(deidentified=True), "token": FakeToken()}
    written = result_of(verb(services, image_ids=[damaged, sound], **job))
    assert [sound in file.name for file in written.files] == [True]
    (refusal,) = written.left_out
    assert (refusal.path.name, refusal.known_as) == (name, damaged)
    assert "is missing" in refusal.sentence
    with services.store.reading() as work:
        assert "case exported" not in {event.kind for event in work.audit.events(damaged)}
    assert result_of(verb(services, image_ids=[damaged], **job)) == WrittenCases((), (refusal,))


def test_predicting_goes_on_after_a_damaged_case(services: Services, tmp_path: Path) -> None:
    damaged, sound = (a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2))
    _damage(services, damaged)
    (refusal,) = result_of(analyse_images(services, [damaged, sound], FakeToken(), AGAIN))
    assert refusal.known_as == damaged
    with services.store.reading() as work:
        assert work.cases.case(sound).score is not None


def test_triage_does_the_whole_job_and_ranks(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for seed in (1, 2):
        an_image_file(folder, f"{seed}.png", seed=seed)
    (folder / "notes.txt").write_text("no image", encoding="utf-8")
    report = result_of(
        triage_folder(services, [folder], tmp_path / "out", deidentified=True, token=FakeToken())
    )
    assert len(report.lines) == 2
    probabilities = [line.probability or 0.0 for line in report.lines]
    assert probabilities == sorted(probabilities, reverse=True)
    assert (report.refused, report.passed_over) == ((), 1)
    assert report.not_scored == ()
    assert len(report.files) == 6
    assert all(file.is_file() for file in report.files)
    assert [
        exporter.asked[0][1]
        for exporter in map(_exporter, [services] * 3, ("report_pdf", "csv_table", "mask_png"))
    ] == [True] * 3


def test_triage_goes_on_when_the_stored_files_of_one_case_are_damaged(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    for seed in (1, 2):
        an_image_file(folder, f"{seed}.png", seed=seed)
    first = result_of(
        triage_folder(services, [folder], tmp_path / "out", deidentified=True, token=FakeToken())
    )
    with services.store.reading() as work:
        image = work.cases.case(first.lines[0].image_id).image
    services.store.blobs.path(image.upright).unlink()
    services = started_anew(services)
    again = result_of(
        triage_folder(services, [folder], tmp_path / "again", deidentified=True, token=FakeToken())
    )
    (refusal,) = again.not_scored
    assert refusal.path.name == image.file_name
    assert "is missing" in refusal.sentence
    assert len(again.lines) == 2
    assert len(again.files) == 3


def test_triage_without_a_model_still_reports_and_says_what_was_missing(
    services: Services, tmp_path: Path
) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.is_segmenter_missing = True
    path = an_image_file(tmp_path)
    job = triage_folder(services, [path], tmp_path / "out", deidentified=True, token=FakeToken())
    report = result_of(job)
    assert [refusal.sentence for refusal in report.not_scored] == [
        "No model for lesion boundaries is installed."
    ]
    assert len(report.files) == 2
    assert _exporter(services, "mask_png").seen == []


def test_triage_of_the_same_folder_again_neither_imports_nor_scores_again(
    services: Services, tmp_path: Path
) -> None:
    an_image_file(tmp_path / "in")
    job = {"deidentified": True, "token": FakeToken()}
    first = result_of(triage_folder(services, [tmp_path / "in"], tmp_path / "out", **job))
    second = result_of(triage_folder(services, [tmp_path / "in"], tmp_path / "out", **job))
    assert second.lines == first.lines
    assert second.refused == ()
    with services.store.reading() as work:
        assert len(work.cases.case(first.lines[0].image_id).scores) == 1


def test_triage_goes_on_when_no_model_is_there(services: Services, tmp_path: Path) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.is_segmenter_missing = True
    an_image_file(tmp_path / "in")
    report = result_of(
        triage_folder(services, [tmp_path / "in"], tmp_path / "out", deidentified=True, token=FakeToken())
    )
    assert [failure.sentence for failure in report.not_scored] == [
        "No model for lesion boundaries is installed."
    ]
    assert len(report.lines) == 1
    assert report.lines[0].priority is None


def test_triage_of_nothing_usable_writes_nothing(services: Services, tmp_path: Path) -> None:
    report = result_of(
        triage_folder(
            services, [tmp_path / "gone.jpg"], tmp_path / "out", deidentified=True, token=FakeToken()
        )
    )
    assert (report.lines, report.files) == ((), ())
    assert not (tmp_path / "out").exists()


def test_engines_and_store_are_examined(services: Services, tmp_path: Path) -> None:
    a_case(services, tmp_path)
    (engine,) = result_of(examine_engines(services))
    assert engine.is_active
    findings = result_of(examine_store(services))
    assert not any(finding.is_problem for finding in findings)
    assert any("stored files are complete" in finding.sentence for finding in findings)


class _Twice(FakeExporter):
    """Goes through the cases twice."""

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        self.passes = [[case.case.image.id for case in cases] for _ in range(2)]
        yield len(self.passes)
        return []


def test_an_exporter_that_reads_twice_gets_the_same_cases(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2, 3)]
    _damage(services, ids[1])
    exporter = _Twice("twice")
    services = replace(started_anew(services), exporters=(exporter,))
    written = result_of(export_cases(services, ids, "twice", tmp_path, manner=HIDDEN, token=FakeToken()))
    assert exporter.passes == [[ids[0], ids[2]]] * 2
    assert [refusal.known_as for refusal in written.left_out] == [ids[1]]


def test_an_export_says_after_each_case_how_far_it_is(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed, predicted=False) for seed in (1, 2, 3)]
    job = export_cases(services, ids, "csv_table", tmp_path / "out", manner=HIDDEN, token=FakeToken())
    assert [(step.done, step.of) for step in job] == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]


def test_what_a_stopped_export_leaves_is_in_the_audit_trail(services: Services, tmp_path: Path) -> None:
    ids = [a_case(services, tmp_path, seed=seed, corrected=True) for seed in (1, 2)]
    services = replace(services, exporters=(MaskPng(),))
    token = FakeToken(cancel_after=2)
    with pytest.raises(CancelledError):
        result_of(export_cases(services, ids, "mask_png", tmp_path / "out", manner=OPENLY, token=token))
    with services.store.reading() as work:
        notes = [event for event in work.audit.events() if event.kind == "case exported"]
    assert [(event.subject, event.detail) for event in notes] == [
        (ids[0], "mask_png, with identity, stopped")
    ]


def test_what_an_export_that_is_given_up_leaves_is_in_the_audit_trail(
    services: Services, tmp_path: Path
) -> None:
    ids = [a_case(services, tmp_path, seed=seed, corrected=True) for seed in (1, 2)]
    services = replace(services, exporters=(MaskPng(),))
    job = export_cases(services, ids, "mask_png", tmp_path / "out", manner=OPENLY, token=FakeToken())
    assert [next(job).done for _ in range(2)] == [0, 1]
    job.close()
    with services.store.reading() as work:
        notes = [event.subject for event in work.audit.events() if event.kind == "case exported"]
    assert notes == [ids[0]]
    assert [path.name.split("-")[0] for path in (tmp_path / "out").iterdir()] == ["naevus_masks.unfinished"]


def test_a_mask_export_never_reads_the_pixels(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    services = replace(started_anew(services), exporters=(MaskPng(),))
    result_of(
        export_cases(services, [image_id], "mask_png", tmp_path / "out", manner=HIDDEN, token=FakeToken())
    )
    assert services.arrays.held_bytes == 96 * 128


def test_the_key_of_a_deidentified_export_stays_in_the_data_folder(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, corrected=True)
    services = replace(services, exporters=(MaskPng(),))
    for manner, count in ((OPENLY, 0), (HIDDEN, 1)):
        result_of(
            export_cases(services, [image_id], "mask_png", tmp_path / "out", manner=manner, token=FakeToken())
        )
        keys = [*key_folder(services).glob("*.csv")]
        assert len(keys) == count
    assert image_id in keys[0].read_text("utf-8-sig")


def test_a_selection_follows_filter_and_search_of_the_work_list(services: Services, tmp_path: Path) -> None:
    corrected = a_case(services, tmp_path, corrected=True)
    new = a_case(services, tmp_path, seed=2, predicted=False)
    assert selected_images(services, CaseSelection(shown=CaseFilter.CORRECTED)) == (corrected,)
    assert set(selected_images(services, CaseSelection())) == {corrected, new}
    assert selected_images(services, CaseSelection(search="no such patient")) == ()
    assert selected_images(services, CaseSelection((new,))) == (new,)
    assert [count_selected(services, CaseSelection(shown=shown)) for shown in CaseFilter][:1] == [2]


@pytest.mark.parametrize("corrected", [False, True])
def test_a_short_report_has_the_letterhead_the_changed_prediction_and_no_overlay(
    services: Services, tmp_path: Path, corrected: bool
) -> None:
    image_id = a_case(services, tmp_path, corrected=corrected)
    write_letterhead(services.store.folder, Letterhead("Praxis"))
    result_of(write_report(services, [image_id], tmp_path / "out", manner=HIDDEN, token=FakeToken()))
    exporter = _exporter(services, "report_pdf")
    (seen,) = exporter.seen
    assert [manner.letterhead.name for manner in exporter.manners] == ["Praxis"]
    assert not exporter.manners[0].names_clinic
    assert seen.overlays == {}
    assert (seen.predicted_mask is not None) is corrected
    assert (seen.measure_predicted() is not None) is corrected
