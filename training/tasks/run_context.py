"""What all parts of a run read: its plan, its data and its base model, each read once and handed on."""

from dataclasses import dataclass
from functools import cached_property

from training.contract.checked_data import CheckedData
from training.contract.data_set import DataSetError, Sample, Split, read_manifest
from training.contract.fine_tuning import FineTuning
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.contract.snapshot import SnapshotError
from training.inputs.planned_split import planned_split
from training.tasks.loaded_model import PublishedModel


@dataclass(frozen=True)
class RunContext:
    """A run's plan with the data it names and, read when first asked for, the model it starts from."""

    folder: RunFolder
    plan: TrainingPlan
    data: CheckedData
    split: Split

    @staticmethod
    def read(folder: RunFolder) -> "RunContext":
        """Read what the plan in ``folder`` names.

        Raises:
            RunFolderError: there is no usable plan.
            DataSetError: the data cannot be used.
        """
        return RunContext.of(folder, folder.plan())

    @staticmethod
    def of(folder: RunFolder, plan: TrainingPlan) -> "RunContext":
        """Read what a plan names; raises DataSetError if the data cannot be used."""
        # Where the plan names a snapshot, nothing else and no changed one will do.
        named = None if plan.fine_tuning is None else plan.fine_tuning.snapshot_manifest_sha256
        data = CheckedData.read(plan.data_dir, as_snapshot=named is not None)
        if data.snapshot is not None and named not in (None, data.manifest_sha256):
            raise SnapshotError(f"The snapshot {data.snapshot.id} was changed since the run was planned.")
        return RunContext(folder, plan, data, planned_split(plan, data.samples))

    @property
    def fine_tuning(self) -> FineTuning:
        """The fine-tuning part of a plan that has one; raises DataSetError if it has none."""
        if self.plan.fine_tuning is None:
            raise DataSetError("The plan says nothing about the model to start from.")
        return self.plan.fine_tuning

    @cached_property
    def base(self) -> PublishedModel:
        """The model that is fine-tuned, on the CPU; whoever moves or changes its network does so with a copy.

        Raises:
            DataSetError: the plan starts from no model.
            ContractError: card or weights cannot be used.
        """
        return PublishedModel.read(self.fine_tuning.base)

    @cached_property
    def teacher(self) -> PublishedModel:
        """The model whose answers are learned, on the CPU, with the weights that the run was planned with.

        Raises:
            DataSetError: the plan names no teacher, or its weights are others by now.
            ContractError: card or weights cannot be used.
        """
        distillation = self.plan.distillation
        if distillation is None:
            raise DataSetError("The plan names no teacher.")
        model = PublishedModel.verified(distillation.teacher)
        if model.card.weights_sha256 != distillation.teacher_weights_sha256:
            raise DataSetError(
                f"The teacher {model.card.reference} was changed since the run was planned; start a new run."
            )
        return model

    @cached_property
    def bundled(self) -> tuple[Sample, ...]:
        """The bundled images beside the corrections, of every split; none if the plan goes without them."""
        folder = self.fine_tuning.rehearsal
        return () if folder is None else read_manifest(folder)

    @property
    def rehearsal(self) -> tuple[Sample, ...]:
        """The bundled images that are shown again while training."""
        return tuple(sample for sample in self.bundled if sample.split == "train")
