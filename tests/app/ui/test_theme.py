import re

import pytest
from PySide6.QtWidgets import QApplication

import resources
from app.domain.analysis.triage import Band
from app.ui.theme import DARK, LIGHT, Theme, ThemeChoice, Tokens, contrast_ratio, style_sheet

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def test_contrast_agrees_with_the_wcag_examples() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_can_be_read_on_every_ground(tokens: Tokens) -> None:
    for ink in (tokens.text, tokens.muted, tokens.accent, tokens.error):
        for ground in (tokens.window, tokens.surface, tokens.hover, tokens.selected):
            assert contrast_ratio(ink, ground) >= 4.5, (ink, ground)
    assert contrast_ratio(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast_ratio(tokens.warning_ink, tokens.warning_ground) >= 4.5


@BOTH
def test_controls_stand_out_from_their_ground(tokens: Tokens) -> None:
    assert contrast_ratio(tokens.edge, tokens.surface) >= 3.0


@BOTH
def test_every_band_can_be_read(tokens: Tokens) -> None:
    for band in Band:
        assert contrast_ratio(tokens.bands[band].ink, tokens.bands[band].ground) >= 4.5
    assert contrast_ratio(tokens.check_image.ink, tokens.check_image.ground) >= 4.5


def test_bands_differ_by_shape_and_word_as_well(theme: Theme) -> None:
    badges = [*(theme.badge(band) for band in Band), theme.check_badge]
    assert len({badge.shape for badge in badges}) == len(badges)
    assert len({badge.text for badge in badges}) == len(badges)


@BOTH
def test_the_style_sheet_names_only_colours_and_files_that_exist(tokens: Tokens) -> None:
    sheet = style_sheet(tokens)
    assert "$" not in sheet
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert files
    assert all(resources.path("icons").joinpath(file.rsplit("/", 1)[1]).is_file() for file in files)


def test_a_choice_overrules_the_system(theme: Theme, qapp: QApplication) -> None:
    theme.choose(ThemeChoice.DARK)
    assert theme.tokens is DARK
    assert qapp.palette().window().color().name() == DARK.window
    theme.choose(ThemeChoice.LIGHT)
    assert theme.tokens is LIGHT
