"""A table is held against the case store, a person sees what it would change, and only then it is entered."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.audit import EDITS, AuditKind
from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId
from app.exporters.tables.csv_table import CsvTable
from app.importers.tables.column_meanings import meaning_named, recognised
from app.importers.tables.table_file import read_table
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from app.usecases.cases.remove_case import remove_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.exports.export_cases import case_file
from app.usecases.metadata.enter_metadata import EnteredMetadata, enter_metadata
from app.usecases.metadata.line_matching import MatchedBy
from app.usecases.metadata.plan import MetadataPlan, PlannedChange
from app.usecases.metadata.plan_metadata import plan_metadata
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.services import Services
from tests.app.importers.tables.table_files import HAM10000, ISIC_ARCHIVE, PH2_TEXT, a_table
from tests.builders import an_image_file, exported, result_of
from tests.fakes import FakeToken


def an_image(services: Services, folder: Path, name: str, seed: int = 1) -> ImageId:
    file = an_image_file(folder, name, seed=seed)
    return result_of(import_images(services, [file], token=NeverCancelled())).imported[0]


def case_of(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def planned(
    services: Services,
    path: Path,
    by: MatchedBy | None = None,
    maps: dict[str, str] | None = None,
    among: frozenset[ImageId] | None = None,
) -> MetadataPlan:
    table = read_table(path)
    mapping = recognised(table.columns)
    for column, name in (maps or {}).items():
        mapping = mapping.with_column(column, meaning_named(name))
    return result_of(plan_metadata(services, table, mapping, NeverCancelled(), by=by, among=among))


def entered(
    services: Services, plan: MetadataPlan, *, replaces: bool = False, with_decisions: bool = False
) -> EnteredMetadata:
    chosen = plan.chosen(replaces=replaces, with_decisions=with_decisions)
    return result_of(enter_metadata(services, chosen, NeverCancelled()))


def words(changes: tuple[PlannedChange, ...]) -> list[tuple[int, str, str, str]]:
    return [(change.line, change.what, change.old, change.new) for change in changes]


def test_a_table_of_the_isic_archive_fills_what_is_empty_and_the_history_tells_it(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "ISIC_0012654.jpg")

    plan = planned(services, a_table(tmp_path, "metadata.csv", ISIC_ARCHIVE))
    before = case_of(services, image_id)
    done = entered(services, plan)

    after = case_of(services, image_id)
    assert (before.patient.sex, before.visit.age_years) == (None, None)
    assert (plan.refused, done.refused, len(done.entered)) == ((), (), 10)
    assert (after.patient.code, after.patient.sex, after.patient.fitzpatrick_skin_type) == (
        "IP_8063013",
        "female",
        "II",
    )
    assert (after.patient.personal_hx_mm, after.patient.family_hx_mm) == (True, False)
    assert (after.lesion.site, after.lesion.anatomic_site) == (
        "posterior torso",
        "Trunk:Posterior trunk:Upper back",
    )
    assert (after.lesion.clin_size_long_diam_mm, after.lesion.label) == (6.5, "IL_0396491")
    assert after.visit.age_years == 50
    with services.store.reading() as work:
        acts = {act.kind: act.fields for act in work.audit.events() if act.kind in EDITS}
    assert set(acts) == EDITS
    assert set(acts[AuditKind.LESION_EDITED]) == {
        *("site", "anatomic_site", "clin_size_long_diam_mm", "label")
    }
    assert done.changes.touches(image_id)


def test_planning_alone_stores_nothing(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "ISIC_0012654.jpg")
    before = case_of(services, image_id)

    planned(services, a_table(tmp_path, "metadata.csv", ISIC_ARCHIVE))

    assert case_of(services, image_id) == before


def test_what_is_stored_is_never_replaced_unless_the_person_wants_it(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    stored = case_of(services, image_id).patient
    edit_patient(services, stored, replace(stored, sex="female"))
    path = a_table(tmp_path, "t.csv", "file,sex,age\na.png,male,45\n")

    plan = planned(services, path)
    assert words(plan.contradictions) == [(2, "Sex", "Female", "Male")]
    entered(services, plan)
    assert (case_of(services, image_id).patient.sex, case_of(services, image_id).visit.age_years) == (
        "female",
        45,
    )
    again = planned(services, path)
    assert again.agreeing == 1
    entered(services, again, replaces=True)
    assert case_of(services, image_id).patient.sex == "male"


def test_cells_that_may_not_be_stored_are_refused_with_their_line_and_the_others_are_taken(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    text = "file;age;site;visited_on;sex\na.png;300;left antenna;2031-01-01;male\n"

    plan = planned(services, a_table(tmp_path, "t.csv", text))
    entered(services, plan)

    assert [(one.line, one.sentence.split(":")[0]) for one in plan.refused] == [
        (2, "Date"),
        (2, "Age at the visit"),
        (2, "Site"),
    ]
    case = case_of(services, image_id)
    assert (case.patient.sex, case.visit.age_years, case.lesion.site) == ("male", None, None)


def test_a_day_of_import_is_replaced_by_the_day_in_the_table(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")

    plan = planned(services, a_table(tmp_path, "t.csv", "file,visited_on\na.png,17.03.2024\n"))
    entered(services, plan)

    assert plan.contradictions == ()
    assert case_of(services, image_id).visit.visited_on == date(2024, 3, 17)


def test_lines_that_name_no_case_are_counted_and_two_candidates_are_refused(
    services: Services, tmp_path: Path
) -> None:
    an_image(services, tmp_path / "one", "a.png", seed=1)
    an_image(services, tmp_path / "two", "a.png", seed=2)
    text = "file,sex\na.png,male\nnowhere.png,male\n,female\n"

    plan = planned(services, a_table(tmp_path, "t.csv", text))

    assert plan.changes == ()
    assert [(one.line, one.sentence) for one in plan.refused] == [
        (2, "2 cases have an image file called a.png; name the id of the image instead."),
        (4, "The line names no case."),
    ]
    assert (plan.lines, plan.unmatched) == (3, 1)
    assert [(one.line, one.subject) for one in plan.unmatched_examples] == [(3, "nowhere.png")]


@pytest.mark.parametrize(
    "name", ["lésion.1.png", "LÉSION.1.PNG", "images/lésion.1.png", "in\\lésion.1", "lésion.1"]
)
def test_a_file_is_found_by_its_name_however_the_table_writes_it(
    services: Services, tmp_path: Path, name: str
) -> None:
    an_image(services, tmp_path / "in", "lésion.1.png")

    assert len(planned(services, a_table(tmp_path, "t.csv", f"file,sex\n{name},male\n")).changes) == 1


def test_a_line_is_found_by_the_id_of_the_image(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    path = a_table(tmp_path, "t.csv", f"image_id,sex\n{image_id},male\n")

    assert len(planned(services, path).changes) == 1
    assert len(planned(services, path, by=MatchedBy.IMAGE).changes) == 1
    assert planned(services, path, by=MatchedBy.FILE).unmatched == 1


def test_a_line_about_a_patient_fills_the_patient_and_names_the_image_where_it_must(
    services: Services, tmp_path: Path
) -> None:
    first, second = (an_image(services, tmp_path / "in", f"{n}.png", seed=n) for n in (1, 2))
    entered(services, planned(services, a_table(tmp_path, "n.csv", "file,patient_id\n1.png,P7\n2.png,P7\n")))
    assert case_of(services, first).patient.id == case_of(services, second).patient.id

    path = a_table(tmp_path, "t.csv", "patient_id,sex,site\nP7,male,scalp\nP8,male,scalp\n")
    plan = planned(services, path)
    entered(services, plan)

    assert case_of(services, second).patient.sex == "male"
    assert [one.sentence for one in plan.refused] == ["Site: The patient has 2 lesions; name the image."]
    assert plan.unmatched == 1


def test_images_of_one_patient_number_become_one_patients(services: Services, tmp_path: Path) -> None:
    ids = [an_image(services, tmp_path / "in", f"{n}.png", seed=n) for n in (1, 2, 3)]
    text = (
        "file,patient_id,sex,birth_year\n1.png,IP_1,female,1960\n2.png,IP_1,female,1960\n3.png,IP_2,male,\n"
    )

    done = entered(services, planned(services, a_table(tmp_path, "t.csv", text)))

    assert done.refused == ()
    patients = [case_of(services, image_id).patient for image_id in ids]
    assert [(one.code, one.sex, one.birth_year) for one in patients] == [
        ("IP_1", "female", 1960),
        ("IP_1", "female", 1960),
        ("IP_2", "male", None),
    ]
    assert patients[0].id == patients[1].id


def test_a_patient_who_has_a_number_keeps_it_and_other_sexes_are_kept_apart(
    services: Services, tmp_path: Path
) -> None:
    first, second = (an_image(services, tmp_path / "in", f"{n}.png", seed=n) for n in (1, 2))
    entered(services, planned(services, a_table(tmp_path, "a.csv", "file,patient_id,sex\n1.png,IP_1,male\n")))
    entered(services, planned(services, a_table(tmp_path, "b.csv", "file,sex\n2.png,female\n")))

    plan = planned(services, a_table(tmp_path, "c.csv", "file,patient_id\n1.png,IP_9\n2.png,IP_1\n"))

    assert plan.changes == ()
    assert [one.sentence.split(",")[0] for one in plan.refused] == [
        "The image is stored under patient IP_1",
        "Patient IP_1 is stored with another sex than the image's own patient",
    ]
    assert case_of(services, first).patient.id != case_of(services, second).patient.id


def test_lines_that_contradict_each_other_count_for_nothing(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    text = "file,sex,age\na.png,male,45\na.png,female,45\na.png,male,45\n"

    plan = planned(services, a_table(tmp_path, "t.csv", text))
    entered(services, plan)

    assert {one.sentence for one in plan.refused} == {
        "Sex: The table contradicts itself: line 2 says Male, line 3 says Female."
    }
    assert case_of(services, image_id).patient.sex is None
    assert case_of(services, image_id).visit.age_years == 45


def test_values_that_do_not_go_together_are_refused_before_anything_is_stored(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    text = (
        "file,birth_year,age,visited_on,site,anatom_site_special\na.png,1960,20,2024-05-01,scalp,fingernail\n"
    )

    plan = planned(services, a_table(tmp_path, "t.csv", text))
    done = entered(services, plan)

    assert [one.sentence.split(":")[0] for one in plan.refused] == ["Age at the visit", "Special site"]
    assert done.refused == ()
    assert case_of(services, image_id).age_years in (63, 64)


def test_a_diagnosis_becomes_a_decision_only_if_the_person_signs_it(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "IMD061.png")
    path = a_table(tmp_path, "PH2_dataset.txt", PH2_TEXT)

    entered(services, planned(services, path))
    assert case_of(services, image_id).decision is None

    entered(services, planned(services, path), with_decisions=True)
    decision = case_of(services, image_id).decision
    assert decision is not None
    assert (decision.diagnosis, decision.author) == ("Melanoma, NOS", services.user)
    assert planned(services, path).agreeing == 1


def test_a_decision_that_was_recorded_contradicts_the_table(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "ISIC_0026769.png")
    set_decision(services, image_id, diagnosis="Scar")

    plan = planned(services, a_table(tmp_path, "HAM10000_metadata.csv", HAM10000))

    assert words(plan.contradictions) == [(3, "Decision", "Scar", "Nevus (serial imaging showing no change)")]


def test_a_change_made_meanwhile_is_not_overwritten(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    plan = planned(services, a_table(tmp_path, "t.csv", "file,sex\na.png,male\n"))
    stored = case_of(services, image_id).patient
    edit_patient(services, stored, replace(stored, sex="female"))

    done = entered(services, plan)

    assert (done.entered, [one.line for one in done.refused]) == ((), [2])
    assert case_of(services, image_id).patient.sex == "female"


def test_entering_stops_where_the_person_stops_it_and_keeps_what_was_done(
    services: Services, tmp_path: Path
) -> None:
    for n in (1, 2, 3):
        an_image(services, tmp_path / "in", f"{n}.png", seed=n)
    path = a_table(tmp_path, "t.csv", "file,sex\n1.png,male\n2.png,male\n3.png,male\n")
    chosen = planned(services, path).changes

    done = result_of(enter_metadata(services, chosen, FakeToken(cancel_after=2)))

    assert (len(done.entered), done.is_whole) == (2, False)
    assert planned(services, path).agreeing == 2


def test_only_the_cases_that_may_be_meant_are_matched(services: Services, tmp_path: Path) -> None:
    first, _second = (an_image(services, tmp_path / "in", f"{n}.png", seed=n) for n in (1, 2))
    path = a_table(tmp_path, "t.csv", "file,sex\n1.png,male\n2.png,male\n")

    plan = planned(services, path, among=frozenset({first}))

    assert ([change.line for change in plan.changes], plan.unmatched) == ([2], 1)


def test_without_a_column_that_names_cases_the_person_is_told_how_to_name_one(
    services: Services, tmp_path: Path
) -> None:
    path = a_table(tmp_path, "t.csv", "picture,sex\na.png,male\n")

    with pytest.raises(InvalidFieldError, match="image file or the patient number"):
        planned(services, path)
    an_image(services, tmp_path / "in", "a.png")
    assert len(planned(services, path, maps={"picture": "image"}).changes) == 1


def test_our_own_table_is_read_back_without_a_change(services: Services, tmp_path: Path) -> None:
    image_id = an_image(services, tmp_path / "in", "ISIC_0012654.jpg")
    entered(services, planned(services, a_table(tmp_path, "metadata.csv", ISIC_ARCHIVE)))
    labelled = planned(services, a_table(tmp_path, "l.csv", "file,lesion_label\nISIC_0012654,'=1+1\n"))
    entered(services, labelled, replaces=True)
    file = case_file(services, image_id, FakeToken(), overlay=None)
    (path,) = exported(CsvTable(), [file], tmp_path / "out", deidentified=False)

    plan = planned(services, path)

    assert case_of(services, image_id).lesion.label == "=1+1"
    assert (plan.changes, plan.refused) == ((), ())
    assert plan.agreeing >= 9


def test_lines_that_name_two_diagnoses_of_one_image_decide_nothing(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    an_image(services, tmp_path / "in", "b.png", seed=2)
    text = "image,diagnosis\na.png,nv\na.png,mel\nb.png,nv\nb.png,nv\n"

    plan = planned(services, a_table(tmp_path, "t.csv", text))
    done = entered(services, plan, with_decisions=True)

    assert words(plan.changes) == [(4, "Decision", "", "Nevus")]
    assert [(one.line, one.sentence) for one in plan.refused] == [
        (line, "Decision: The table contradicts itself: line 2 says Nevus, line 3 says Melanoma, NOS.")
        for line in (2, 3)
    ]
    assert len(done.entered) == 1
    assert case_of(services, image_id).decision is None


def test_a_decision_made_since_the_table_was_looked_at_is_not_replaced(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    plan = planned(services, a_table(tmp_path, "t.csv", "image,diagnosis\na.png,nv\n"))
    set_decision(services, image_id, diagnosis="Melanoma, NOS")

    done = entered(services, plan, with_decisions=True)

    assert [one.sentence for one in done.refused] == [
        "Decision: Somebody decided on the case since the table was looked at."
    ]
    decision = case_of(services, image_id).decision
    assert decision is not None
    assert decision.diagnosis == "Melanoma, NOS"


def test_no_decision_is_signed_on_a_case_that_was_removed_meanwhile(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "a.png")
    plan = planned(services, a_table(tmp_path, "t.csv", "image,diagnosis\na.png,nv\n"))
    remove_case(services, image_id)

    done = entered(services, plan, with_decisions=True)

    assert ["was removed from the work list" in one.sentence for one in done.refused] == [True]
    assert case_of(services, image_id).decision is None


OUTCOMES = """file_name,naevus_outcome,naevus_outcome_confirm_type,outcome_known_on
ISIC_1.png,melanoma,histopathology,2026-01-09
ISIC_2.png,nevus,histopathology,
ISIC_3.png,nevus,histopathology,2999-01-01
ISIC_4.png,,,
ISIC_5.png,nevus,hearsay,2026-01-09
"""


def test_outcomes_of_a_table_are_entered_once_and_refused_with_their_reason(
    services: Services, tmp_path: Path
) -> None:
    ids = [an_image(services, tmp_path / "in", f"ISIC_{n}.png", seed=n) for n in range(1, 6)]
    visited = case_of(services, ids[0]).visit.visited_on
    path = a_table(tmp_path, "outcomes.csv", OUTCOMES.replace("2026-01-09", visited.isoformat()))

    plan = planned(services, path)

    assert [(change.line, change.what, change.old) for change in plan.changes] == [(2, "Outcome", "")]
    said = {refusal.line: refusal.sentence for refusal in plan.refused}
    assert set(said) == {3, 4, 6}
    assert "needs the day" in said[3]
    assert "lies in the future" in said[4]
    assert "hearsay" in said[6]
    entered(services, plan)
    outcome = case_of(services, ids[0]).outcome
    assert outcome is not None
    assert (outcome.diagnosis, outcome.confirm_type) == ("Melanoma, NOS", "histopathology")
    assert (outcome.known_on, outcome.author) == (visited, services.user)
    again = planned(services, path)
    assert (again.changes, again.agreeing) == ((), 1)


def test_another_outcome_than_the_stored_one_is_entered_only_when_asked(
    services: Services, tmp_path: Path
) -> None:
    image_id = an_image(services, tmp_path / "in", "ISIC_1.png")
    day = case_of(services, image_id).visit.visited_on.isoformat()
    header = OUTCOMES.splitlines()[0]
    for name in ("nevus", "melanoma"):
        path = a_table(tmp_path, f"{name}.csv", f"{header}\nISIC_1.png,{name},histopathology,{day}\n")
        plan = planned(services, path)
        entered(services, plan)
    assert [change.contradicts for change in plan.changes] == [True]
    assert case_of(services, image_id).outcome.diagnosis == "Nevus"
    entered(services, plan, replaces=True)
    assert case_of(services, image_id).outcome.diagnosis == "Melanoma, NOS"
