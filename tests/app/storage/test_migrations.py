"""Old databases open for ever, and a migration that fails leaves nothing behind."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.domain.analysis.benefit import expected_benefit
from app.domain.errors import StorageError
from app.storage.database import connect
from app.storage.migrate import CURRENT, Schema, bring_up_to_date, revision_of
from app.storage.rows import Row
from app.storage.store import CaseStore
from tests.builders import new_store, store_image
from tests.fakes import FakeClock

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "databases"

WITH_READINGS = "0013"
WITH_OUTCOMES = "0014"
WITH_EXACT_SITES = "0015"
WITH_TAGS = "0017"
"""The first schema that has them."""

RECREATES_PATIENT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade():
    with op.batch_alter_table("patient", recreate="always") as batch:
        batch.add_column(sa.Column("ward", sa.String()))
"""

FAILS_MIDWAY = (
    RECREATES_PATIENT + "    op.execute('CREATE TABLE half (x)')\n    raise RuntimeError('midway')\n"
)

LEAVES_ORPHANS = RECREATES_PATIENT + "    op.execute('UPDATE lesion SET patient_id = 0')\n"


def _schema_with(folder: Path, migration: str) -> Schema:
    scripts = folder / "migrations"
    shutil.copytree(CURRENT.scripts, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "r9999_test.py").write_text(
        migration.replace("{head}", CURRENT.head), encoding="utf-8"
    )
    return Schema(scripts, (*CURRENT.revisions, "9999"))


def _dump(database: Path) -> list[str]:
    with closing(connect(database, mode="ro")) as connection:
        return list(connection.iterdump())


@pytest.fixture
def database(folder: Path) -> Path:
    store = new_store(folder)
    with store.writing() as work:
        store_image(work, name="Ada")
        work.commit()
    store.close()
    return folder / "cases.sqlite"


@pytest.mark.parametrize("revision", CURRENT.revisions)
def test_the_database_of_every_released_schema_opens(folder: Path, revision: str) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / f"{revision}.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines(search="zoë")
        case = work.cases.case(line.image_id)
        acts = [event.kind for event in work.audit.events()]
        profiles = work.device_profiles.all()
    store.close()
    assert revision_of(folder / "cases.sqlite") == CURRENT.head
    assert (line.status, line.site, line.probability) == ("decided", "head/neck", 0.7)
    assert (case.patient.name, case.patient.code) == ("Zoë Åström", "GOLD-1")
    assert (len(case.boundaries), len(case.scores), len(case.revisions), len(case.decisions)) == (1, 2, 2, 1)
    assert [reading.values for reading in case.readings] == (
        [{"asymmetry": 2, "border": 3}] if revision >= WITH_READINGS else []
    )
    assert case.image.calibration is not None
    assert (case.lesion.anatomic_site, case.lesion.laterality) == (
        ("Head and neck:Head:Face:Nose:Ala nasi", "left") if revision >= WITH_EXACT_SITES else (None, None)
    )
    assert [profile.name for profile in profiles] == (["DermCam"] if revision >= WITH_EXACT_SITES else [])
    assert (line.decided_at, line.awaits_outcome) == (case.decisions[0].created_at, revision < WITH_OUTCOMES)
    assert len(case.outcomes) == (revision >= WITH_OUTCOMES)
    assert acts == ["image imported", "decision recorded"]


@pytest.mark.parametrize("revision", ["0007", "0015", "0016", "0017"])
def test_filters_find_the_case_of_every_released_schema(folder: Path, revision: str) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / f"{revision}.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        case = work.cases.case(work.cases.case_lines(search="zoë")[0].image_id)
        diagnosis = (case.outcome or case.decision).diagnosis
        searches = (
            f'diagnosis:"{diagnosis}" reader:"{case.decision.author}"',
            f"visited:{case.visit.visited_on} check:yes is:corrected",
            f'model:"{case.score.model.name} {case.score.model.version}" decided:2026-03-14',
        )
        found = [work.cases.case_count(search) for search in searches]
        tagged = work.cases.case_count('tag:"tumour board" assigned:"dr silver"')
        names = [kept.name for kept in work.tags.filters()]
    store.close()
    assert found == [1, 1, 1]
    has_tags = revision >= WITH_TAGS
    assert (case.tags, case.assigned_to) == ((("Tumour board",), "Dr Silver") if has_tags else ((), ""))
    assert (tagged, names) == ((1, ["Board"]) if has_tags else (0, []))


def test_there_is_a_golden_database_for_every_schema() -> None:
    assert {file.stem for file in GOLDEN.glob("*.sqlite")} == set(CURRENT.revisions)


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(CURRENT.scripts))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(CURRENT.revisions)


def test_a_migrated_database_has_the_tables_that_the_rows_describe(store: CaseStore) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Row.metadata)
    assert differences == []


