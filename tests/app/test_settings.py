import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings, read_settings, write_settings


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == (Settings(), ())


@pytest.mark.parametrize("name", ['Dr "Quote" \\ Back', "Ærøskøbing 🙂", "two\nlines\ttab\x7f", ""])
def test_settings_come_back_as_they_were_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new folder" / "settings.toml"
    settings = Settings(user_name=name, theme="dark", accepted_intended_use=3)
    write_settings(path, settings)
    assert read_settings(path) == (settings, ())


def test_the_file_keeps_only_what_differs_from_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_settings(path, Settings(theme="light"))
    assert path.read_text(encoding="utf-8") == 'version = 1\ntheme = "light"\n'
    write_settings(path, Settings())
    assert path.read_text(encoding="utf-8") == "version = 1\n"


def test_an_unusable_value_falls_back_to_its_default_and_the_others_hold(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('theme = "purple"\nuser_name = "Ada"\naccepted_intended_use = -1\n', encoding="utf-8")
    settings, warnings = read_settings(path)
    assert settings == Settings(user_name="Ada")
    assert len(warnings) == 2
    assert "“theme” cannot be used" in warnings[0]


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe\x00", b"version = 'x'\n", b"version = 0\n"])
def test_an_unreadable_file_gives_the_defaults_and_a_warning(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    settings, (warning,) = read_settings(path)
    assert settings == Settings()
    assert "the defaults are used" in warning
    assert path.read_bytes() == content


def test_keys_of_a_newer_version_survive_a_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('version = 2\ncolour_of_tomorrow = "teal"\n', encoding="utf-8")
    settings, warnings = read_settings(path)
    assert (settings, warnings) == (Settings(), ())
    write_settings(path, settings.model_copy(update={"theme": "dark"}))
    text = path.read_text(encoding="utf-8")
    assert text == 'version = 2\ncolour_of_tomorrow = "teal"\ntheme = "dark"\n'


def test_what_this_version_does_not_know_stays_whatever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('version = 2\ngestures = ["a", "b"]\n\n[window]\nwidth_px = 800\n', encoding="utf-8")
    write_settings(path, Settings(theme="dark"))
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    assert known == {"version": 2, "gestures": ["a", "b"], "window": {"width_px": 800}, "theme": "dark"}


def test_old_settings_are_migrated_step_by_step(tmp_path: Path) -> None:
    def rename(values: dict[str, Any]) -> dict[str, Any]:
        return {"user_name": values["login"], "theme": values["theme"]}

    def darken(values: dict[str, Any]) -> dict[str, Any]:
        return values | {"theme": "dark"}

    path = tmp_path / "settings.toml"
    path.write_text('version = 1\nlogin = "Ada"\ntheme = "light"\n', encoding="utf-8")
    assert read_settings(path, (rename, darken))[0] == Settings(user_name="Ada", theme="dark")
    path.write_text('version = 2\nuser_name = "Eve"\ntheme = "light"\n', encoding="utf-8")
    assert read_settings(path, (rename, darken))[0] == Settings(user_name="Eve", theme="dark")


def test_every_setting_says_what_it_is() -> None:
    assert all(setting.description for setting in Settings.model_fields.values())
