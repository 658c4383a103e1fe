"""Carries moves out, says what was done with the way back, and asks before a lesion changes its patient."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.domain.ids import ImageId, LesionId, MoveId
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine
from app.text.patient_tree import day_words, images_words, lesion_title
from app.translation import _
from app.ui.cases.patient_tree.nodes import Node
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.lesions.filing import Moved
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.move_images import change_visit, move_images, split_off
from app.usecases.lesions.move_lesion import move_lesion
from app.usecases.lesions.undo_move import undo_move
from app.usecases.services import Services
from models.contract.errors import NaevusError

Verb = Callable[[Services], Moved]


class MoveFlow(QObject):
    """The one place from which the window files things elsewhere."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window

    def carry_out(
        self,
        verb: Verb,
        said: str,
        *,
        done: Callable[[], None] = lambda: None,
        failed: Callable[[NaevusError], None] | None = None,
    ) -> None:
        """File something elsewhere; what was done is said with the way back."""

        def tell(moved: Moved) -> None:
            self._session.changed.emit(moved.changes)
            self._session.tell(said, _("Undo"), lambda: self.undo(moved.move_id))
            done()

        self._session.query(QueueName.DATABASE, lambda services, _token: verb(services), tell, failed=failed)

    def undo(self, move_id: MoveId) -> None:
        """Take a move back."""

        def tell(moved: Moved) -> None:
            self._session.changed.emit(moved.changes)
            self._session.tell(_("The move was undone."))

        self._session.query(QueueName.DATABASE, lambda services, _token: undo_move(services, move_id), tell)

    def drop(self, dragged: Sequence[Node], target: Node) -> None:
        """File what was dragged where it was let go; merging and another patient are asked about first."""
        lesions = [node.line for node in dragged if isinstance(node.line, LesionLine)]
        images = tuple(dict.fromkeys(image for node in dragged for image in node.images()))
        if lesions and len(lesions) == len(dragged) == 1:
            self._drop_lesion(lesions[0], target)
        elif lesions:
            self._session.warn(_("Drag one lesion at a time, or images alone."))
        elif images:
            self._drop_images(images, target)

    def _drop_lesion(self, lesion: LesionLine, target: Node) -> None:
        title = lesion_title(lesion.lesion, lesion.number)
        if isinstance(target.line, PatientLine):
            code = target.line.code
            said = _("The lesion “{title}” was given to patient {code}.").format(title=title, code=code)
            question = _("Give the lesion “{title}” with all its visits to patient {code}?").format(
                title=title, code=code
            )
            lesion_id = lesion.lesion.id
            self._ask(question, lambda: self.carry_out(lambda s: move_lesion(s, lesion_id, code), said))
        elif (kept := _lesion_at(target)) is not None and kept.lesion.id != lesion.lesion.id:
            kept_id = kept.lesion.id
            kept_title = lesion_title(kept.lesion, kept.number)
            question = _("Are “{title}” and “{kept}” one lesion? All images come under “{kept}”.").format(
                title=title, kept=kept_title
            )
            said = _("“{title}” was merged into “{kept}”.").format(title=title, kept=kept_title)
            self._ask(
                question, lambda: self.carry_out(lambda s: merge_lesions(s, lesion.lesion.id, kept_id), said)
            )

    def _drop_images(self, images: tuple[ImageId, ...], target: Node) -> None:
        count = images_words(len(images))
        lesion = _lesion_at(target)
        if isinstance(target.line, PatientLine):
            if not set(images) <= set(target.images()):
                self._session.warn(
                    _("Images go to a lesion of their own patient; to another patient goes the whole lesion.")
                )
                return
            said = _("{count} filed under a new lesion.").format(count=count)
            self.carry_out(lambda services: split_off(services, images), said)
            return
        if lesion is None:
            return
        own = {image.case.image_id for image in lesion.images}
        day = _day_at(target)
        if set(images) <= own and day is not None:
            said = _("{count} filed under the visit of {day}.").format(count=count, day=day_words(day))
            self.carry_out(lambda services: change_visit(services, images, day), said)
            return
        lesion_id: LesionId = lesion.lesion.id
        title = lesion_title(lesion.lesion, lesion.number)
        said = _("{count} filed under the lesion “{title}”.").format(count=count, title=title)
        self.carry_out(lambda services: move_images(services, images, lesion_id), said)

    def _ask(self, question: str, act: Callable[[], None]) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("File it there?"))
        box.setText(question)
        box.setInformativeText(_("It can be undone, also later from the history of the case."))
        yes = box.addButton(_("File it there"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(_("Leave it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(yes)
        box.accepted.connect(act)
        box.open()


def _lesion_at(node: Node) -> LesionLine | None:
    """Return the lesion of a line, or above it."""
    one: Node | None = node
    while one is not None:
        if isinstance(one.line, LesionLine):
            return one.line
        one = one.above
    return None


def _day_at(node: Node) -> date | None:
    """Return the day of the visit of a line; None for a lesion or patient."""
    match node.line:
        case VisitLine() | ImageLine():
            return node.line.visited_on
        case _:
            return None
