"""Tags as they are drawn on a line."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.ui.cases.tags.tag_pills import Pill, paint_pills, tag_colours
from app.ui.theme import DARK, LIGHT, Tokens, contrast_ratio
from app.ui.widgets.sides import Sides


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_the_word_of_every_tag_can_be_read_on_its_colour(tokens: Tokens) -> None:
    assert min(contrast_ratio(each.ground, each.ink) for each in tokens.tags) >= 4.5
    bands = {colours.ground for colours in tokens.bands.values()}
    assert not bands & {each.ground for each in tokens.tags}


def test_a_tag_has_one_colour_whatever_its_capital_letters() -> None:
    assert tag_colours("Teaching", LIGHT) == tag_colours("teaching", LIGHT)


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_tags_without_room_are_counted_and_nothing_is_drawn_beyond_the_room(
    qapp: QApplication, direction: Qt.LayoutDirection
) -> None:
    del qapp
    line, room = QRect(0, 0, 400, 20), QRect(280, 0, 120, 20)
    image = QImage(line.size(), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    pills = [Pill("tumour board"), Pill("second opinion"), Pill("teaching")]
    taken = paint_pills(painter, room, pills, LIGHT, Sides(direction, line))
    painter.end()
    assert 0 < taken <= room.width() + 4
    is_mirrored = direction is Qt.LayoutDirection.RightToLeft
    beyond = image.copy(QRect(120 if is_mirrored else 0, 0, 280, 20))
    empty = QImage(beyond.size(), beyond.format())
    empty.fill(0xFFFFFF)
    assert beyond == empty
    assert image.copy(QRect(0 if is_mirrored else 280, 0, 120, 20)) != empty.copy(0, 0, 120, 20)
