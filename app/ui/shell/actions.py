"""Every action of the window in one table; menus, tool bar and the shortcut sheet are made from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.translation import N_, _
from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.tool import Tool
from app.ui.editor.view_aids.choice import AID_SWITCHES, AS_TAKEN_KEY, NEXT_CHANNEL_KEY, AidSwitch
from app.ui.panels.decision_keys import DECISION_KEYS
from app.ui.shell.main_controller import MainController
from app.ui.shell.own_keys import KeyLine, OwnKeys, native, portable, usable
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
    PREDICTION = "prediction"
    """A predicted boundary of the lesion in hand."""
    LESIONS = "lesions"
    OTHER_LESION = "other_lesion"
    """Another lesion than the one of interest is in hand."""
    CORRECTION = "correction"
    UNDO = "undo"
    REDO = "redo"


def is_single_key(keys: str) -> bool:
    """Say whether keys are one that one types text with, alone or with Shift."""
    return len(portable(keys).removeprefix("Shift+")) == 1


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
    is_view_aid: bool = False


ZOOM_STEP = 1.25
"""By how much one press of a key enlarges."""

MENUS = (N_("File"), N_("Edit"), N_("Case"), N_("Tools"), N_("View"), N_("Learning"), N_("Help"))


def _tool_action(tool: Tool) -> Action:
    return Action(
        f"tool.{tool.name}",
        tool.text,
        N_("Tools"),
        lambda d: d.take_tool(tool.name),
        tool.shortcut,
        tool.icon,
        tool.help,
        is_tool=True,
    )


def _aid_action(aid: AidSwitch) -> Action:
    return Action(
        f"view.aid.{aid.name}",
        aid.text,
        N_("View"),
        lambda d: d.view_aids.switch(aid.name),
        aid.shortcut,
        tip=aid.help,
        need=Need.CASE,
        starts_group=aid is AID_SWITCHES[0],
        is_view_aid=True,
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "file.import",
        N_("Import images…"),
        N_("File"),
        lambda d: d.choose_images(),
        "Ctrl+O",
        "import",
        in_tool_bar=True,
        bar_text=N_("Import"),
    ),
    Action(
        "file.import_folder",
        N_("Import a folder…"),
        N_("File"),
        lambda d: d.choose_folder(),
        "Ctrl+Shift+O",
        "folder",
    ),
    Action(
        "file.metadata",
        N_("Metadata from a table…"),
        N_("File"),
        lambda d: d.choose_metadata(),
        tip=N_("Enter age, sex, site and so on of stored cases from CSV, XLSX or JSON"),
    ),
    Action(
        "file.masks",
        N_("Masks drawn elsewhere…"),
        N_("File"),
        lambda d: d.choose_masks(),
        tip=N_("Take mask files and outlines of COCO, labelme, CVAT or YOLO"),
    ),
    Action(
        "file.samples", N_("Import the sample cases"), N_("File"), lambda d: d.import_samples(), "", "samples"
    ),
    Action(
        "file.report",
        N_("Report and export…"),
        N_("File"),
        lambda d: d.show_export(),
        "Ctrl+P",
        "report",
        need=Need.CASE,
        in_tool_bar=True,
        bar_text=N_("Report"),
        starts_group=True,
    ),
    Action(
        "file.acts",
        N_("All acts…"),
        N_("File"),
        lambda d: d.dialogs.show_acts(),
        tip=N_("Who did what and when in the whole store, as a table and as a CSV file"),
    ),
    Action(
        "file.settings",
        N_("Settings…"),
        N_("File"),
        lambda d: d.dialogs.show_settings(),
        "Ctrl+,",
        "settings",
        starts_group=True,
    ),
    Action(
        "file.quit", N_("Quit"), N_("File"), lambda d: d.window.close(), "Ctrl+Q", "quit", starts_group=True
    ),
    Action(
        "edit.undo",
        N_("Undo"),
        N_("Edit"),
        lambda d: d.canvas.editor.undo_group.undo(),
        "Ctrl+Z",
        "undo",
        need=Need.UNDO,
        in_tool_bar=True,
    ),
    Action(
        "edit.redo",
        N_("Redo"),
        N_("Edit"),
        lambda d: d.canvas.editor.undo_group.redo(),
        "Ctrl+Shift+Z",
        "redo",
        need=Need.REDO,
        in_tool_bar=True,
    ),
    Action(
        "mask.save",
        N_("Save correction"),
        N_("Edit"),
        lambda d: d.correction.save(),
        "Ctrl+S",
        "save",
        N_("Store the boundary on the screen as a new revision and score it"),
        Need.CORRECTION,
        in_tool_bar=True,
        bar_text=N_("Save"),
    ),
    Action(
        "mask.confirm",
        N_("Confirm boundary"),
        N_("Edit"),
        lambda d: d.correction.confirm(),
        "C",
        "check",
        N_("Sign the boundary as right; one that was not changed is kept as confirmed"),
        Need.BOUNDARY,
    ),
    Action(
        "mask.grow",
        N_("Grow by one step"),
        N_("Edit"),
        lambda d: d.boundary_steps.grow(),
        "+",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "mask.shrink",
        N_("Shrink by one step"),
        N_("Edit"),
        lambda d: d.boundary_steps.shrink(),
        "-",
        need=Need.CASE,
    ),
    Action("mask.smooth", N_("Smooth"), N_("Edit"), lambda d: d.boundary_steps.smooth(), "S", need=Need.CASE),
    Action(
        "mask.snap",
        N_("Snap to the prediction"),
        N_("Edit"),
        lambda d: d.boundary_steps.snap(),
        "Shift+S",
        tip=N_("Where the prediction is uncertain, move the boundary half way to it"),
        need=Need.PREDICTION,
    ),
    Action(
        "mask.clear",
        N_("Clear the mask"),
        N_("Edit"),
        lambda d: d.boundary_steps.clear(),
        "Shift+C",
        need=Need.CASE,
    ),
    Action(
        "mask.fill_holes",
        N_("Fill holes"),
        N_("Edit"),
        lambda d: d.canvas.editor.fill_holes(),
        "Shift+F",
        "fill_holes",
        need=Need.BOUNDARY,
        in_tool_bar=True,
        starts_group=True,
    ),
    Action(
        "mask.keep_largest",
        N_("Keep largest area"),
        N_("Edit"),
        lambda d: d.canvas.editor.keep_largest(),
        "Shift+L",
        "keep_largest",
        need=Need.BOUNDARY,
        in_tool_bar=True,
    ),
    Action(
        "mask.reset",
        N_("Reset to prediction"),
        N_("Edit"),
        lambda d: d.canvas.editor.reset_to_prediction(),
        "Shift+R",
        "reset",
        need=Need.PREDICTION,
        in_tool_bar=True,
    ),
    Action(
        "lesion.add",
        N_("Add a lesion"),
        N_("Edit"),
        lambda d: d.add_lesion(),
        "A",
        tip=N_("Add another lesion of the image and draw it; it is kept and exported, never scored"),
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "lesion.next",
        N_("Next lesion of the image"),
        N_("Edit"),
        lambda d: d.lesions.step(1),
        ".",
        need=Need.LESIONS,
    ),
    Action(
        "lesion.previous",
        N_("Previous lesion of the image"),
        N_("Edit"),
        lambda d: d.lesions.step(-1),
        ",",
        need=Need.LESIONS,
    ),
    Action(
        "lesion.interest",
        N_("Make the lesion the one of interest"),
        N_("Edit"),
        lambda d: d.lesions.choose_of_interest(d.correction.lesion),
        "Shift+I",
        tip=N_("Measure and score the lesion in hand from now on"),
        need=Need.OTHER_LESION,
    ),
    Action(
        "lesion.join",
        N_("Join the lesion to the one of interest"),
        N_("Edit"),
        lambda d: d.lesions.join(d.correction.lesion),
        "Shift+J",
        tip=N_("The lesion of interest gets the pixels of the lesion in hand, which leaves the list"),
        need=Need.OTHER_LESION,
    ),
    Action(
        "lesion.remove",
        N_("Remove the lesion from the list"),
        N_("Edit"),
        lambda d: d.lesions.remove(d.correction.lesion),
        "Shift+Delete",
        tip=N_("Take the lesion in hand off the list; it can be brought back"),
        need=Need.OTHER_LESION,
    ),
    Action(
        "case.next",
        N_("Next case"),
        N_("Case"),
        lambda d: d.work_list.step(1),
        "Ctrl+Down",
        "next",
        need=Need.CASES,
    ),
    Action(
        "case.previous",
        N_("Previous case"),
        N_("Case"),
        lambda d: d.work_list.step(-1),
        "Ctrl+Up",
        "previous",
        need=Need.CASES,
    ),
    Action(
        "case.next_correction",
        N_("Go to the next case to correct"),
        N_("Case"),
        lambda d: d.work_list.go_to_next_correction(),
        "N",
        tip=N_("Open the case whose boundary a correction is expected to help most"),
        need=Need.CASES,
    ),
    Action(
        "case.next_undecided",
        N_("Record decision, open next undecided case"),
        N_("Case"),
        lambda d: d.record_and_go_on(),
        "Ctrl+Shift+Return",
        tip=N_("Record the decision if one was entered, then open the next case without one"),
        need=Need.CASES,
    ),
    Action(
        "case.decide",
        N_("Decide by keys"),
        N_("Case"),
        lambda d: d.decide_by_keys(),
        "J",
        tip=N_("1 to 9 for a favourite diagnosis, a letter for the management, Return for the next case"),
        need=Need.CASE,
    ),
    Action(
        "case.review_boundaries",
        N_("Review boundaries one by one"),
        N_("Case"),
        lambda d: d.review_boundaries(),
        "Ctrl+Shift+B",
        tip=N_("Fill the screen with one image after the other: Space confirms, X skips, F flags, U undoes"),
        need=Need.CASES,
    ),
    Action("case.search", N_("Search cases"), N_("Case"), lambda d: d.focus_search(), "Ctrl+F", "search"),
    Action(
        "case.tags",
        N_("Tags and assignment…"),
        N_("Case"),
        lambda d: d.show_tags(),
        "Ctrl+T",
        tip=N_("Put free words on the selected cases, and say who is to decide them"),
        need=Need.CASE,
    ),
    Action(
        "case.assign_to_me",
        N_("Assign to me"),
        N_("Case"),
        lambda d: d.assign_to_me(),
        "Ctrl+Shift+T",
        need=Need.CASE,
    ),
    Action(
        "case.predict",
        N_("Find boundary and score"),
        N_("Case"),
        lambda d: d.predict(),
        "F5",
        "predict",
        N_("Find boundary and score of the open case, or of all selected ones"),
        Need.CASE,
        in_tool_bar=True,
        bar_text=N_("Find boundary"),
        starts_group=True,
    ),
    Action(
        "case.score",
        N_("Show score"),
        N_("Case"),
        lambda d: d.panels.turn_to("Score"),
        "Alt+1",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "case.measures",
        N_("Show measurements"),
        N_("Case"),
        lambda d: d.panels.turn_to("Measures"),
        "Alt+2",
        need=Need.CASE,
    ),
    Action(
        "case.patient",
        N_("Show patient and lesion"),
        N_("Case"),
        lambda d: d.panels.turn_to("Patient"),
        "Alt+3",
        need=Need.CASE,
    ),
    Action(
        "case.decision",
        N_("Show decision"),
        N_("Case"),
        lambda d: d.panels.turn_to("Decision"),
        "Alt+4",
        need=Need.CASE,
    ),
    Action(
        "case.readings",
        N_("Show readings"),
        N_("Case"),
        lambda d: d.panels.turn_to("Readings"),
        "Alt+5",
        need=Need.CASE,
    ),
    Action(
        "case.history",
        N_("Show history"),
        N_("Case"),
        lambda d: d.panels.turn_to("History"),
        "Alt+6",
        need=Need.CASE,
    ),
    Action(
        "case.next_of_lesion",
        N_("Next image of the lesion"),
        N_("Case"),
        lambda d: d.lesion_images.step(1),
        "Alt+Right",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "case.previous_of_lesion",
        N_("Previous image of the lesion"),
        N_("Case"),
        lambda d: d.lesion_images.step(-1),
        "Alt+Left",
        need=Need.CASE,
    ),
    Action(
        "case.compare",
        N_("Compare with an earlier visit…"),
        N_("Case"),
        lambda d: d.show_comparison(),
        "Ctrl+Shift+V",
        tip=N_("Lay the image on one of another visit of the lesion, and see what has grown"),
        need=Need.CASE,
    ),
    Action(
        "case.body_map",
        N_("Body map…"),
        N_("Case"),
        lambda d: d.show_body_map(),
        "Ctrl+B",
        tip=N_("Choose the lesion's site on a figure, and see where the patient's other lesions are"),
        need=Need.CASE,
    ),
    Action(
        "case.move",
        N_("File elsewhere…"),
        N_("Case"),
        lambda d: d.show_move(),
        "Ctrl+Shift+M",
        tip=N_("Move images to another lesion or visit, merge lesions, give a lesion to another patient"),
        need=Need.CASE,
    ),
    Action(
        "case.remove",
        N_("Remove from work list"),
        N_("Case"),
        lambda d: d.remove_case(),
        "Ctrl+Delete",
        "remove",
        N_("Hide the case; it stays stored and can be brought back"),
        Need.CASE,
        starts_group=True,
    ),
    Action(
        "case.removed", N_("Show removed cases…"), N_("Case"), lambda d: d.show_removed(), "Ctrl+Shift+Delete"
    ),
    Action(
        "case.who_is_who",
        N_("Who is who…"),
        N_("Case"),
        lambda d: d.dialogs.show_who_is_who(),
        "Ctrl+Shift+I",
        tip=N_("Say whether patients of one number whose values contradict are one person"),
    ),
    *(_tool_action(tool) for tool in TOOLS.values()),
    Action(
        "tool.larger",
        N_("Larger brush"),
        N_("Tools"),
        lambda d: d.canvas.tools.grow_brush(1),
        "]",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "tool.smaller",
        N_("Smaller brush"),
        N_("Tools"),
        lambda d: d.canvas.tools.grow_brush(-1),
        "[",
        need=Need.CASE,
    ),
    Action(
        "view.zoom_in",
        N_("Zoom in"),
        N_("View"),
        lambda d: d.canvas.view.zoom_by(ZOOM_STEP),
        "Ctrl++",
        "zoom_in",
        need=Need.CASE,
    ),
    Action(
        "view.zoom_out",
        N_("Zoom out"),
        N_("View"),
        lambda d: d.canvas.view.zoom_by(1 / ZOOM_STEP),
        "Ctrl+-",
        "zoom_out",
        need=Need.CASE,
    ),
    Action(
        "view.fit",
        N_("Fit the image"),
        N_("View"),
        lambda d: d.canvas.view.fit(),
        "F",
        "fit",
        need=Need.CASE,
        in_tool_bar=True,
        starts_group=False,
    ),
    Action(
        "view.actual_size",
        N_("Actual size (1:1)"),
        N_("View"),
        lambda d: d.canvas.view.show_actual_pixels(),
        "1",
        "actual_size",
        need=Need.CASE,
        in_tool_bar=True,
    ),
    Action(
        "view.lesion",
        N_("Fit the lesion"),
        N_("View"),
        lambda d: d.boundary_steps.fill_view(),
        "2",
        need=Need.CASE,
    ),
    Action(
        "view.rotate_left",
        N_("Rotate left"),
        N_("View"),
        lambda d: d.canvas.view.rotate_view(-1),
        "Ctrl+Left",
        "rotate_left",
        need=Need.CASE,
    ),
    Action(
        "view.rotate_right",
        N_("Rotate right"),
        N_("View"),
        lambda d: d.canvas.view.rotate_view(1),
        "Ctrl+Right",
        "rotate_right",
        need=Need.CASE,
        in_tool_bar=True,
    ),
    Action(
        "view.boundary",
        N_("Show or hide the boundary"),
        N_("View"),
        lambda d: d.layers.toggle("boundary"),
        "Shift+1",
        need=Need.CASE,
        starts_group=True,
    ),
    Action(
        "view.mask",
        N_("Show or hide the mask"),
        N_("View"),
        lambda d: d.layers.toggle("mask"),
        "Shift+2",
        need=Need.CASE,
    ),
    Action(
        "view.uncertainty",
        N_("Show or hide the uncertainty"),
        N_("View"),
        lambda d: d.layers.toggle("uncertainty"),
        "Shift+3",
        need=Need.CASE,
    ),
    Action(
        "view.probability",
        N_("Show or hide the probability"),
        N_("View"),
        lambda d: d.layers.toggle("probability"),
        "Shift+4",
        need=Need.CASE,
    ),
    Action(
        "view.attention",
        N_("Show or hide the attention"),
        N_("View"),
        lambda d: d.layers.toggle("attention"),
        "Shift+5",
        need=Need.CASE,
    ),
    Action(
        "view.evidence",
        N_("Show or hide the evidence of a reading"),
        N_("View"),
        lambda d: d.layers.toggle("evidence"),
        "Shift+6",
        need=Need.CASE,
    ),
    Action(
        "view.bare",
        N_("Image without overlays"),
        N_("View"),
        lambda d: d.layers.toggle_all(),
        "H",
        "visible",
        N_("Hide every overlay, or bring them back"),
        Need.CASE,
        in_tool_bar=True,
    ),
    *(_aid_action(aid) for aid in AID_SWITCHES),
    Action(
        "view.channel",
        N_("Next channel"),
        N_("View"),
        lambda d: d.view_aids.show_next_channel(),
        NEXT_CHANNEL_KEY,
        is_view_aid=True,
        tip=N_("Show red, green, blue and lightness alone, one after the other, then colour again"),
        need=Need.CASE,
    ),
    Action(
        "view.as_taken",
        N_("Image as taken"),
        N_("View"),
        lambda d: d.view_aids.show_as_taken(),
        AS_TAKEN_KEY,
        is_view_aid=True,
        tip=N_("Switch every view aid off"),
        need=Need.CASE,
    ),
    Action(
        "view.theme",
        N_("Light or dark"),
        N_("View"),
        lambda d: d.switch_theme(),
        "Ctrl+Shift+D",
        "theme",
        starts_group=True,
    ),
    Action(
        "view.image_only",
        N_("Image only"),
        N_("View"),
        lambda d: d.panes.toggle_image_only(),
        "Tab",
        "image_only",
        N_("Fold the work list and the panels away, or bring them back; Tab does so on the image"),
        in_tool_bar=True,
        starts_group=True,
    ),
    Action(
        "view.patients",
        N_("Cases by patient, or as a list"),
        N_("View"),
        lambda d: d.show_by_patient(),
        "F7",
        tip=N_("Show patients with their lesions and visits in place of the list, or the list again"),
        need=Need.CASES,
    ),
    Action("view.list", N_("Fold the work list"), N_("View"), lambda d: d.panes.toggle(Pane.LIST), "F8"),
    Action("view.panels", N_("Fold the panels"), N_("View"), lambda d: d.panes.toggle(Pane.PANELS), "F9"),
    Action(
        "view.full_screen",
        N_("Full screen"),
        N_("View"),
        lambda d: toggle_full_screen(d.window),
        "F11",
        "full_screen",
    ),
    Action(
        "learning.training",
        N_("Learn from corrections…"),
        N_("Learning"),
        lambda d: d.show_training(),
        "Ctrl+L",
        tip=N_("Freeze what was corrected, teach the model in use, and follow runs"),
    ),
    Action(
        "learning.shelf",
        N_("Model shelf…"),
        N_("Learning"),
        lambda d: d.learning.show_shelf(),
        "Ctrl+M",
        tip=N_("Models, their cards and exams; promote, roll back, export, import"),
    ),
    Action(
        "learning.predict_again",
        N_("Predict undecided cases again"),
        N_("Learning"),
        lambda d: d.learning.predict_undecided_again(),
        "Ctrl+F5",
        tip=N_("Ask the models in use about undecided cases that an earlier model predicted"),
        need=Need.CASES,
        starts_group=True,
    ),
    Action(
        "help.shortcuts",
        N_("Keyboard shortcuts"),
        N_("Help"),
        lambda d: d.dialogs.show_shortcuts(shortcut_groups(d.own_keys)),
        "F1",
        "keyboard",
    ),
    Action(
        "help.own_keys",
        N_("Change keyboard shortcuts…"),
        N_("Help"),
        lambda d: d.dialogs.change_keys(key_lines()),
    ),
    Action("help.device", N_("This computer…"), N_("Help"), lambda d: d.dialogs.show_device(), "", "device"),
    Action(
        "help.intended_use",
        N_("Intended use"),
        N_("Help"),
        lambda d: d.dialogs.show_intended_use(),
        "",
        "book",
    ),
    Action("help.about", N_("About Naevus"), N_("Help"), lambda d: d.dialogs.show_about(), "", "information"),
)
"""The table; ids and shortcuts are unique, and every icon is shipped."""

CANVAS_GESTURES: tuple[tuple[str, str], ...] = (
    (N_("Wheel, pinch"), N_("Zoom to the cursor")),
    (N_("Ctrl or Alt + wheel or right drag"), N_("Brush size")),
    (N_("Ctrl or Alt"), N_("Take away instead of adding, with any tool")),
    (N_("Shift + brush or eraser"), N_("Straight stroke")),
    (N_("Wand, drag right or left"), N_("Take more or less")),
    (N_("Space + drag, or middle button"), N_("Move the image with any tool")),
    (N_("Two fingers"), N_("Move the image (touchpad)")),
    (N_("Pen's eraser, light touch"), N_("Take away with any tool, smaller brush")),
    (N_("Tab, arrows, Insert, Delete"), N_("Choose, move, add, remove a handle")),
    (N_("Escape"), N_("Give up the stroke or outline")),
    (
        N_("Enter or double click, Backspace"),
        N_("Close a polygon or livewire, take its last corner back"),
    ),
)
"""What the mouse and a few keys do on the image, for the shortcut sheet."""


def key_lines() -> tuple[KeyLine, ...]:
    """Return the actions whose keys a person can choose."""
    named = ((entry, _(entry.text).removesuffix("…")) for entry in ACTIONS)
    return tuple(KeyLine(entry.id, f"{_(entry.menu)} ▸ {text}", entry.shortcut) for entry, text in named)


def shortcut_groups(own: OwnKeys | None = None) -> list[ShortcutGroup]:
    """Return the keys of every menu, and what the pointer does on the image, for the shortcut sheet."""
    kept = usable(own or {}, key_lines())
    groups = [(_(menu), _keys_of(_of_menu(menu), kept)) for menu in MENUS]
    aids = _keys_of([entry for entry in ACTIONS if entry.is_view_aid], kept)
    gestures = [(_(how), _(what)) for how, what in CANVAS_GESTURES]
    deciding = [(_(keys), _(what)) for keys, what in DECISION_KEYS]
    return [
        *((menu, lines) for menu, lines in groups if lines),
        (_("View aids"), aids),
        (_("While deciding (J)"), deciding),
        (_("On the image"), gestures),
    ]


def _of_menu(menu: str) -> list[Action]:
    """The actions of a menu but for the view aids, which are a group of their own on the sheet."""
    return [entry for entry in ACTIONS if entry.menu == menu and not entry.is_view_aid]


def _keys_of(entries: Iterable[Action], own: OwnKeys) -> list[tuple[str, str]]:
    keyed = ((own.get(entry.id, entry.shortcut), entry) for entry in entries)
    return [(native(keys), _(entry.text).removesuffix("…")) for keys, entry in keyed if keys]


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
        self.use_keys(controller.own_keys)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def enable(self, present: Iterable[Need]) -> None:
        """Enable what makes sense with what is present."""
        there = {Need.NOTHING, *present}
        for entry in ACTIONS:
            self.action_by_id[entry.id].setEnabled(entry.need in there)

    def use_keys(self, own: OwnKeys) -> None:
        """Give the actions the keys that a person chose; a choice that meets another one is left."""
        kept = usable(own, key_lines())
        for entry in ACTIONS:
            keys, action = kept.get(entry.id, entry.shortcut), self.action_by_id[entry.id]
            action.setShortcut(QKeySequence(keys))
            # A key that types text belongs to the image: elsewhere it would act on a case while one writes.
            is_of_image = is_single_key(keys) or portable(keys) == "Tab"
            action.setShortcutContext(
                Qt.ShortcutContext.WidgetShortcut if is_of_image else Qt.ShortcutContext.WindowShortcut
            )
            action.setToolTip(_tip(entry, action))

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
        action = QAction(_(entry.text), self)
        action.setObjectName(entry.id)
        action.setIconVisibleInMenu(bool(entry.icon))
        action.setIconText(_(entry.bar_text or entry.text))
        action.triggered.connect(lambda _checked=False: entry.run(controller))
        return action

    def _paint_icons(self) -> None:
        for entry in ACTIONS:
            if entry.icon:
                self.action_by_id[entry.id].setIcon(self._theme.icon(entry.icon))


def _tip(entry: Action, action: QAction) -> str:
    said = _(entry.tip or entry.text).removesuffix("…")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{said} ({keys})" if keys else said
