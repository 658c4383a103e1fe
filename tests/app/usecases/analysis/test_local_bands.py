"""The bands of cases decided here, counted in a real store."""

from dataclasses import replace

from app.domain.analysis.triage import Band
from app.storage.unit_of_work import UnitOfWork
from app.usecases.analysis.local_bands import local_bands
from app.usecases.services import Services
from tests.builders import a_decision, a_score, an_outcome, store_image
from tests.fakes import CLASSIFIER


def decided(
    work: UnitOfWork, code: str, probability: float, *diagnoses: str | None, weights: str = ""
) -> None:
    """Store a case with a score and its decisions, oldest first."""
    image_id = store_image(work, code=code)
    score = a_score(image_id, probability)
    if weights:
        score = replace(score, model=replace(CLASSIFIER, weights_sha256=weights))
    work.cases.add_score(score)
    for diagnosis in diagnoses:
        work.cases.add_decision(a_decision(image_id, diagnosis))


def test_decided_cases_are_counted_by_the_band_and_the_newest_diagnosis(services: Services) -> None:
    with services.store.writing() as work:
        decided(work, "P-1", 0.9, "Melanoma Invasive")
        decided(work, "P-2", 0.8, "Nevus")
        decided(work, "P-3", 0.1, "Melanoma Invasive", "Nevus")
        decided(work, "P-4", 0.1, "Nevus", None)
        decided(work, "P-5", 0.1)
        decided(work, "P-6", 0.4, "Melanoma Invasive", weights="c" * 64)
        decided(work, "P-7", 0.4, "a diagnosis of another time")
        work.commit()
    found = local_bands(services, CLASSIFIER.weights_sha256)
    assert found.malignant_by_band == {Band.URGENT: 1}
    assert found.benign_by_band == {Band.URGENT: 1, Band.ROUTINE: 1}
    assert (found.decided, found.is_enough) == (3, False)
    assert found.of(Band.URGENT) == (1, 2)
    assert found.of(Band.SOON) == (0, 0)
    assert local_bands(services, "c" * 64).malignant_by_band == {Band.SOON: 1}


def test_a_decided_case_counts_by_its_outcome_where_one_is_known(services: Services) -> None:
    with services.store.writing() as work:
        for code, diagnosis, outcomes in (
            ("P-1", "Nevus", ["Nevus", "Melanoma Invasive"]),
            ("P-2", None, ["Nevus"]),
            ("P-3", "Nevus", ["Melanoma Invasive", None]),
        ):
            image_id = store_image(work, code=code)
            work.cases.add_score(a_score(image_id, 0.9))
            work.cases.add_decision(a_decision(image_id, diagnosis))
            for outcome in outcomes:
                work.cases.add_outcome(an_outcome(image_id, outcome))
        work.commit()
    found = local_bands(services, CLASSIFIER.weights_sha256)
    assert (found.malignant_by_band, found.benign_by_band) == ({Band.URGENT: 1}, {Band.URGENT: 2})
    assert (found.decided, found.by_outcome) == (3, 2)


def test_a_removed_case_is_not_counted(services: Services) -> None:
    with services.store.writing() as work:
        image_id = store_image(work, code="P-1")
        work.cases.add_score(a_score(image_id, 0.9))
        work.cases.add_decision(a_decision(image_id))
        work.cases.remove_image(image_id)
        work.commit()
    assert local_bands(services, CLASSIFIER.weights_sha256).decided == 0
