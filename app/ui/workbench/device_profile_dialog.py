"""The window of device profiles: use one for this image or the chosen ones, keep a scale, withdraw one."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.domain.changes import Changes
from app.domain.device_profile import DeviceProfile
from app.domain.ids import ImageId
from app.translation import N_, _, day_text, ngettext
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.card import Card
from app.ui.widgets.day_box import DayBox
from app.ui.widgets.field import Field
from app.ui.widgets.labels import plain_label, plain_tip
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.text_field import TextField
from app.usecases.cases.device_profiles import (
    ProfileChoice,
    apply_profile,
    profiles_for,
    store_profile,
    withdraw_profile,
)
from app.usecases.services import Services
from models.contract.errors import NaevusError

_COLUMNS: Final = (N_("Profile"), N_("Device"), N_("Scale"), N_("Verified"))
_CAUTION: Final = N_(
    "A profile holds for images that were not cropped, taken with the same lens or dermoscope at the same "
    "distance and zoom. A wrong scale makes every size wrong; check it against a ruler."
)


class DeviceProfileDialog(PageDialog):
    """Nothing is set without a click; what is refused is said below and changes nothing."""

    def __init__(
        self, session: Session, image_id: ImageId, chosen: Sequence[ImageId], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Device profiles"))
        self.resize(860, 560)
        self._session = session
        self._image_id = image_id
        self._chosen = tuple(chosen)
        self._choice: ProfileChoice | None = None
        self.table = QTableWidget(0, len(_COLUMNS))
        self.to_this, self.to_chosen = QRadioButton(_("This image")), QRadioButton()
        self.use, self.withdraw = QPushButton(_("Use this scale")), QPushButton(_("Withdraw the profile"))
        self.name, self.keep = TextField(_("Name of the new profile")), QPushButton(_("Keep the scale"))
        self.day = DayBox()
        self.device = plain_label("", "muted", wraps=True)
        self._own_scale = plain_label("", "muted", wraps=True)
        self.problem = plain_label("", "error", wraps=True)
        self._build()
        self._connect()
        self._read()

    def _build(self) -> None:
        self.table.setHorizontalHeaderLabels([_(column) for column in _COLUMNS])
        self.table.setAccessibleName(_("Device profiles"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setMinimumHeight(150)
        count = len(self._chosen)
        self.to_chosen.setText(
            ngettext("The {count} selected image", "The {count} selected images", count).format(count=count)
        )
        self.to_chosen.setVisible(count > 1)
        self.to_this.setChecked(True)
        self.use.setProperty("role", "primary")
        for button in (self.use, self.withdraw, self.keep):
            button.setAutoDefault(False)
        self.day.setDate(QDate.currentDate())
        self.day.setMaximumDate(QDate.currentDate())
        self.page.addWidget(self.device)
        self.page.addWidget(self.table, 1)
        self.page.addLayout(_row(self.to_this, self.to_chosen, None, self.withdraw, self.use))
        self.page.addWidget(plain_label(_(_CAUTION), "small", wraps=True))
        self.page.addWidget(self._new_profile())
        self.page.addWidget(self.problem)
        close = QPushButton(_("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.foot.addLayout(_row(None, close))

    def _new_profile(self) -> Card:
        card = Card(_("Keep the scale of this image"))
        fields = QHBoxLayout()
        fields.setSpacing(12)
        fields.addWidget(self.name, 2, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(Field(_("Verified on"), self.day), 1, Qt.AlignmentFlag.AlignTop)
        card.body.addWidget(self._own_scale)
        card.body.addLayout(fields)
        card.body.addLayout(_row(None, self.keep))
        return card

    def _connect(self) -> None:
        self.table.itemSelectionChanged.connect(self._enable)
        self.name.line.textChanged.connect(lambda _text: self._enable())
        self.use.clicked.connect(self._apply)
        self.withdraw.clicked.connect(self._withdraw)
        self.keep.clicked.connect(self._keep)

    def _read(self) -> None:
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: profiles_for(services, self._image_id),
            self._show,
            replaces="device profiles",
        )

    def _show(self, choice: ProfileChoice) -> None:
        self._choice = choice
        device = choice.device.words
        self.device.setText(
            _("This image was taken with {device}.").format(device=device)
            if device
            else _("The file of this image does not say which camera took it.")
        )
        self.table.setRowCount(len(choice.profiles))
        for row, profile in enumerate(choice.profiles):
            for column, words in enumerate(_cells(profile)):
                cell = QTableWidgetItem(words)
                cell.setToolTip(plain_tip(words))
                self.table.setItem(row, column, cell)
        if choice.matching:
            self.table.selectRow(choice.profiles.index(choice.matching[0]))
        scale = choice.calibration
        self._own_scale.setText(
            _("This image has no scale yet; measure it with the ruler first.")
            if scale is None
            else _("1 px = {mm_per_px:.4f} mm, to be used for other images of the device.").format(
                mm_per_px=scale.mm_per_px
            )
        )
        if not self.name.line.text():
            self.name.line.setText(device)
        self._enable()

    @property
    def _selected(self) -> DeviceProfile | None:
        rows = self.table.selectionModel().selectedRows()
        return self._choice.profiles[rows[0].row()] if self._choice is not None and rows else None

    def _enable(self) -> None:
        has_scale = self._choice is not None and self._choice.calibration is not None
        self.use.setEnabled(self._selected is not None)
        self.withdraw.setEnabled(self._selected is not None)
        self.keep.setEnabled(has_scale and bool(self.name.line.text().strip()))

    def _apply(self) -> None:
        if (profile := self._selected) is not None:
            images = self._chosen if self.to_chosen.isChecked() else (self._image_id,)
            self._store(lambda services: apply_profile(services, profile.id, images), self.accept)

    def _withdraw(self) -> None:
        if (profile := self._selected) is not None:
            self._store(lambda services: withdraw_profile(services, profile.id), self._read)

    def _keep(self) -> None:
        name, day = self.name.line.text(), self.day.day
        self._store(
            lambda services: store_profile(services, self._image_id, name, verified_on=day), self._read
        )

    def _store(self, verb: Callable[[Services], Changes], then: Callable[[], None]) -> None:
        self.problem.setText("")
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: verb(services),
            done=lambda _changes: then(),
            failed=self._refuse,
        )

    def _refuse(self, error: NaevusError) -> None:
        self.problem.setText(str(error))


def _cells(profile: DeviceProfile) -> tuple[str, ...]:
    return (
        profile.name,
        profile.device.words or _("not known"),
        _("{mm_per_px:.4f} mm per px at {width} px").format(
            mm_per_px=profile.mm_per_px, width=profile.width_px
        ),
        _("{day} by {name}").format(day=day_text(profile.verified_on), name=profile.verified_by),
    )


def _row(*parts: QWidget | None) -> QHBoxLayout:
    """Return widgets in a row; None = the room between left and right."""
    row = QHBoxLayout()
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
    return row
