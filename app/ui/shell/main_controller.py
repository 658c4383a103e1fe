"""Every part of the window, and the verbs that need more than one of them; the table of actions calls it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

import resources
from app.domain.case import CaseLine
from app.domain.ids import ImageId, MoveId
from app.domain.other_lesions import FIRST_LESION
from app.translation import N_, _, ngettext
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.cases.import_flow import ImportFlow
from app.ui.cases.refused_dialog import RefusedDialog, import_words
from app.ui.cases.watched_folder import WatchedFolder
from app.ui.cases.work_list import WorkList
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.layers import Layer
from app.ui.editor.ticks_preview import TicksPreview
from app.ui.editor.tools.ruler import RULER
from app.ui.editor.tools.separate import SEPARATE
from app.ui.housekeeping import Housekeeping
from app.ui.jobs.worker_queues import QueueName
from app.ui.learning.windows import Learning
from app.ui.panels.case_panels import CasePanels
from app.ui.preferences import Preferences
from app.ui.session import Session
from app.ui.shell.dialogs import Dialogs
from app.ui.shell.own_keys import OwnKeys
from app.ui.shell.panes import Pane, Panes
from app.ui.theme import Theme, ThemeChoice
from app.ui.workbench.boundary_review import BoundaryReview
from app.ui.workbench.boundary_steps import BoundarySteps
from app.ui.workbench.case_edits import CaseEdits
from app.ui.workbench.case_review import CaseReview
from app.ui.workbench.case_view import CaseView
from app.ui.workbench.click_refinement import ClickRefinement
from app.ui.workbench.correction import Correction, UnsignedMask
from app.ui.workbench.device_scales import DeviceScales
from app.ui.workbench.explanation import Explanation
from app.ui.workbench.history_outlines import HistoryOutlines
from app.ui.workbench.layer_bar import LayerBar
from app.ui.workbench.lesion_choice import LesionChoice
from app.ui.workbench.lesion_images import LesionImages
from app.ui.workbench.printed_scales import PrintedScales
from app.ui.workbench.reading_evidence import ReadingEvidence
from app.ui.workbench.scale_dialog import KnownDistance, ScaleDialog, drawn_line, printed_ticks
from app.ui.workbench.view_aid_choice import ViewAidChoice
from app.ui.workbench.view_aid_menu import ViewAidMenu
from app.ui.workbench.why import Why
from app.ui.workbench.workbench import Workbench
from app.usecases.cases.import_images import ImportReport
from app.usecases.cases.remove_case import remove_case, restore_case
from app.usecases.corrections.boundary_queue import boundaries_to_review
from app.usecases.corrections.unfinished_work import unfinished_work
from app.usecases.exports.case_selection import CaseSelection
from app.usecases.patients.list_identity_questions import OpenIdentityQuestion, list_identity_questions
from app.usecases.work_list.assign_cases import assign_cases
from app.usecases.work_list.due_days import due_days
from app.usecases.work_list.tags_of_cases import cases_at_once
from models.contract.imaging.printed_scale import PrintedScale

IMAGE_FILES = N_(
    "Images (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp *.avif *.heic *.heif *.dcm *.dicom DICOMDIR "
    "*.zip);;All files (*)"
)

TABLE_FILES = N_("Tables (*.csv *.tsv *.txt *.tab *.xlsx *.json);;All files (*)")


class MainController(QObject):
    """Makes the parts, connects them, and does what a person asks of several at once."""

    own_keys_changed = Signal(object)
    """OwnKeys from now on."""

    canvas: EditorCanvas
    workbench: Workbench
    layers: LayerBar
    panels: CasePanels
    work_list: WorkList
    queue: AnalysisQueue
    importing: ImportFlow
    review: CaseReview
    correction: Correction
    lesions: LesionChoice
    learning: Learning

    def __init__(
        self,
        session: Session,
        theme: Theme,
        preferences: Preferences,
        window: QWidget,
        middle: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._theme = theme
        self._preferences = preferences
        self.window = window
        self.canvas = EditorCanvas(journal=session.services.journal)
        self.canvas.input.pen.is_pressure_used = preferences.settings.pen_pressure
        self.workbench = Workbench(self.canvas, theme)
        self.layers = self.workbench.layers
        self.panels = CasePanels(session.services.vocabulary, theme)
        self.panels.readings.evidence_slot.addWidget(self.layers.control_by_layer[Layer.EVIDENCE])
        self.panels.score.show_prevalence(preferences.settings.prevalence_percent)
        self.panels.decision.set_favourites(preferences.settings.favourite_diagnoses)
        self.work_list = WorkList(session, theme)
        self.panes = Panes(self.work_list, middle, self.panels, image=self.canvas.view)
        self.queue = AnalysisQueue(session, self.work_list.foot, self)
        self.importing = ImportFlow(session, self.queue, self.work_list.foot, self)
        self.watched_folder = WatchedFolder(session, self.importing, self)
        self.review = CaseReview(session, self.canvas, self.queue, self)
        self.correction = self.review.correction
        self.view_aids = ViewAidChoice(session, self.canvas.view, self.review, self)
        self.view_aid_menu = ViewAidMenu(self.view_aids)
        self.view_aid_menu.show_keys(preferences.settings.shortcuts)
        self.edits = CaseEdits(session, self.panels, self.review, self)
        self.explanation = Explanation(session, self.workbench, self.panels.explanation, self)
        self.boundary_steps = BoundarySteps(session, self.canvas, self)
        self.boundary_review = BoundaryReview(
            session, self.canvas, self.review, self.queue, self.workbench.review_bar, self
        )
        self.printed_scales = PrintedScales(session, self.review, self)
        self.device_scales = DeviceScales(session, self.review, self.panels.measurements.scale, self)
        self.clicks = ClickRefinement(session, self.canvas, self)
        self.reading_evidence = ReadingEvidence(session, self.panels, self.canvas.view, self)
        self.lesion_images = LesionImages(session, self.panels.lesion_strip, self.work_list.thumbnails, self)
        self.outlines = HistoryOutlines(session, self.panels.history, self)
        self.why = Why(session, self.panels.score.why, self)
        self.lesions = self.review.lesions
        self.dialogs = Dialogs(session, preferences, window, self.canvas.view)
        self.housekeeping = Housekeeping(session, self)
        self.learning = Learning(session, theme, self.work_list, self.queue, self.review, window)
        self._connect()

    def start(self) -> None:
        """Read the work list, and take up what a former run could not store or compute."""
        self._session.query(
            QueueName.DATABASE, lambda services, _token: unfinished_work(services), self._take_up
        )
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: list_identity_questions(services),
            self._show_identity_questions,
        )
        self.work_list.read()
        self.queue.look_over_all()
        self.housekeeping.start()
        self.watched_folder.watch(self._preferences.settings.watched_folder)

    def choose_images(self) -> None:
        """Ask for image files and import them."""
        names, _chosen_filter = QFileDialog.getOpenFileNames(
            self.window, _("Import images"), self._last_folder(), _(IMAGE_FILES)
        )
        self.focus_image()
        self.import_paths([Path(name) for name in names])

    def choose_folder(self) -> None:
        """Ask for a folder and import what is in it."""
        name = QFileDialog.getExistingDirectory(self.window, _("Import a folder"), self._last_folder())
        self.focus_image()
        if name:
            self.import_paths([Path(name)])

    def choose_metadata(self) -> None:
        """Ask for a table and show what it knows about stored cases."""
        name, _filter = QFileDialog.getOpenFileName(
            self.window, _("Metadata from a table"), self._last_folder(), _(TABLE_FILES)
        )
        if name:
            self._store_what_is_open()
            self.dialogs.show_metadata(Path(name))

    def choose_masks(self) -> None:
        """Offer to take masks that were drawn elsewhere."""
        self._store_what_is_open()
        dialog = self.dialogs.show_masks(self._preferences.remembered_text("masks_folder"))
        dialog.folder_used.connect(lambda folder: self._preferences.remember_text("masks_folder", folder))

    def import_samples(self) -> None:
        """Import the sample images that ship with the application."""
        self.importing.start_samples(resources.path("samples"))

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import files and folders."""
        if paths:
            first = paths[0]
            self._preferences.remember_text("import_folder", str(first if first.is_dir() else first.parent))
            self.importing.start(paths)

    def show_export(self) -> None:
        """Offer reports and exports of the open case, the selected ones, or a part of the work list."""
        self._store_what_is_open()
        query = self.work_list.model.query
        listed = CaseSelection(
            search=query.search, shown=query.shown, order=query.order, descending=query.descending
        )
        self.dialogs.show_export(
            self.review.image_id, self.work_list.selected_images(), listed, self.work_list.filters.kept
        )

    def show_comparison(self) -> None:
        """Compare the open image with one of another visit of its lesion."""
        if (image_id := self.review.image_id) is not None:
            self._store_what_is_open()
            self.dialogs.show_comparison(image_id, self._theme)

    def show_body_map(self) -> None:
        """Show where the lesions of the open case's patient are."""
        if (image_id := self.review.image_id) is not None:
            self.panels.patient.finish()
            dialog = self.dialogs.show_body_map(image_id, self._theme)
            dialog.image_chosen.connect(lambda chosen: self.work_list.choose(ImageId(chosen)))

    def show_device_profiles(self) -> None:
        """Show the scales of devices, for the open image or the selected ones."""
        if (image_id := self.review.image_id) is not None:
            self.dialogs.show_device_profiles(image_id, self.work_list.selected_images())

    def show_training(self) -> None:
        """Show what can be learned from corrections, and the runs."""
        self._store_what_is_open()
        self.learning.show_training()

    def focus_search(self) -> None:
        """Put the cursor into the search line."""
        self.panes.bring_back(Pane.LIST)
        self.work_list.filters.focus_line()

    def focus_image(self) -> None:
        """Give the keyboard to the image, so that the keys of the tools work."""
        self.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_tool(self, name: str) -> None:
        """Take a tool and go on at the image."""
        self.canvas.tools.set_tool(name)
        self.focus_image()

    def record_and_go_on(self) -> None:
        """Record what was entered as a decision, then open the next case that has none."""
        self.panels.finish_edits()
        decided = self.review.image_id

        def record(found: CaseLine | None) -> None:
            if self.review.image_id == decided:
                self.edits.record_pending_decision(lambda: self.work_list.go_on_with(found))

        # Looked for by the places the cases have before the decision moves this one to the end.
        self.work_list.find_next_undecided(record)

    def _record_by_key(self) -> None:
        self.focus_image()
        self.record_and_go_on()

    def decide_by_keys(self) -> None:
        """Let single keys decide the open case."""
        if self.review.image_id is not None:
            self.panels.turn_to("Decision")
            self.panels.decision.decide_by_keys()

    def review_boundaries(self) -> None:
        """Go through the boundaries of the list that nobody has reviewed, the open case first."""
        query = self.work_list.model.query
        self._store_what_is_open()
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: boundaries_to_review(
                services,
                search=query.search,
                shown=query.shown,
                order=query.order,
                descending=query.descending,
            ),
            self._start_review,
            replaces="boundaries to review",
        )

    def _start_review(self, image_ids: tuple[ImageId, ...]) -> None:
        opened = self.review.image_id
        first = (opened,) if opened in image_ids and opened is not None else ()
        self.boundary_review.start((*first, *(one for one in image_ids if one != opened)))
        self.focus_image()

    def switch_theme(self) -> None:
        """Change from light to dark or back."""
        choice = ThemeChoice.LIGHT if self._theme.tokens.is_dark else ThemeChoice.DARK
        self._preferences.change(theme=choice.value)

    def predict(self) -> None:
        """Ask the models about the open case first, then about the other selected ones."""
        self.review.predict()
        chosen = self.work_list.selected_images()
        if len(chosen) > 1:
            self.queue.predict_again(chosen)
        if left := self.work_list.selected_count - len(chosen):
            self._session.tell(
                _("Not read yet, so left out: {left} of the selected cases. Press F5 again for them.").format(
                    left=left
                )
            )

    def remove_case(self) -> None:
        """Hide the open case; it can be brought back at once."""
        if (image_id := self.review.image_id) is None:
            return
        code = self.review.view.case.patient.code if self.review.view else ""
        self.work_list.forget(image_id)
        self.review.close_case()
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: remove_case(services, image_id),
            done=lambda _changes: self._offer_restoring(image_id, code),
        )

    def show_move(self) -> None:
        """Offer to file the selected images, or the open one, elsewhere."""
        self._store_what_is_open()
        images = self.work_list.selected_images()
        if not images and self.review.image_id is not None:
            images = [self.review.image_id]
        if images:
            self.dialogs.show_move(self.work_list.patients.moves, images)

    def show_tags(self) -> None:
        """Put tags on the selected cases, or the open one, and say who is to decide them."""
        self.dialogs.show_tags(self._selection_or_open_case())

    def assign_to_me(self) -> None:
        """Say that the person at the workstation is to decide the selected cases, or the open one."""
        selection, user = self._selection_or_open_case(), self._session.user
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: assign_cases(services, cases_at_once(services, selection), user),
        )

    def _selection_or_open_case(self) -> CaseSelection:
        opened = self.review.image_id
        if self.work_list.selected_count or opened is None:
            return self.work_list.selection
        return CaseSelection((opened,))

    def show_by_patient(self) -> None:
        """Show the cases under their patients and lesions, or in a list again."""
        self.panes.bring_back(Pane.LIST)
        self.work_list.show_by_patient(not self.work_list.is_by_patient)

    def show_removed(self) -> None:
        """Show the cases that were removed from the work list."""
        dialog = self.dialogs.show_removed()
        dialog.restored.connect(lambda image_id: self.work_list.choose(ImageId(image_id)))

    def calibrate_with_ruler(self) -> None:
        """Let the person draw a line of known length."""
        self.canvas.tools.set_tool(RULER.name)
        self._is_calibrating = True
        self._session.tell(_("Draw a line of known length on the image, for example along a ruler's marks."))

    def _connect(self) -> None:
        self._is_calibrating = False
        self.work_list.case_chosen.connect(self._open)
        self.review.view_changed.connect(self._show_view)
        self.review.opened.connect(self._offer_overlays)
        self.boundary_review.moved_to.connect(lambda image_id: self.work_list.choose(ImageId(image_id)))
        self.lesion_images.image_chosen.connect(lambda image_id: self.work_list.choose(ImageId(image_id)))
        self.panels.history.undo_requested.connect(
            lambda move_id: self.work_list.patients.moves.undo(MoveId(move_id))
        )
        self.clicks.asked.connect(self.correction.wait_for_refiner)
        self.correction.questioned.connect(self._ask_about_mask)
        self.correction.left_unsigned.connect(self._tell_of_unsigned_mask)
        self.panels.score.predict_requested.connect(self.review.predict)
        self.panels.score.score_anyway_requested.connect(self.review.score_anyway)
        self.panels.decision.next_wanted.connect(self._record_by_key)
        self.panels.decision.keys_left.connect(self.focus_image)
        self.panels.history.revert_requested.connect(self.review.revert_to)
        self.panels.measurements.calibrate_requested.connect(self.calibrate_with_ruler)
        self.panels.measurements.scale_search_requested.connect(self.printed_scales.start)
        self.printed_scales.found.connect(self._ask_about_ticks)
        self.printed_scales.drawing_wanted.connect(self.calibrate_with_ruler)
        self.canvas.tools.distance_drawn.connect(self._take_distance)
        self.panels.asked_for.connect(lambda: self.panes.bring_back(Pane.PANELS))
        self.panels.measurements.scale.profiles_requested.connect(self.show_device_profiles)
        self.panels.patient.lesion.body_map_requested.connect(self.show_body_map)
        self.importing.imported.connect(self._show_import)
        self.importing.arrived.connect(self._tell_arrived)
        self.panels.patient.left_unstored.connect(self._announce_leftovers)
        self.canvas.editor.problem_noticed.connect(self._session.warn)
        self._preferences.changed.connect(self._follow_preferences)
        self._connect_lesions()

    def _connect_lesions(self) -> None:
        card = self.panels.measurements.lesions
        self.lesions.changed.connect(card.show_lesions)
        self.lesions.changed.connect(lambda _listed: self._show_threshold())
        card.taken.connect(self.lesions.take)
        card.add_requested.connect(self.add_lesion)
        card.removal_requested.connect(self.lesions.remove)
        card.interest_requested.connect(self.lesions.choose_of_interest)
        card.joining_requested.connect(self.lesions.join)
        card.separating_requested.connect(lambda: self.take_tool(SEPARATE.name))
        card.taking_back_requested.connect(self.lesions.take_back)
        card.named.connect(self.lesions.name)

    def add_lesion(self) -> None:
        """Add a lesion to the open image and go on at the image."""
        self.lesions.add()
        self.focus_image()

    def _show_threshold(self) -> None:
        """Offer the threshold of the predicted boundary to the lesion that it outlines, and to no other."""
        view = self.review.view
        boundary = view.case.boundary if view is not None else None
        is_predicted = boundary is not None and self.correction.lesion == FIRST_LESION
        threshold = boundary.model.threshold if boundary is not None and is_predicted else None
        self.workbench.options.show_threshold(threshold)

    def _take_up(self, image_ids: tuple[ImageId, ...]) -> None:
        if image_ids:
            self.work_list.choose(image_ids[-1])

    def _open(self, image_id: str) -> None:
        self.panels.finish_edits()
        self.review.open(ImageId(image_id))

    def _show_view(self, view: CaseView | None) -> None:
        self.outlines.show_view(view)
        self.panels.show_view(view)
        self.explanation.show_view(view)
        self.why.show_view(view)
        self.reading_evidence.show_view(view)
        self.lesion_images.show_view(view)
        self._show_threshold()

    def _ask_about_mask(self, mask: UnsignedMask) -> None:
        self.dialogs.ask_about_mask(mask.issue, mask.sign)

    def _tell_of_unsigned_mask(self, mask: UnsignedMask) -> None:
        """Say that an implausible mask is not stored, with the way to look at it, or to store it."""
        if mask.image_id == self.work_list.chosen:
            said = _("It is not saved as a revision; the drawing is kept.")
            self._session.warn(f"{mask.issue} {said}", _("Save it as it is"), mask.sign)
        else:
            said = _("The correction of the case you left is not saved as a revision; its drawing is kept.")
            self._session.warn(
                f"{mask.issue} {said}", _("Go back"), lambda: self.work_list.choose(mask.image_id)
            )

    def _announce_leftovers(self, image_id: str, sentence: str) -> None:
        """Say what a case that was left has in its form and not in the store, with the way back."""
        self._session.warn(sentence, _("Go back"), lambda: self._go_back(ImageId(image_id)))

    def _go_back(self, image_id: ImageId) -> None:
        self.panels.turn_to("Patient")
        self.work_list.choose(image_id)

    def _offer_overlays(self, _image_id: str) -> None:
        """Ask the engines once, when the first case is open, so that the start does not wait for them."""
        self.review.opened.disconnect(self._offer_overlays)
        self.explanation.offer_overlays()

    def _take_distance(self, distance_px: float) -> None:
        """Ask how long the drawn line is, when a scale is being set."""
        if not self._is_calibrating:
            return
        if distance_px < 1:
            self._session.warn(_("The line is shorter than a pixel. Draw a longer one for the scale."))
            return
        self._is_calibrating = False
        self._ask_for_scale(drawn_line(distance_px)).search_requested.connect(self.printed_scales.start)

    def _ask_about_ticks(self, scale: PrintedScale) -> None:
        """Mark the ticks of a printed scale on the image until the person has said what they are."""
        self._is_calibrating = False
        self.canvas.tools.show_at_rest(TicksPreview(scale.ticks_xy, scale.across_xy))
        dialog = self._ask_for_scale(printed_ticks(scale))
        dialog.finished.connect(lambda _result: self.canvas.tools.show_at_rest(None))

    def _ask_for_scale(self, known: KnownDistance) -> ScaleDialog:
        drawn_on, dialog = self.review.image_id, self.dialogs.show_scale(known)

        def calibrate() -> None:
            if self.review.image_id == drawn_on:
                self.edits.calibrate(dialog.calibration)
            else:
                self._session.warn(_("Another case was opened meanwhile, so no scale was set."))

        dialog.accepted.connect(calibrate)
        return dialog

    def _show_import(self, report: ImportReport) -> None:
        """Tell what was imported; an open case stays open, because somebody is at work on it."""
        first = report.imported[0] if report.imported else None
        is_at_work = self.work_list.chosen is not None
        if first is not None and not is_at_work:
            self.work_list.choose(first)
        if report.kept_apart:
            self.dialogs.show_who_is_who()
        if report.refused or report.notices:
            self._show_refused(report)
        elif first is not None and is_at_work:
            self._session.tell(
                import_words(report), _("Open the first one"), lambda: self.work_list.choose(first)
            )
        elif first is not None:
            self._session.tell(import_words(report))
        else:
            self._session.tell(
                _("There was no image to import."), _("Import another folder…"), self.choose_folder
            )

    def _tell_arrived(self, report: ImportReport) -> None:
        """Tell in passing what came through the watched folder; nobody is at the files just now."""
        if report.kept_apart:
            self._session.warn(import_words(report), _("Who is who…"), self.dialogs.show_who_is_who)
        elif report.refused or report.notices:
            self._session.warn(import_words(report), _("Show"), lambda: self._show_refused(report))
        elif report.imported:
            first = report.imported[0]
            self._session.tell(
                import_words(report), _("Open the first one"), lambda: self.work_list.choose(first)
            )

    def _show_refused(self, report: ImportReport) -> None:
        dialog = RefusedDialog(report, self.window)
        dialog.damaged_wanted.connect(lambda paths: self.importing.start(paths, takes_damaged=True))
        self.dialogs.open(dialog)

    def _show_identity_questions(self, identity_questions: tuple[OpenIdentityQuestion, ...]) -> None:
        if identity_questions:
            sentence = ngettext(
                "{count} question is open about patients of one number whose values contradict.",
                "{count} questions are open about patients of one number whose values contradict.",
                len(identity_questions),
            )
            self._session.tell(
                sentence.format(count=len(identity_questions)),
                _("Look at them"),
                self.dialogs.show_who_is_who,
            )

    def _offer_restoring(self, image_id: ImageId, code: str) -> None:
        def restore() -> None:
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: restore_case(services, image_id),
                done=lambda _changes: self.work_list.choose(image_id),
            )

        self._session.tell(
            _("The case of {code} was removed from the work list.").format(code=code),
            _("Bring it back"),
            restore,
        )

    @property
    def own_keys(self) -> OwnKeys:
        """Return the keys that the person chose for actions."""
        return self._preferences.settings.shortcuts

    def _follow_preferences(self, _settings: object) -> None:
        settings = self._preferences.settings
        self.own_keys_changed.emit(settings.shortcuts)
        self.view_aid_menu.show_keys(settings.shortcuts)
        self._theme.choose(ThemeChoice(settings.theme))
        self.panels.score.show_prevalence(settings.prevalence_percent)
        self.canvas.input.pen.is_pressure_used = settings.pen_pressure
        self.panels.decision.set_favourites(settings.favourite_diagnoses)
        self._session.set_due(due_days(settings))
        self.work_list.view.viewport().update()
        self.watched_folder.watch(settings.watched_folder)
        if settings.user_name:
            self._session.set_user(settings.user_name)

    def _store_what_is_open(self) -> None:
        """Store what is drawn and entered, because something else begins that builds on it."""
        self.correction.save_unasked()
        self.panels.finish_edits()

    def _last_folder(self) -> str:
        return self._preferences.remembered_text("import_folder") or str(Path.home())
