"""The command line on a real store with an instant predictor: what it prints and how it ends."""

from pathlib import Path

import pytest
from PIL import Image

import resources
from app import cli
from app.domain.errors import StorageError
from app.usecases.cases.remove_case import remove_case
from app.usecases.services import Services
from tests.builders import an_image_file, services_at
from tests.command_line import Run, as_json
from tests.fakes import FakePredictor


def test_the_story_import_predict_list_report(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in", "a.png", seed=1)
    an_image_file(tmp_path / "in", "b.png", seed=2)
    imported = as_json(run, "import", tmp_path / "in")
    assert len(imported["imported"]) == 2
    assert [line["status"] for line in as_json(run, "list")["lines"]] == ["new", "new"]
    predicted = as_json(run, "predict")
    assert {line["image_id"] for line in predicted["lines"]} == set(imported["imported"])
    assert as_json(run, "predict")["lines"] == []
    listed = as_json(run, "list", "--order", "score", "--descending", "--limit", 1)
    assert listed["total"] == 2
    assert listed["lines"][0]["priority"]["band"] == "urgent"
    written = as_json(run, "report", "--to", tmp_path / "out", listed["lines"][0]["image_id"])
    assert [Path(file).is_file() for file in written["files"]] == [True]


def test_further_images_of_a_lesion_give_it_a_score_of_its_own(run: Run, tmp_path: Path) -> None:
    first, second = (an_image_file(tmp_path, f"{seed}.png", seed=seed) for seed in (1, 2))
    (image_id,) = as_json(run, "import", first)["imported"]
    assert len(as_json(run, "import", second, "--lesion-of", image_id[:8])["imported"]) == 1
    lines = as_json(run, "predict")["lines"]
    assert [line["lesion"]["image_count"] for line in lines] == [2, 2]
    assert lines[0]["lesion"]["priority"]["band"] == "urgent"
    _, out, _ = run("list")
    assert out.count("% of 2") == 2
    code, out, _ = run("triage", first, second, "--report", tmp_path / "out")
    assert code == 0
    assert out.count("% of 2") == 2


def test_a_damaged_file_is_taken_by_choice_outlined_and_not_scored(run: Run, tmp_path: Path) -> None:
    cut = an_image_file(tmp_path / "in", "a.jpg")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    code, _, err = run("import", cut)
    assert code == 1
    assert "--take-damaged" in err
    code, _, err = run("import", cut, "--take-damaged")
    assert code == 0
    assert "Notice: a.jpg: The file is damaged" in err
    (line,) = as_json(run, "predict")["lines"]
    assert (line["status"], line["probability"]) == ("predicted", None)
    assert line["no_score_reason"].startswith("Damaged file")
    assert line["is_damaged"]
    assert "damaged file" in run("list")[1]
    assert as_json(run, "predict")["lines"] == []
    code, _, err = run("predict", line["image_id"], "--score-anyway")
    assert code == 1
    assert "Left out: a.jpg: Damaged file" in err


def test_an_id_can_be_shortened_as_long_as_it_is_clear(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in", "a.png", seed=1)
    an_image_file(tmp_path / "in", "b.png", seed=2)
    first, _ = as_json(run, "import", tmp_path / "in")["imported"]
    (line,) = as_json(run, "predict", first[:8])["lines"]
    assert line["image_id"] == first
    code, _, err = run("predict", "")
    assert code == 1
    assert "More than one case" in err


def test_patient_and_id_can_be_read_on_a_narrow_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_image_file(tmp_path / "in", "a photograph with a long name.png")
    (image_id,) = as_json(run, "import", tmp_path / "in")["imported"]
    run("predict")
    monkeypatch.setenv("COLUMNS", "60")
    _, out, _ = run("list")
    assert "NAEV-00001" in out
    assert image_id[:8] in out


def test_names_are_printed_as_they_are_and_do_nothing_to_the_terminal(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in", "[bold]\x1b[2Jodd.png")
    code, out, _ = run("triage", tmp_path / "in", "--report", tmp_path / "[b" / "]out")
    assert code == 0
    assert "[bold]\N{REPLACEMENT CHARACTER}[2Jodd.png" in out
    assert "[b/]out" in out
    code, out, _ = run("report", "--to", tmp_path / "[b" / "]out")
    assert code == 0
    assert "[b/]out" in out


def test_triage_prints_a_ranked_table_and_what_was_refused(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in", "lesion.png")
    notes = tmp_path / "notes.txt"
    notes.write_text("no image", encoding="utf-8")
    code, out, err = run("triage", tmp_path / "in", notes, "--report", tmp_path / "out")
    assert code == 0
    assert "Urgent" in out
    assert "lesion.png" in out
    assert "Research use only" in out
    assert "Not taken: notes.txt: " in err


@pytest.mark.parametrize("command", [("triage", "--report", "{out}"), ("import",)])
def test_files_of_a_folder_that_are_no_images_are_counted_in_one_line(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    an_image_file(tmp_path / "in", "lesion.png")
    for name in ("notes.txt", "README"):
        (tmp_path / "in" / name).write_text("no image", encoding="utf-8")
    verb, *options = (part.format(out=tmp_path / "out") for part in command)
    code, _, err = run(verb, tmp_path / "in", *options)
    assert (code, err) == (0, "2 other files passed over: no image.\n")


def test_the_samples_are_triaged_with_what_their_list_knows(run: Run, tmp_path: Path) -> None:
    samples = resources.path("samples")
    code, out, err = run("triage", samples, "--report", tmp_path / "out")
    assert code == 0
    assert out.count("SAMPLE ISIC_") == len(list(samples.glob("*.jpg")))
    assert "Age and sex of 8 sample images are from samples.csv." in err
    assert "Not taken" not in err


def test_triage_prints_which_report_is_whose(run: Run, tmp_path: Path) -> None:
    for seed in (1, 2):
        an_image_file(tmp_path / "in", f"photo{seed}.png", seed=seed)
    code, out, _ = run("triage", tmp_path / "in", "--report", tmp_path / "out")
    assert code == 0
    reports = [file.name for file in (tmp_path / "out").glob("*report_pdf*")]
    for line in as_json(run, "list")["lines"]:
        (row,) = (row for row in out.splitlines() if line["file_name"] in row)
        (report,) = (name for name in reports if name.startswith(line["image_id"]))
        assert report in row


def test_triage_says_how_its_pseudonyms_are_resolved(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in")
    assert "naevus export key_table" in run("triage", tmp_path / "in", "--report", tmp_path / "out")[1]
    named = run("triage", tmp_path / "in", "--report", tmp_path / "named", "--with-identity")[1]
    assert "key_table" not in named


def test_triage_leaves_identity_out_unless_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    an_image_file(tmp_path / "in")
    run("triage", tmp_path / "in", "--report", tmp_path / "without")
    run("triage", tmp_path / "in", "--report", tmp_path / "with", "--with-identity")
    assert {file.read_text(encoding="utf-8") for file in (tmp_path / "without").iterdir()} == {"-"}
    assert {file.read_text(encoding="utf-8") for file in (tmp_path / "with").iterdir()} == {"NAEV-00001"}


def test_triage_of_nothing_usable_fails(run: Run, tmp_path: Path) -> None:
    code, _, err = run("triage", tmp_path / "gone.jpg", "--report", tmp_path / "out")
    assert code == 1
    assert "gone.jpg" in err


def test_an_expected_failure_is_one_sentence_and_exit_code_1(run: Run, tmp_path: Path) -> None:
    code, out, err = run("export", "fax", "--to", tmp_path)
    assert (code, out) == (1, "")
    assert err.strip().startswith("There is no export format “fax”")
    code, _, err = run("predict", "0" * 32)
    assert code == 1
    assert "No case of the work list has an id that begins with “000" in err


def test_a_store_that_cannot_be_opened_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: Path | None) -> Services:
        raise StorageError("The case store is damaged and is left as it is.")

    assert cli.run(["list"], refuse) == 1
    assert capsys.readouterr().err == "The case store is damaged and is left as it is.\n"


@pytest.mark.parametrize(
    "arguments", [["triage"], ["dance"], ["list", "--order", "beauty"], ["list", "--limit", "0"], ["import"]]
)
def test_a_wrong_command_line_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert err


def test_help_needs_no_store(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: Path | None) -> Services:
        pytest.fail("help opened the store")

    assert cli.run(["--help"], refuse) == 0
    assert cli.run(["triage", "--help"], refuse) == 0
    said = capsys.readouterr().out
    assert "Import, segment, score and rank" in said
    assert "Usage: naevus triage" in said


def test_the_data_folder_can_be_chosen(run: Run, tmp_path: Path) -> None:
    code, _, _ = run("--data-dir", tmp_path / "elsewhere", "list")
    assert code == 0
    assert (tmp_path / "elsewhere" / "cases.sqlite").is_file()


def test_the_doctor_fails_when_a_file_is_damaged(run: Run, tmp_path: Path) -> None:
    run("import", an_image_file(tmp_path))
    assert run("doctor", "--store-only")[0] == 0
    blob = next(file for file in (tmp_path / "data" / "blobs").rglob("*") if file.is_file())
    blob.write_bytes(b"damaged")
    code, out, _ = run("doctor", "--store-only")
    assert code == 1
    assert "stored file is damaged" in out


@pytest.mark.parametrize(
    "command", [("predict",), ("report", "--to", "{out}"), ("export", "csv_table", "--to", "{out}")]
)
def test_a_damaged_case_is_named_and_fails_the_command_only_when_it_is_alone(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    first, second = (
        as_json(run, "import", an_image_file(tmp_path / "in", f"{seed}.png", seed=seed))["imported"][0]
        for seed in (1, 2)
    )
    services = services_at(tmp_path / "data")
    with services.store.reading() as work:
        upright = work.cases.case(first).image.upright
    services.store.blobs.path(upright).unlink()
    services.store.close()
    arguments = [part.format(out=tmp_path / "out") for part in command]
    code, _, err = run(*arguments, first, second)
    assert code == 0
    assert "Left out: 1.png: " in err
    assert "2.png" not in err
    assert run(*arguments, first)[0] == 1


def test_a_list_that_stops_early_says_how_many_there_are(run: Run, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        an_image_file(tmp_path / "in", f"{seed}.png", seed=seed)
    run("import", tmp_path / "in")
    assert run("list", "--limit", 2)[2] == "2 of 3 shown; --limit N shows more.\n"
    assert run("list", "--limit", 3)[2] == ""
    assert len(as_json(run, "list", "--limit", 2)["lines"]) == 2


def test_removed_cases_are_listed_apart_and_come_back(run: Run, tmp_path: Path) -> None:
    first, second = (
        as_json(run, "import", an_image_file(tmp_path / "in", f"{seed}.png", seed=seed))["imported"][0]
        for seed in (1, 2)
    )
    services = services_at(tmp_path / "data")
    remove_case(services, first)
    services.store.close()
    assert [line["image_id"] for line in as_json(run, "list")["lines"]] == [second]
    removed = as_json(run, "list", "--removed")
    assert ([line["image_id"] for line in removed["lines"]], removed["total"]) == ([first], 1)
    code, _, err = run("restore", second[:8])
    assert code == 1
    assert "No case of the removed cases has an id" in err
    assert [line["image_id"] for line in as_json(run, "restore", first[:8], first)] == [first]
    assert {line["image_id"] for line in as_json(run, "list")["lines"]} == {first, second}
    assert as_json(run, "list", "--removed")["total"] == 0


def test_devices_and_models_are_listed(run: Run) -> None:
    (engine,) = as_json(run, "devices")
    assert (engine["engine"], engine["is_active"]) == ("instant", True)
    assert as_json(run, "models") == []
    assert "instant" in run("devices")[1]


def test_models_are_listed_although_the_choice_of_active_ones_is_damaged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "active.json").write_text("{", encoding="utf-8")
    code, out, err = run("models")
    assert code == 0
    assert "model" in out
    assert err.count("cannot be read") == 1


def test_services_are_closed_at_the_end(tmp_path: Path) -> None:
    services = services_at(tmp_path / "data")
    cli.run(["list"], lambda _: services)
    assert isinstance(services.predictor, FakePredictor)
    assert services.predictor.is_closed


def test_stopping_with_the_keyboard_keeps_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(_: Path | None) -> Services:
        raise KeyboardInterrupt

    assert cli.run(["list"], interrupt) == 130
    assert "what was finished before is kept" in capsys.readouterr().err


def test_a_person_corrects_and_decides_from_the_command_line(run: Run, tmp_path: Path) -> None:
    image = an_image_file(tmp_path / "in", "a.png", seed=1)
    image_id = as_json(run, "import", image)["imported"][0]
    with Image.open(image) as opened:
        mask = Image.new("L", opened.size, 0)
    mask.paste(255, (10, 10, 60, 50))
    mask.save(tmp_path / "a_segmentation.png")
    taken = as_json(run, "correct", tmp_path / "a_segmentation.png")["taken"]
    assert [one["image_id"] for one in taken] == [image_id]
    assert as_json(run, "list")["lines"][0]["status"] == "corrected"
    code, _, errors = run("correct", tmp_path / "in" / "a.png")
    assert code == 1
    assert "two shades" in errors
    code, _, errors = run("decide", image_id[:8], "--diagnosis", "no such thing")
    assert code == 1
    as_json(run, "decide", image_id[:8], "--diagnosis", "Nevus", "--confirmed-by", "histopathology")
    assert as_json(run, "list")["lines"][0]["status"] == "decided"
    assert as_json(run, "list", "--shown", "outcome unknown")["total"] == 1
    found = ("--diagnosis", "Melanoma Invasive", "--confirmed-by", "histopathology")
    code, _, errors = run("outcome", image_id[:8], *found, "--on", "1999-01-01")
    assert (code, "lies before the visit" in errors) == (1, True)
    as_json(run, "outcome", image_id[:8], *found)
    assert as_json(run, "list", "--shown", "outcome unknown")["total"] == 0
    as_json(run, "outcome", image_id[:8], "--take-back")
    assert as_json(run, "list", "--shown", "outcome unknown")["total"] == 1


TWO_PERSONS = Path(__file__).resolve().parents[2] / "golden" / "cases" / "01-same-id-two-persons"


@pytest.mark.parametrize("command", [("import",), ("triage", "--report", "{out}")])
def test_two_persons_of_one_number_are_kept_apart_and_the_remedy_is_said(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    verb, *options = (part.format(out=tmp_path / "out") for part in command)
    code, _, err = run(verb, TWO_PERSONS, *options)
    assert code == 0
    assert (
        "Kept apart: b-male-1990.dcm: Patient number 1000 is stored with another sex and another year of "
        "birth; kept apart as 1000 (2)." in err
    )
    assert "import again with --merge-patients" in err
    codes = {line["patient_code"] for line in as_json(run, "list")["lines"]}
    assert codes == {"1000", "1000 (2)"}
    code, _, err = run("import", TWO_PERSONS, "--merge-patients")
    assert code == 0
    assert "The lesions of patient 1000 (2) were given to patient 1000, as asked." in err
    assert {line["patient_code"] for line in as_json(run, "list")["lines"]} == {"1000"}
    assert run("import", TWO_PERSONS, "--merge-patients")[0] == 1


def test_with_a_yes_in_advance_one_number_is_one_patient(run: Run) -> None:
    imported = as_json(run, "import", TWO_PERSONS, "--merge-patients")
    assert imported["kept_apart"] == []
    assert {line["patient_code"] for line in as_json(run, "list")["lines"]} == {"1000"}
