"""The menu of view aids, above the image."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.translation import _
from app.ui.editor.view_aids.choice import (
    AID_SWITCHES,
    AS_TAKEN_KEY,
    CHANNEL_WORDS,
    NEXT_CHANNEL_KEY,
    Channel,
    ViewAids,
)
from app.ui.workbench.view_aid_choice import ViewAidChoice


class ViewAidMenu(QToolButton):
    """A button that counts the aids that are on, with a menu of all of them."""

    def __init__(self, choice: ViewAidChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        # Opening it leaves the keys of the tools to the image.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(
            _("Ways of showing the image; mask, score, exports and report use the image as it was taken")
        )
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._switch_by_name = {switch.name: self._made_switch(switch.name) for switch in AID_SWITCHES}
        self._menu.addSeparator()
        self._channels = QActionGroup(self)
        self._action_by_channel: dict[Channel | None, QAction] = {
            None: self._made_channel(_("All channels (colour)"))
        }
        for channel, words in CHANNEL_WORDS.items():
            self._action_by_channel[channel] = self._made_channel(_(words))
        self._channels.triggered.connect(self._choose_channel)
        self._menu.addSeparator()
        self._as_taken = as_taken = self._menu.addAction(_("Image as taken"))
        as_taken.triggered.connect(lambda _checked=False: choice.show_as_taken())
        self.setMenu(self._menu)
        choice.changed.connect(self._show)
        # As wide as it ever gets, so that the bar is not broken anew when an aid is switched.
        self.setText(_("View aids ({count})").format(count=len(AID_SWITCHES) + 1))
        self.setMinimumWidth(self.sizeHint().width())
        self.show_keys({})
        self._show(choice.aids)

    def show_keys(self, own: Mapping[str, str]) -> None:
        """Show the keys in use; ``own`` holds those that a person chose, by the ids of the actions."""
        for switch in AID_SWITCHES:
            keys = own.get(f"view.aid.{switch.name}", switch.shortcut)
            self._switch_by_name[switch.name].setText(_with_key(_(switch.text), keys))
        self._as_taken.setText(_with_key(_("Image as taken"), own.get("view.as_taken", AS_TAKEN_KEY)))
        tip = _("The next channel with {key}").format(key=_native(own.get("view.channel", NEXT_CHANNEL_KEY)))
        for action in self._action_by_channel.values():
            action.setToolTip(tip)

    def _made_switch(self, name: str) -> QAction:
        switch = next(one for one in AID_SWITCHES if one.name == name)
        action = self._menu.addAction(_(switch.text))
        action.setToolTip(_(switch.help))
        action.setCheckable(True)
        action.triggered.connect(lambda _checked=False: self._choice.switch(name))
        return action

    def _made_channel(self, words: str) -> QAction:
        action = self._menu.addAction(words)
        action.setCheckable(True)
        self._channels.addAction(action)
        return action

    def _choose_channel(self, chosen: QAction) -> None:
        self._choice.choose_channel(
            next(channel for channel, action in self._action_by_channel.items() if action is chosen)
        )

    def _show(self, aids: ViewAids) -> None:
        """Show what is on."""
        for switch in AID_SWITCHES:
            self._switch_by_name[switch.name].setChecked(switch.is_on(aids))
        self._action_by_channel[aids.channel].setChecked(True)
        count = sum(switch.is_on(aids) for switch in AID_SWITCHES) + (aids.channel is not None)
        self.setText(_("View aids ({count})").format(count=count) if count else _("View aids"))


def _with_key(words: str, shortcut: str) -> str:
    return f"{words}\t{_native(shortcut)}"


def _native(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