def test_a_new_database_is_not_backed_up_but_an_old_one_is(database: Path, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    bring_up_to_date(database, backups)
    assert not backups.exists()
    before = _dump(database)
    bring_up_to_date(database, backups, _schema_with(tmp_path, RECREATES_PATIENT))
    (backup,) = backups.iterdir()
    assert revision_of(backup) == CURRENT.head
    assert _dump(backup) == before


def test_a_table_that_others_refer_to_can_be_recreated(database: Path, tmp_path: Path) -> None:
    bring_up_to_date(database, tmp_path / "backups", _schema_with(tmp_path, RECREATES_PATIENT))
    with closing(connect(database)) as connection:
        assert connection.execute("SELECT name, ward FROM patient").fetchall() == [("Ada", None)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert revision_of(database) == "9999"


def test_a_migration_that_fails_midway_changes_nothing(database: Path, tmp_path: Path) -> None:
    before = _dump(database)
    with pytest.raises(RuntimeError, match="midway"):
        bring_up_to_date(database, tmp_path / "backups", _schema_with(tmp_path, FAILS_MIDWAY))
    assert _dump(database) == before
    CaseStore.open(database.parent, FakeClock()).close()


def test_a_migration_that_would_lose_a_patient_changes_nothing(database: Path, tmp_path: Path) -> None:
    before = _dump(database)
    with pytest.raises(StorageError, match="refer to missing ones; it is unchanged"):
        bring_up_to_date(database, tmp_path / "backups", _schema_with(tmp_path, LEAVES_ORPHANS))
    assert _dump(database) == before


def test_a_full_disk_before_the_backup_stops_the_migration(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, __: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("app.storage.migrate.back_up", full)
    with pytest.raises(StorageError, match="disk is full"):
        bring_up_to_date(database, tmp_path / "backups", _schema_with(tmp_path, RECREATES_PATIENT))
    assert revision_of(database) == CURRENT.head


@pytest.mark.slow
def test_several_instances_may_create_the_store_at_the_same_time(folder: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.storage.store import CaseStore\n"
        "CaseStore.open(Path(sys.argv[1]), None).close()"
    )
    starts = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for _ in range(3)]
    assert [start.wait(timeout=120) for start in starts] == [0, 0, 0]
    assert revision_of(folder / "cases.sqlite") == CURRENT.head


def test_a_work_list_from_before_the_assessments_is_ordered_by_what_was_known(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0001.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines(order="benefit")
        case = work.cases.case(line.image_id)
    store.close()
    assert case.boundary is not None
    assert not case.boundary.is_assessed
    assert case.score_spread is not None
    assert line.benefit == pytest.approx(expected_benefit(None, case.score_spread, None))
    assert line.benefit > 0
    assert line.is_corrected
    assert len(list((folder / "backups").glob("cases-0001-before-*.sqlite"))) == 1


def test_an_assessment_in_an_older_database_is_read(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0002.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines()
        boundary = work.cases.case(line.image_id).boundary
    store.close()
    assert boundary is not None
    assert (boundary.border_uncertainty, boundary.atypicality) == (0.125, 0.75)
    assert boundary.disagreement == "d" * 64


def test_an_open_question_of_who_is_who_in_an_older_database_is_read(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0005.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        stored, newcomer = work.cases.patients_by_number("GOLD-1")
        (question,) = work.identity_questions.open()
    store.close()
    assert (question.stored, question.newcomer) == (stored.id, newcomer.id)
    assert (stored.issuer, stored.issued_id, stored.birthday) == ("Åre Clinic", "GOLD-1", "05-17")
    assert (newcomer.code, newcomer.issued_id, newcomer.birthday) == ("GOLD-2", "GOLD-1", "12-24")


_SECOND_IMAGE = (
    "CREATE TEMP TABLE one AS SELECT * FROM image WHERE file_name = 'GOLD-1.jpg'",
    "CREATE TEMP TABLE line AS SELECT * FROM case_index WHERE file_name = 'GOLD-1.jpg'",
    "UPDATE one SET id = 'second', original = 'second', file_name = 'second.jpg'",
    "UPDATE line SET image_id = 'second', file_name = 'second.jpg'",
    "INSERT INTO image SELECT * FROM one",
    "INSERT INTO case_index SELECT * FROM line",
)


def test_only_lesions_with_several_images_wait_for_their_score(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    database = folder / "cases.sqlite"
    shutil.copy(GOLDEN / "0006.sqlite", database)
    with closing(connect(database)) as connection:
        for statement in _SECOND_IMAGE:
            connection.execute(statement)
    bring_up_to_date(database, tmp_path / "backups")
    with closing(connect(database)) as connection:
        rows = connection.execute("SELECT file_name, queue_band, lesion_image_count FROM case_index")
        assert sorted(rows) == [("GOLD-1.jpg", 0, None), ("GOLD-2.jpg", None, 0), ("second.jpg", 0, None)]
    CaseStore.open(folder, FakeClock()).close()
    with closing(connect(database)) as connection:
        assert connection.execute(
            "SELECT count(*) FROM case_index WHERE lesion_image_count IS NULL"
        ).fetchone() == (0,)


def test_a_patient_from_before_the_issuers_is_found_by_the_code(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0004.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (patient,) = work.cases.patients_by_number("GOLD-1")
    store.close()
    assert (patient.name, patient.issuer, patient.issued_id, patient.birthday) == ("Zoë Åström", "", "", "")


def test_a_score_from_before_the_digests_keeps_its_inputs_unknown(folder: Path) -> None:
    scores = {}
    for revision in ("0007", "0008"):
        (folder / revision).mkdir(parents=True)
        shutil.copy(GOLDEN / f"{revision}.sqlite", folder / revision / "cases.sqlite")
        store = CaseStore.open(folder / revision, FakeClock())
        with store.reading() as work:
            (line,) = work.cases.case_lines(search="zoë")
            scores[revision] = [score.inputs_sha256 for score in work.cases.case(line.image_id).scores]
        store.close()
    assert scores == {"0007": [None, None], "0008": [None, "e" * 64]}
    assert len(list((folder / "0007" / "backups").glob(f"cases-0007-before-{CURRENT.head}-*.sqlite"))) == 1


def test_an_image_that_the_trail_calls_a_sample_is_one_from_then_on(folder: Path) -> None:
    folder.mkdir()
    database = folder / "cases.sqlite"
    shutil.copy(GOLDEN / "0008.sqlite", database)
    with closing(connect(database)) as connection:
        connection.execute(
            "INSERT INTO audit_event (at, who, what, subject, detail) "
            "SELECT at, who, 'sample described', subject, '' FROM audit_event LIMIT 1"
        )
    assert _samples(folder) == {"GOLD-1.jpg"}


def test_samples_are_read_as_they_are_stored(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0009.sqlite", folder / "cases.sqlite")
    assert _samples(folder) == {"GOLD-2.jpg"}


def _samples(folder: Path) -> set[str]:
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        images = [work.cases.case(image_id).image for image_id in work.learning.all_images()]
    store.close()
    return {image.file_name for image in images if image.is_sample}


def test_a_marked_structure_in_an_older_database_is_read(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / "0012.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines(search="zoë")
        (mark,) = work.marked_structures.of_image(line.image_id)
    store.close()
    assert (mark.x_px, mark.y_px, mark.note, mark.author) == (10.0, 12.5, "dots at the rim", "Dr Test")
    assert (mark.supersedes, mark.is_withdrawn) == (None, False)


@pytest.mark.parametrize(("revision", "of_interest", "others"), [("0009", 1, []), ("0010", 2, [(1, 120)])])
def test_an_image_of_an_older_database_shows_one_lesion(
    folder: Path, revision: str, of_interest: int, others: list[tuple[int, int]]
) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / f"{revision}.sqlite", folder / "cases.sqlite")
    store = CaseStore.open(folder, FakeClock())
    with store.reading() as work:
        (line,) = work.cases.case_lines(search="zoë")
        case = work.cases.case(line.image_id)
    store.close()
    assert case.lesions.of_interest == of_interest
    assert [(one.number, one.area_px) for one in case.lesions.others] == others
    assert {one.lesion for one in case.revisions} == {1}


def test_an_outcome_of_an_older_database_names_the_image_where_it_was_entered(folder: Path) -> None:
    folder.mkdir()
    shutil.copy(GOLDEN / f"{WITH_OUTCOMES}.sqlite", folder / "cases.sqlite")
    with closing(sqlite3.connect(folder / "cases.sqlite")) as old, old:
        names = [column[1] for column in old.execute("PRAGMA table_info(image)")]
        others = ", ".join({"id": "'other'", "original": "'copy'"}.get(name, name) for name in names)
        old.execute(f"INSERT INTO image SELECT {others} FROM image LIMIT 1")
        columns = "id, image_id, diagnosis, confirm_type, known_on, note, author, created_at"
        for image, row, diagnosis, at in (
            ("'other'", "a", "'Nevus'", "1"),
            ("image_id", "b", "'Nevus'", "1"),
            ("image_id", "c", "NULL", "2"),
            ("'other'", "d", "NULL", "2"),
        ):
            old.execute(
                f"INSERT INTO outcome ({columns}) SELECT '{row}', {image}, {diagnosis}, confirm_type, "
                f"known_on, note, author, '2026-03-2{at}T09:00:00+00:00' FROM outcome WHERE sequence = 1"
            )
    CaseStore.open(folder, FakeClock()).close()
    with closing(sqlite3.connect(folder / "cases.sqlite")) as new:
        found = new.execute("SELECT id, entered_at FROM outcome WHERE id IN ('a', 'b', 'c', 'd')").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="outcome_is_not_changed"):
            new.execute("UPDATE outcome SET note = 'x'")
    assert found == [("a", None), ("b", "other"), ("c", "other"), ("d", None)]
