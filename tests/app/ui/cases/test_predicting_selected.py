"""The key that asks the models is for all selected cases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case

Select = Callable[[MainWindow], object]


def _score_counts(services: Services, image_ids: list[ImageId]) -> list[int]:
    with services.store.reading() as work:
        return [len(work.cases.case(image_id).scores) for image_id in image_ids]


@pytest.mark.parametrize(
    ("select", "computed"),
    [(lambda window: window.controller.work_list.view.selectAll(), 3), (lambda _window: None, 1)],
    ids=["all", "the open one"],
)
def test_f5_asks_the_models_about_every_selected_case_once(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path, select: Select, computed: int
) -> None:
    image_ids = [a_case(services, tmp_path, seed=seed) for seed in (1, 2, 3)]
    window = open_window()
    qtbot.waitUntil(lambda: window.controller.review.image_id is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
    select(window)
    window.actions_of_window.action_by_id["case.predict"].trigger()
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
    assert sum(_score_counts(services, image_ids)) == 3 + computed
    assert max(_score_counts(services, image_ids)) == 2


def test_cases_that_were_not_read_yet_are_not_left_out_in_silence(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    for seed in (1, 2):
        a_case(services, tmp_path, seed=seed)
    window = open_window()
    qtbot.waitUntil(lambda: window.controller.review.image_id is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
    window.controller.work_list.view.selectAll()
    window.controller.work_list.model._lines.pop(1)  # as in a list that is longer than the pages read
    with qtbot.waitSignal(window.session.noticed) as noticed:
        window.actions_of_window.action_by_id["case.predict"].trigger()
    assert noticed.args is not None
    assert noticed.args[0].text.startswith("Not read yet, so left out: 1 of the selected cases.")
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)


def test_selecting_all_selects_each_case_once(
    qtbot: QtBot, open_window: OpenWindow, services: Services, tmp_path: Path
) -> None:
    image_ids = [a_case(services, tmp_path, seed=seed) for seed in (1, 2)]
    window = open_window()
    qtbot.waitUntil(lambda: window.controller.review.image_id is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=30_000)
    window.controller.work_list.view.selectAll()
    assert sorted(window.controller.work_list.selected_images()) == sorted(image_ids)
