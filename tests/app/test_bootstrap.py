"""The real services, wired as the program wires them, without any trained model."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import resources
from app import __main__, bootstrap
from app.bootstrap import SHIPPED_MODELS_VARIABLE, shipped_models
from app.domain.errors import ModelUnavailableError, StorageError
from app.settings import Settings
from app.usecases.analysis.predict_boundary import predict_boundary
from app.usecases.cases.import_images import import_images
from app.usecases.services import Services
from models.contract.shelf.model_shelf import ModelShelf
from tests.builders import an_image_file, result_of, the_vocabulary
from tests.fakes import FakeToken


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Open services that find no shipped model."""
    shipped = resources.path
    monkeypatch.setattr(
        resources, "path", lambda *parts: tmp_path / "none" if parts[0] == "models" else shipped(*parts)
    )
    opened = bootstrap.open_services(tmp_path / "data", Settings(user_name="Dr Real"))
    yield opened
    opened.predictor.close()
    opened.store.close()


@pytest.fixture
def _own_log_handlers() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("app", "models", "training")]
    before = [(logger, list(logger.handlers), logger.level) for logger in loggers]
    yield
    for logger, handlers, level in before:
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
            logger.removeHandler(handler)
        logger.setLevel(level)


def test_the_data_folder_is_as_chosen_else_as_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAEVUS_DATA_DIR", str(tmp_path / "environment"))
    assert bootstrap.data_folder(tmp_path / "chosen") == tmp_path / "chosen"
    assert bootstrap.data_folder() == tmp_path / "environment"
    monkeypatch.delenv("NAEVUS_DATA_DIR")
    assert bootstrap.data_folder().name == "Naevus"


def test_an_image_can_be_imported_and_a_missing_model_is_said_in_a_sentence(
    services: Services, tmp_path: Path
) -> None:
    (image_id,) = result_of(import_images(services, [an_image_file(tmp_path)], token=FakeToken())).imported
    with pytest.raises(ModelUnavailableError, match=r"[.]$"):
        predict_boundary(services, image_id, FakeToken())
    assert services.user == "Dr Real"
    assert isinstance(services.shelf, ModelShelf)
    assert [exporter.name for exporter in services.exporters][:3] == [
        "report_pdf",
        "report_html",
        "csv_table",
    ]
    assert services.vocabulary == the_vocabulary()
    assert services.journal is not None


def test_without_a_name_the_login_name_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert bootstrap.login_name() == "ada"

    def nobody() -> str:
        raise OSError("no login name")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert bootstrap.login_name() == "unknown user"


@pytest.mark.usefixtures("_own_log_handlers")
def test_the_log_holds_own_messages_and_nobody_elses(tmp_path: Path) -> None:
    bootstrap.start_log(tmp_path)
    logging.getLogger("app.inference").info("engine measured")
    logging.getLogger("pydicom").warning("invalid value for PN: DOE^JANE")
    text = (tmp_path / "log" / "naevus.log").read_text(encoding="utf-8")
    assert "engine measured" in text
    assert "DOE" not in text


def test_a_data_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written"):
        bootstrap.start_log(tmp_path / "file")


@pytest.mark.usefixtures("_own_log_handlers")
def test_a_command_works_on_the_chosen_data_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.toml").write_text('user_name = "Ada"\ntheme = "pink"\n', encoding="utf-8")
    image = an_image_file(tmp_path)
    assert __main__.main(["--data-dir", str(data), "import", str(image)]) == 0
    said = capsys.readouterr()
    assert "Imported: 1. Refused: 0." in said.out
    assert "The setting “theme” cannot be used" in said.err
    assert (data / "cases.sqlite").is_file()


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (["--data-dir", "x"], Path("x")),
        (["--data-dir=x"], Path("x")),
        (["--data-dir", "x", "list"], None),
        (["list"], None),
    ],
)
def test_a_data_folder_alone_still_opens_the_window(arguments: list[str], chosen: Path | None) -> None:
    assert __main__._only_data_dir(arguments) == chosen


def test_the_training_door_runs_the_training_program(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str]] = []
    monkeypatch.setattr("sys.argv", ["naevus"])
    monkeypatch.setattr("runpy.run_module", lambda name, run_name: ran.append((name, run_name)))
    assert __main__.main(["--training", "folder"]) == 0
    assert ran == [("training", "__main__")]


@pytest.mark.parametrize(
    ("named", "setting", "pair"),
    [(None, "research", "research"), (None, "open", "open"), ("open", "research", "open")],
)
def test_the_environment_goes_before_the_setting_for_the_shipped_models(
    monkeypatch: pytest.MonkeyPatch, named: str | None, setting: str, pair: str
) -> None:
    monkeypatch.delenv(SHIPPED_MODELS_VARIABLE, raising=False)
    if named is not None:
        monkeypatch.setenv(SHIPPED_MODELS_VARIABLE, named)
    assert shipped_models(Settings.model_validate({"shipped_models": setting})) == pair


def test_a_pair_that_does_not_exist_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHIPPED_MODELS_VARIABLE, "best")
    with pytest.raises(StorageError, match="can be 'research' or 'open'"):
        shipped_models(Settings())
