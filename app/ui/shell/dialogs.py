"""Opens the dialogs of the window, one at a time, none of them blocking."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from app import __version__
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.domain.work_list.saved_filter import SavedFilter
from app.text.research_use import ABOUT, INTENDED_USE
from app.translation import _
from app.ui.audit.audit_dialog import AuditDialog
from app.ui.bodymap.body_map_dialog import BodyMapDialog
from app.ui.cases.masks_dialog import MasksDialog
from app.ui.cases.metadata_dialog import MetadataDialog
from app.ui.cases.patient_tree.move_dialog import MoveDialog
from app.ui.cases.patient_tree.move_flow import MoveFlow
from app.ui.cases.removed_dialog import RemovedDialog
from app.ui.cases.tags.tags_dialog import TagsDialog
from app.ui.cases.who_is_who import WhoIsWhoDialog
from app.ui.followup.comparison_dialog import ComparisonDialog
from app.ui.preferences import Preferences
from app.ui.report.export_dialog import CaseChoice, ExportDialog
from app.ui.session import Session
from app.ui.settings.device_dialog import DeviceDialog
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.shell.own_keys import KeyLine
from app.ui.shell.own_keys_dialog import OwnKeysDialog
from app.ui.shell.shortcut_sheet import ShortcutGroup, ShortcutSheet
from app.ui.theme import Theme
from app.ui.widgets.text_dialog import TextDialog
from app.ui.widgets.text_field import TextField
from app.ui.workbench.device_profile_dialog import DeviceProfileDialog
from app.ui.workbench.scale_dialog import KnownDistance, ScaleDialog
from app.usecases.exports.case_selection import CaseSelection

INTENDED_USE_VERSION = 1
"""Raised when the text changes in substance, so that it is shown again."""

_BESIDE_PX = 12
"""From the right upper corner of the window: there a dialog leaves the image free."""


class Dialogs:
    """Keeps the open dialog alive until it is closed."""

    def __init__(
        self, session: Session, preferences: Preferences, window: QWidget, focus_after: QWidget
    ) -> None:
        self._session = session
        self._preferences = preferences
        self._window = window
        self._who_is_who: WhoIsWhoDialog | None = None
        self._focus_after = focus_after

    def show_intended_use_once(self) -> None:
        """Show the intended use at the first start and ask who signs; going on means that it was read."""
        settings = self._preferences.settings
        if settings.accepted_intended_use >= INTENDED_USE_VERSION:
            if not settings.user_name:
                self._tell_who_signs()
            return
        name = None if settings.user_name else self._name_field()
        dialog = TextDialog(
            _("What Naevus is for"),
            tuple(map(_, INTENDED_USE)),
            accept_text=_("I have read this"),
            reject_text=_("Quit"),
            asks=name,
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self._take_first_answers(name))
        dialog.rejected.connect(self._window.close)
        self.open(dialog)

    def _tell_who_signs(self) -> None:
        self._session.tell(
            _("Corrections and reports are signed with the login name “{user}”.").format(
                user=self._session.user
            ),
            _("Enter your name"),
            self.show_settings,
        )

    def _name_field(self) -> TextField:
        hint = _("If left empty, the login name “{user}” signs.").format(user=self._session.user)
        return TextField(_("Your name, as it signs corrections and reports"), hint=hint)

    def _take_first_answers(self, name: TextField | None) -> None:
        values: dict[str, object] = {"accepted_intended_use": INTENDED_USE_VERSION}
        if name is not None and (typed := name.line.text().strip()):
            values["user_name"] = typed
        self._preferences.change(**values)

    def show_intended_use(self) -> None:
        """Show the intended use again."""
        self.open(TextDialog(_("What Naevus is for"), tuple(map(_, INTENDED_USE)), parent=self._window))

    def show_about(self) -> None:
        """Show version, licence and intended use."""
        title = _("Naevus {version}").format(version=__version__)
        self.open(TextDialog(title, tuple(map(_, (*ABOUT, *INTENDED_USE))), parent=self._window))

    def show_shortcuts(self, groups: Sequence[ShortcutGroup]) -> None:
        """Show the sheet of shortcuts."""
        self.open(ShortcutSheet(groups, self._window))

    def change_keys(self, lines: Sequence[KeyLine]) -> None:
        """Let the person give actions other keys."""
        dialog = OwnKeysDialog(lines, self._preferences.settings.shortcuts, self._window)
        dialog.changed.connect(lambda own: self._preferences.change(shortcuts=own))
        self.open(dialog)

    def show_device(self) -> None:
        """Run the engines and show what they did."""
        self.open(DeviceDialog(self._session, self._window))

    def show_settings(self) -> None:
        """Show the settings page."""
        self.open(SettingsDialog(self._preferences, self._session.services.vocabulary, self._window))

    def ask_about_mask(self, issue: str, sign: Callable[[], None]) -> None:
        """Ask whether an implausible boundary is to be saved; Return and Escape save nothing."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("Save this boundary?"))
        box.setText(issue)
        box.setInformativeText(_("Saving signs it with your name, and models may learn from it."))
        box.addButton(_("Save it as it is"), QMessageBox.ButtonRole.AcceptRole)
        back = box.addButton(_("Go on drawing"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(back)
        box.setEscapeButton(back)
        box.accepted.connect(sign)
        self.open(box)

    def show_scale(self, known: KnownDistance) -> ScaleDialog:
        """Ask how long a distance in the image is, beside the image so that it stays visible."""
        dialog = ScaleDialog(known, self._window)
        self.open(dialog)
        corner = self._window.geometry().topRight() - dialog.rect().topRight()
        dialog.move(corner + QPoint(-_BESIDE_PX, 5 * _BESIDE_PX))
        return dialog

    def show_metadata(self, path: Path) -> MetadataDialog:
        """Show what a table knows about stored cases."""
        dialog = MetadataDialog(self._session, path, self._window)
        self.open(dialog)
        return dialog

    def show_masks(self, start_folder: str) -> MasksDialog:
        """Take masks that were drawn elsewhere."""
        dialog = MasksDialog(self._session, start_folder, self._window)
        self.open(dialog)
        return dialog

    def show_move(self, moves: MoveFlow, images: Sequence[ImageId]) -> MoveDialog:
        """Offer to file images, or their lesion, elsewhere."""
        dialog = MoveDialog(self._session, moves, images, self._window)
        self.open(dialog)
        return dialog

    def show_tags(self, selection: CaseSelection) -> TagsDialog:
        """Put tags on cases, and say who is to decide them."""
        dialog = TagsDialog(self._session, selection, self._window)
        self.open(dialog)
        return dialog

    def show_removed(self) -> RemovedDialog:
        """Offer to bring removed cases back."""
        dialog = RemovedDialog(self._session, self._window)
        self.open(dialog)
        return dialog

    def show_comparison(self, image_id: ImageId, theme: Theme) -> ComparisonDialog:
        """Compare an image with one of another visit of its lesion."""
        dialog = ComparisonDialog(self._session, theme, image_id, self._window)
        self.open(dialog)
        return dialog

    def show_body_map(self, image_id: ImageId, theme: Theme) -> BodyMapDialog:
        """Show where the lesions of a patient are."""
        dialog = BodyMapDialog(self._session, theme, image_id, self._window)
        self.open(dialog)
        return dialog

    def show_device_profiles(self, image_id: ImageId, chosen: Sequence[ImageId]) -> DeviceProfileDialog:
        """Show the scales of devices, for the open image or the chosen ones."""
        dialog = DeviceProfileDialog(self._session, image_id, chosen, self._window)
        self.open(dialog)
        return dialog

    def show_acts(self) -> AuditDialog:
        """Show everything that anybody did."""
        dialog = AuditDialog(self._session, self._window)
        self.open(dialog)
        return dialog

    def show_who_is_who(self) -> None:
        """Ask who is who, beside the window, which stays usable."""
        if self._who_is_who is None:
            dialog = WhoIsWhoDialog(self._session, self._window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.finished.connect(self._forget_who_is_who)
            self._who_is_who = dialog
        self._who_is_who.show()
        self._who_is_who.raise_()

    def _forget_who_is_who(self, _result: int) -> None:
        self._who_is_who = None

    def show_export(
        self,
        open_case: ImageId | None,
        selected: Sequence[ImageId],
        listed: CaseSelection,
        kept: Sequence[SavedFilter] = (),
    ) -> ExportDialog:
        """Offer to write several selected cases, the open one, a part of the list, or a saved filter's."""
        choices = []
        if len(selected) > 1:
            choices.append(CaseChoice(_("The selected cases"), CaseSelection(tuple(selected))))
        if open_case is not None:
            choices.append(CaseChoice(_("The open case"), CaseSelection((open_case,))))
        choices += [
            CaseChoice(_("The work list as it is shown"), listed),
            CaseChoice(_("All corrected boundaries"), CaseSelection(shown=CaseFilter.CORRECTED)),
            CaseChoice(_("All confirmed boundaries"), CaseSelection(shown=CaseFilter.CONFIRMED)),
            *(
                CaseChoice(_("Filter “{name}”").format(name=each.name), CaseSelection(search=each.search))
                for each in kept
            ),
        ]
        last = self._preferences.remembered_text("export_folder")
        folder = Path(last) if last and Path(last).is_dir() else None
        dialog = ExportDialog(self._session, choices, folder, self._window)
        dialog.finished.connect(lambda _result: self._remember_folder(dialog))
        self.open(dialog)
        return dialog

    def _remember_folder(self, dialog: ExportDialog) -> None:
        if dialog.folder is not None:
            self._preferences.remember_text("export_folder", str(dialog.folder))

    def open(self, dialog: QDialog) -> None:
        """Open a dialog; once it is closed, the keys belong to the image again."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(
            lambda _result: self._focus_after.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        )
        dialog.open()
