"""The frame: menus, tool bar, three panes and the status line. What happens in them is theirs."""

from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.other_lesions import FIRST_LESION
from app.translation import _
from app.ui.cases.welcome import Welcome
from app.ui.preferences import Preferences
from app.ui.session import Notice, NoticeKind, Session
from app.ui.shell.actions import ACTIONS, MENUS, Actions, Need
from app.ui.shell.leaving import Leaving
from app.ui.shell.main_controller import MainController
from app.ui.shell.pace_label import PaceLabel
from app.ui.shell.panes import Pane, names_of, panes_named
from app.ui.shell.status_line import StatusLine
from app.ui.theme import Theme
from app.ui.widgets.notice_bar import NoticeBar
from app.ui.widgets.screen_fit import fit_to_screen

_ACTIONS_OF_A_LINE = (
    "case.predict",
    "case.tags",
    "case.assign_to_me",
    "file.report",
    "case.move",
    "case.remove",
)
"""Offered by a right click in the work list."""


class MainWindow(QMainWindow):
    """Work list, workbench and panels side by side."""

    def __init__(self, session: Session, theme: Theme, preferences: Preferences) -> None:
        super().__init__()
        self.setWindowTitle("Naevus")
        self.setWindowIcon(theme.icon("naevus"))
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self.session = session
        self._preferences = preferences
        self._before_review: tuple[Qt.WindowState, frozenset[Pane]] | None = None
        """State of the window and what was folded, while boundaries are reviewed."""
        self.welcome = Welcome()
        self.middle = QStackedWidget()
        self.controller = MainController(session, theme, preferences, self, self.middle)
        self._leaving = Leaving(session, self.controller.panels, self.controller.correction, self)
        self.actions_of_window = Actions(self.controller, theme, self)
        self.notice_bar = NoticeBar()
        self._build_menus()
        self._build_panes()
        self.status_line = StatusLine(self.statusBar(), self.controller.canvas, self.controller.correction)
        self._pace = PaceLabel(session, self.status_line.pace)
        self._connect()
        self._recall()
        self._show_presence()

    def _build_menus(self) -> None:
        for name in MENUS:
            menu = self.menuBar().addMenu(_(name))
            for entry, action in self.actions_of_window.of_menu(name):
                if entry.starts_group:
                    menu.addSeparator()
                menu.addAction(action)
        bar = QToolBar(_("Tools"))
        bar.setObjectName("tool_bar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for entry, action in self.actions_of_window.of_tool_bar():
            if entry.starts_group:
                bar.addSeparator()
            bar.addAction(action)
            if entry.bar_text:
                button = bar.widgetForAction(action)
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(bar)
        self._tool_bar = bar
        for entry in ACTIONS:
            action = self.actions_of_window.action_by_id[entry.id]
            # Which of the two listens follows from the key: a single one is heard on the image alone.
            self.addAction(action)
            self.controller.canvas.view.addAction(action)

    def _build_panes(self) -> None:
        controller = self.controller
        controller.workbench.offer_tools(self.actions_of_window.tools.actions(), controller.view_aid_menu)
        self.middle.addWidget(self.welcome)
        self.middle.addWidget(controller.workbench)
        controller.work_list.offer_actions(
            [self.actions_of_window.action_by_id[name] for name in _ACTIONS_OF_A_LINE]
        )
        frame = QWidget()
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice_bar)
        layout.addWidget(self.controller.panes, 1)
        self.setCentralWidget(frame)

    def _connect(self) -> None:
        controller = self.controller
        self.session.noticed.connect(self._show_notice)
        self._preferences.refused.connect(self.session.warn)
        controller.own_keys_changed.connect(self.actions_of_window.use_keys)
        self.welcome.samples_requested.connect(controller.import_samples)
        self.welcome.import_requested.connect(controller.choose_images)
        self.welcome.folder_requested.connect(controller.choose_folder)
        controller.work_list.count_changed.connect(self._show_count)
        controller.review.view_changed.connect(lambda _view: self._show_presence())
        controller.correction.state_changed.connect(self._show_presence)
        controller.lesions.changed.connect(lambda _listed: self._show_presence())
        controller.boundary_review.running_changed.connect(self._give_image_all)
        self._leaving.cleared.connect(self.close)
        controller.canvas.editor.saved_state_changed.connect(lambda _state: self._show_presence())
        controller.canvas.editor.undo_group.canUndoChanged.connect(lambda _can: self._show_presence())
        controller.canvas.editor.undo_group.canRedoChanged.connect(lambda _can: self._show_presence())
        controller.canvas.tools.tool_changed.connect(self.actions_of_window.choose_tool)
        controller.review.opened.connect(lambda _id: self.status_line.forget())
        self.actions_of_window.choose_tool(controller.canvas.tools.tool.name)

    def _show_presence(self) -> None:
        """Enable the actions that make sense now."""
        controller, view = self.controller, self.controller.review.view
        listed = controller.lesions.listed
        is_predicted = view is not None and view.case.boundary is not None
        present = {
            Need.CASES: controller.work_list.model.total > 0,
            Need.CASE: view is not None,
            Need.BOUNDARY: view is not None and view.case.mask is not None,
            Need.PREDICTION: is_predicted and controller.correction.lesion == FIRST_LESION,
            Need.LESIONS: listed is not None and listed.are_several,
            Need.OTHER_LESION: listed is not None and listed.is_other_in_hand,
            Need.CORRECTION: controller.correction.is_unsaved,
            Need.UNDO: controller.canvas.editor.undo_group.canUndo(),
            Need.REDO: controller.canvas.editor.undo_group.canRedo(),
        }
        self.actions_of_window.enable(need for need, is_present in present.items() if is_present)

    def _give_image_all(self, gives: bool) -> None:
        """Fill the screen with the image while boundaries are reviewed, and put everything back after it."""
        controller = self.controller
        if gives:
            self._before_review = (self.windowState(), controller.panes.folded)
            controller.panes.fold(set(Pane))
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)
        elif self._before_review is not None:
            state, folded = self._before_review
            self._before_review = None
            self.setWindowState(state)
            controller.panes.fold(set(folded))
        for part in (self.menuBar(), self._tool_bar):
            part.setVisible(not gives)
        controller.workbench.give_image_all(gives=gives)
        controller.focus_image()

    def _show_count(self, count: int) -> None:
        is_first = bool(count) and self.middle.currentWidget() is self.welcome
        self.middle.setCurrentWidget(self.controller.workbench if count else self.welcome)
        self.controller.panes.show_cases(has_cases=count > 0)
        self._show_presence()
        if is_first:
            self._pace.read()
            self.controller.focus_image()

    def _show_notice(self, notice: Notice) -> None:
        """Say passing news in the status line, and what needs an answer in the bar."""
        if notice.kind is NoticeKind.INFORMATION and notice.action is None:
            self.status_line.tell(notice.text)
        else:
            self.notice_bar.show_notice(notice.text, notice.kind.value, notice.action_text, notice.action)

    def _recall(self) -> None:
        if (geometry := self._preferences.remembered("geometry")) is not None:
            self.restoreGeometry(geometry)
        if (panes := self._preferences.remembered("panes")) is not None:
            self.controller.panes.restoreState(panes)
        self.controller.panes.fold(panes_named(self._preferences.remembered_text("folded")))
        self.controller.work_list.show_by_patient(bool(self._preferences.remembered_text("by_patient")))
        fit_to_screen(self)
        self.controller.panes.give_image_room(self.width())

    def changeEvent(self, event: QEvent) -> None:
        """Fit a window that is no longer maximised: its size before may be that of a larger screen."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange and not self.isMaximized():
            QTimer.singleShot(0, self, lambda: fit_to_screen(self))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.controller.import_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Store what is unsaved first; then remember the window and stop all work."""
        if not self._leaving.is_clear():
            event.ignore()
            return
        self.controller.boundary_review.end()
        self.controller.watched_folder.watch("")
        self.controller.canvas.editor.wait_until_kept()
        self._preferences.remember("geometry", self.saveGeometry())
        self._preferences.remember("panes", self.controller.panes.saveState())
        self._preferences.remember_text(
            "by_patient", "yes" if self.controller.work_list.is_by_patient else ""
        )
        self._preferences.remember_text("folded", names_of(self.controller.panes.folded))
        self.controller.learning.close()
        self.session.close()
        super().closeEvent(event)
