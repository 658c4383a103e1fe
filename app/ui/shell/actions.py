"""Every action of the window in one table; menus, tool bar and the shortcut sheet are made from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.tool import Tool
from app.ui.shell.main_controller import MainController
from app.ui.shell.panes import Pane
from app.ui.shell.shortcut_sheet import ShortcutGroup
from app.ui.theme import Theme
from app.ui.widgets.screen_fit import toggle_full_screen


class Need(Enum):
    """What must be there for an action to make sense."""

    NOTHING = "nothing"
    CASES = "cases"
    CASE = "case"
    BOUNDARY = "boundary"
    CORRECTION = "correction"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Action:
    """One thing a person can do."""

    id: str
    text: str
    menu: str
    run: Callable[[MainController], object]
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    need: Need = Need.NOTHING
    is_tool: bool = False
    """A canvas tool: one of its group is always chosen."""
    in_tool_bar: bool = False
    bar_text: str = ""
    """Words beside the icon in the tool bar; only for what is used all the time."""
    starts_group: bool = False

    @property
    def is_single_key(self) -> bool:
        """Say whether the shortcut is a key one types text with, alone or with Shift."""
        keys = QKeySequence(self.shortcut).toString(QKeySequence.SequenceFormat.PortableText)
        return len(keys.removeprefix("Shift+")) == 1


ZOOM_STEP = 1.25
"""By how much one press of a key enlarges."""

MENUS = ("File", "Edit", "Case", "Tools", "View", "Learning", "Help")


def _tool_action(tool: Tool) -> Action:
    return Action(
        f"tool.{tool.name}",
        tool.text,
        "Tools",
        lambda d: d.take_tool(tool.name),
        tool.shortcut,
        tool.icon,
        tool.help,
        is_tool=True,
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "file.import",
        "Import images…",
        "File",
        lambda d: d.choose_images(),
        "Ctrl+O",
        "import",
        in_tool_bar=True,
        bar_text="Import",
    ),
    Action(
        "file.import_folder",
        "Import a folder…",
        "File",
        lambda d: d.choose_folder(),
        "Ctrl+Shift+O",
        "folder",
    ),
    Action("file.samples", "Import the sample cases", "File", lambda d: d.import_samples(), "", "samples"),
    Action(
        "file.report",
        "Report and export…",
        "File",
        lambda d: d.show_export(),
        "Ctrl+P",
        "report",
        need=Need.CASE,
        in_tool_bar=True,
        bar_text="Report",
        starts_group=True,
    ),
    Action(
        "file.settings",
        "Settings…",
        "File",
        lambda d: d.dialogs.show_settings(),
        "Ctrl+,",
        "settings",
        starts_group=True,
    ),
    Action("file.quit", "Quit", "File", lambda d: d.window.close(), "Ctrl+Q", "quit", starts_group=True),
    Action(
        "edit.undo",
        "Undo",
        "Edit",
        lambda d: d.canvas.editor.undo_group.undo(),
        "Ctrl+Z",
        "undo",
        need=Need.UNDO,
        in_tool_bar=True,
    ),
    Action(
        "edit.redo",
        "Redo",
        "Edit",
        lambda d: d.canvas.editor.undo_group.redo(),
        "Ctrl+Shift+Z",
        "redo",
        need=Need.REDO,
        in_tool_bar=True,
    ),
    Action(
        "mask.save",
        "Save correction",
        "Edit",
        lambda d: d.correction.save(),
        "Ctrl+S",
        "save",
        "Store the boundary on the screen as a new revision and score it",
        Need.CORRECTION,
        in_tool_bar=True,
        bar_text="Save",
    ),
    Action(
        "mask.confirm",
        "Confirm boundary",
        "Edit",
        lambda d: d.correction.confirm(),
        "C",
        "check",
        "Sign the boundary as right; one that was not changed is kept as confirmed",
        Need.BOUNDARY,
    ),
    Action(
        "mask.grow",
        "Grow by one step",
        "Edit",
        lambda d: d.boundary_steps.grow(),
        "+",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "mask.shrink", "Shrink by one step", "Edit", lambda d: d.boundary_steps.shrink(), "-", need=Need.CASE
    ),
    Action("mask.smooth", "Smooth", "Edit", lambda d: d.boundary_steps.smooth(), "S", need=Need.CASE),
    Action(
        "mask.snap",
        "Snap to the prediction",
        "Edit",
        lambda d: d.boundary_steps.snap(),
        "Shift+S",
        tip="Where the prediction is uncertain, move the boundary half way to it",
        need=Need.BOUNDARY,
    ),
    Action(
        "mask.clear",
        "Clear the mask",
        "Edit",
        lambda d: d.boundary_steps.clear(),
        "Shift+C",
        need=Need.CASE,
    ),
    Action(
        "mask.fill_holes",
        "Fill holes",
        "Edit",
        lambda d: d.canvas.editor.fill_holes(),
        "Shift+F",
        "fill_holes",
        need=Need.BOUNDARY,
        in_tool_bar=True,
        starts_group=True,
    ),
    Action(
        "mask.keep_largest",
        "Keep largest area",
        "Edit",
        lambda d: d.canvas.editor.keep_largest(),
        "Shift+L",
        "keep_largest",
        need=Need.BOUNDARY,
        in_tool_bar=True,
    ),
    Action(
        "mask.reset",
        "Reset to prediction",
        "Edit",
        lambda d: d.canvas.editor.reset_to_prediction(),
        "Shift+R",
        "reset",
        need=Need.BOUNDARY,
        in_tool_bar=True,
    ),
    Action(
        "case.next", "Next case", "Case", lambda d: d.work_list.step(1), "Ctrl+Down", "next", need=Need.CASES
    ),
    Action(
        "case.previous",
        "Previous case",
        "Case",
        lambda d: d.work_list.step(-1),
        "Ctrl+Up",
        "previous",
        need=Need.CASES,
    ),
    Action(
        "case.next_correction",
        "Go to the next case to correct",
        "Case",
        lambda d: d.work_list.go_to_next_correction(),
        "N",
        tip="Open the case whose boundary a correction is expected to help most",
        need=Need.CASES,
    ),
    Action(
        "case.next_undecided",
        "Record decision, open next undecided case",
        "Case",
        lambda d: d.record_and_go_on(),
        "Ctrl+Shift+Return",
        tip="Record the decision if one was entered, then open the next case without one",
        need=Need.CASES,
    ),
    Action("case.search", "Search cases", "Case", lambda d: d.focus_search(), "Ctrl+F", "search"),
    Action(
        "case.predict",
        "Find boundary and score",
        "Case",
        lambda d: d.predict(),
        "F5",
        "predict",
        "Find boundary and score of the open case, or of all selected ones",
        Need.CASE,
        in_tool_bar=True,
        bar_text="Find boundary",
        starts_group=True,
    ),
    Action(
        "case.score",
        "Show score",
        "Case",
        lambda d: d.panels.turn_to("Score"),
        "Alt+1",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "case.measures",
        "Show measurements",
        "Case",
        lambda d: d.panels.turn_to("Measures"),
        "Alt+2",
        need=Need.CASE,
    ),
    Action(
        "case.patient",
        "Show patient and lesion",
        "Case",
        lambda d: d.panels.turn_to("Patient"),
        "Alt+3",
        need=Need.CASE,
    ),
    Action(
        "case.decision",
        "Show decision",
        "Case",
        lambda d: d.panels.turn_to("Decision"),
        "Alt+4",
        need=Need.CASE,
    ),
    Action(
        "case.history", "Show history", "Case", lambda d: d.panels.turn_to("History"), "Alt+5", need=Need.CASE
    ),
    Action(
        "case.remove",
        "Remove from work list",
        "Case",
        lambda d: d.remove_case(),
        "Ctrl+Delete",
        "remove",
        "Hide the case; it stays stored and can be brought back",
        Need.CASE,
        starts_group=True,
    ),
    Action("case.removed", "Show removed cases…", "Case", lambda d: d.show_removed(), "Ctrl+Shift+Delete"),
    Action(
        "case.who_is_who",
        "Who is who…",
        "Case",
        lambda d: d.dialogs.show_who_is_who(),
        "Ctrl+Shift+I",
        tip="Say whether patients of one number whose values contradict are one person",
    ),
    *(_tool_action(tool) for tool in TOOLS.values()),
    Action(
        "tool.larger",
        "Larger brush",
        "Tools",
        lambda d: d.canvas.tools.grow_brush(1),
        "]",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "tool.smaller", "Smaller brush", "Tools", lambda d: d.canvas.tools.grow_brush(-1), "[", need=Need.CASE
    ),
    Action(
        "view.zoom_in",
        "Zoom in",
        "View",
        lambda d: d.canvas.view.zoom_by(ZOOM_STEP),
        "Ctrl++",
        "zoom_in",
        need=Need.CASE,
    ),
    Action(
        "view.zoom_out",
        "Zoom out",
        "View",
        lambda d: d.canvas.view.zoom_by(1 / ZOOM_STEP),
        "Ctrl+-",
        "zoom_out",
        need=Need.CASE,
    ),
    Action(
        "view.fit",
        "Fit the image",
        "View",
        lambda d: d.canvas.view.fit(),
        "F",
        "fit",
        need=Need.CASE,
        in_tool_bar=True,
        starts_group=False,
    ),
    Action(
        "view.actual_size",
        "Actual size (1:1)",
        "View",
        lambda d: d.canvas.view.show_actual_pixels(),
        "1",
        "actual_size",
        need=Need.CASE,
        in_tool_bar=True,
    ),
    Action(
        "view.lesion",
        "Fit the lesion",
        "View",
        lambda d: d.boundary_steps.fill_view(),
        "2",
        need=Need.CASE,
    ),
    Action(
        "view.rotate_left",
        "Rotate left",
        "View",
        lambda d: d.canvas.view.rotate_view(-1),
        "Ctrl+Left",
        "rotate_left",
        need=Need.CASE,
    ),
    Action(
        "view.rotate_right",
        "Rotate right",
        "View",
        lambda d: d.canvas.view.rotate_view(1),
        "Ctrl+Right",
        "rotate_right",
        need=Need.CASE,
        in_tool_bar=True,
    ),
    Action(
        "view.boundary",
        "Show or hide the boundary",
        "View",
        lambda d: d.layers.toggle("boundary"),
        "Shift+1",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "view.mask",
        "Show or hide the mask",
        "View",
        lambda d: d.layers.toggle("mask"),
        "Shift+2",
        need=Need.CASE,
    ),
    Action(
        "view.uncertainty",
        "Show or hide the uncertainty",
        "View",
        lambda d: d.layers.toggle("uncertainty"),
        "Shift+3",
        need=Need.CASE,
    ),
    Action(
        "view.probability",
        "Show or hide the probability",
        "View",
        lambda d: d.layers.toggle("probability"),
        "Shift+4",
        need=Need.CASE,
    ),
    Action(
        "view.attention",
        "Show or hide the attention",
        "View",
        lambda d: d.layers.toggle("attention"),
        "Shift+5",
        need=Need.CASE,
    ),
    Action(
        "view.bare",
        "Image without overlays",
        "View",
        lambda d: d.layers.toggle_all(),
        "H",
        "visible",
        "Hide every overlay, or bring them back",
        Need.CASE,
        in_tool_bar=True,
    ),
    Action(
        "view.theme",
        "Light or dark",
        "View",
        lambda d: d.switch_theme(),
        "Ctrl+Shift+D",
        "theme",
        starts_group=True,
    ),
    Action(
        "view.image_only",
        "Image only",
        "View",
        lambda d: d.panes.toggle_image_only(),
        "Tab",
        "image_only",
        "Fold the work list and the panels away, or bring them back; Tab does so on the image",
        in_tool_bar=True,
        starts_group=True,
    ),
    Action("view.list", "Fold the work list", "View", lambda d: d.panes.toggle(Pane.LIST), "F8"),
    Action("view.panels", "Fold the panels", "View", lambda d: d.panes.toggle(Pane.PANELS), "F9"),
    Action(
        "view.full_screen",
        "Full screen",
        "View",
        lambda d: toggle_full_screen(d.window),
        "F11",
        "full_screen",
    ),
    Action(
        "learning.training",
        "Learn from corrections…",
        "Learning",
        lambda d: d.show_training(),
        "Ctrl+L",
        tip="Freeze what was corrected, teach the model in use, and follow runs",
    ),
    Action(
        "learning.shelf",
        "Model shelf…",
        "Learning",
        lambda d: d.learning.show_shelf(),
        "Ctrl+M",
        tip="Models, their cards and exams; promote, roll back, export, import",
    ),
    Action(
        "learning.predict_again",
        "Predict undecided cases again",
        "Learning",
        lambda d: d.learning.predict_undecided_again(),
        "Ctrl+F5",
        tip="Ask the models in use about undecided cases that an earlier model predicted",
        need=Need.CASES,
        starts_group=True,
    ),
    Action(
        "help.shortcuts",
        "Keyboard shortcuts",
        "Help",
        lambda d: d.dialogs.show_shortcuts(shortcut_groups()),
        "F1",
        "keyboard",
    ),
    Action("help.device", "This computer…", "Help", lambda d: d.dialogs.show_device(), "", "device"),
    Action("help.intended_use", "Intended use", "Help", lambda d: d.dialogs.show_intended_use(), "", "book"),
    Action("help.about", "About Naevus", "Help", lambda d: d.dialogs.show_about(), "", "information"),
)
"""The table; ids and shortcuts are unique, and every icon is shipped."""

CANVAS_GESTURES: tuple[tuple[str, str], ...] = (
    ("Wheel, pinch", "Zoom to the cursor"),
    ("Ctrl or Alt + wheel or right drag", "Brush size"),
    ("Ctrl or Alt", "Take away instead of adding, with any tool"),
    ("Shift + brush or eraser", "Straight stroke"),
    ("Wand, drag right or left", "Take more or less"),
    ("Space + drag, or middle button", "Move the image with any tool"),
    ("Two fingers", "Move the image (touchpad)"),
    ("Pen's eraser", "Take away with any tool"),
    ("Escape", "Give up the stroke or outline"),
    ("Enter or double click, Backspace", "Close a polygon, take its last corner back"),
)
"""What the mouse and a few keys do on the image, for the shortcut sheet."""


def shortcut_groups() -> list[ShortcutGroup]:
    """Return the keys of every menu, and what the pointer does on the image, for the shortcut sheet."""
    groups = [(menu, _keys_of(menu)) for menu in MENUS]
    return [*((menu, lines) for menu, lines in groups if lines), ("On the image", list(CANVAS_GESTURES))]


def _keys_of(menu: str) -> list[tuple[str, str]]:
    lines = []
    for entry in ACTIONS:
        if entry.menu == menu and entry.shortcut:
            keys = QKeySequence(entry.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            lines.append((keys, entry.text.removesuffix("…")))
    return lines


class Actions(QObject):
    """The table as Qt actions, enabled according to what there is."""

    def __init__(self, controller: MainController, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.action_by_id = {entry.id: self._made(entry, controller) for entry in ACTIONS}
        self.tools = QActionGroup(self)
        for entry in ACTIONS:
            if entry.is_tool:
                self.action_by_id[entry.id].setCheckable(True)
                self.tools.addAction(self.action_by_id[entry.id])
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def enable(self, present: Iterable[Need]) -> None:
        """Enable what makes sense with what is present."""
        there = {Need.NOTHING, *present}
        for entry in ACTIONS:
            self.action_by_id[entry.id].setEnabled(entry.need in there)

    def of_menu(self, menu: str) -> list[tuple[Action, QAction]]:
        """Return a menu's actions in order."""
        return [(entry, self.action_by_id[entry.id]) for entry in ACTIONS if entry.menu == menu]

    def of_tool_bar(self) -> list[tuple[Action, QAction]]:
        """Return the actions of the tool bar in order."""
        return [(entry, self.action_by_id[entry.id]) for entry in ACTIONS if entry.in_tool_bar]

    def choose_tool(self, name: str) -> None:
        """Mark a tool as chosen."""
        self.action_by_id[f"tool.{name}"].setChecked(True)

    def _made(self, entry: Action, controller: MainController) -> QAction:
        action = QAction(entry.text, self)
        action.setObjectName(entry.id)
        action.setShortcut(QKeySequence(entry.shortcut))
        # A key that types text belongs to the image: anywhere else it would act on a case while one writes.
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetShortcut if entry.is_single_key else Qt.ShortcutContext.WindowShortcut
        )
        action.setToolTip(_tip(entry, action))
        action.setIconVisibleInMenu(bool(entry.icon))
        action.setIconText(entry.bar_text or entry.text)
        action.triggered.connect(lambda _checked=False: entry.run(controller))
        return action

    def _paint_icons(self) -> None:
        for entry in ACTIONS:
            if entry.icon:
                self.action_by_id[entry.id].setIcon(self._theme.icon(entry.icon))


def _tip(entry: Action, action: QAction) -> str:
    said = entry.tip or entry.text.removesuffix("…")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{said} ({keys})" if keys else said
