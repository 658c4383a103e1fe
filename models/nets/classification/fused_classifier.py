"""A classifier that gates local and global evidence of the image and adds metadata: the half both have."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from models.nets.classification.fusion import ContextAlone, LocalGlobalGate, MetadataFusion, ScoreHead
from models.nets.classification.score_network import ScoreNetwork, Seen
from models.nets.explainable import Cut
from models.nets.layers.tabular_encoder import TabularEncoder


class ImageEvidence(NamedTuple):
    """What the image alone says, before metadata: two views of the same grid, (B, h, w, C) each."""

    local: Tensor
    context: Tensor


class ExplainedLogits(NamedTuple):
    """A score with what the network saw on its h x w grid (14 x 14 for a 224 px image)."""

    logits: Tensor
    """(B, classes) float32."""
    gate: Tensor
    """(B, h, w) in [0, 1]: 1 is local evidence of the convolutions, 0 is context of the scans."""
    hidden_attention: Tensor
    """(B, h, w), not negative: how much of the last scan's output each token feeds."""
    local_tokens: Tensor
    """(B, h, w, C) tokens before any context."""
    fused_tokens: Tensor
    """(B, h * w, C) tokens the score is read from."""


class FusedClassifier(ScoreNetwork):
    """Gate, metadata fusion and head over the evidence of an image; what makes that evidence comes on top."""

    reads_table: ClassVar[bool] = True

    table: TabularEncoder
    gate: LocalGlobalGate | ContextAlone
    fusion: MetadataFusion
    head: ScoreHead

    def forward(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
        """Return the malignancy logit, (B, classes) float32.

        Args:
            images: (B, 3, S, S) float32, ImageNet-normalised.
            numeric: (B, 35) float32 in raw units; NaN is missing.
            categorical: (B, 6) int64; 0 is missing.
        """
        return self.seen(images, numeric, categorical).logits

    def for_tables(self, images: Tensor, tables: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Return the logits beside each table; what the image alone says is computed once."""
        tokens = self.image_tokens(images)
        return tuple(self._scored(tokens, self.table(*table)) for table in tables)

    def image_tokens(self, images: Tensor) -> Tensor:
        """Return what the image alone says, local and global evidence gated, (B, h * w, C)."""
        evidence = self.evidence(images)
        return self.gated(evidence, self.gate(*evidence))

    def _scored(self, image_tokens: Tensor, table_tokens: Tensor) -> Tensor:
        logits: Tensor = self.head(self.fusion(image_tokens, table_tokens), table_tokens)
        return logits

    def seen(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> Seen:
        """Return the logits with local and context tokens, both without metadata; arguments as `forward`."""
        evidence = self.evidence(images)
        table = self.table(numeric, categorical)
        fused = self.fusion(self.gated(evidence, self.gate(*evidence)), table)
        read = self.head.read(fused, table)
        return Seen(self.head.score(read), *evidence, read)

    def forward_explained(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> ExplainedLogits:
        """Return the logit with the gate and the hidden attention behind it; arguments as `forward`."""
        evidence, attention = self.attentive_evidence(images)
        gate = self.gate(*evidence)
        table = self.table(numeric, categorical)
        fused = self.fusion(self.gated(evidence, gate), table)
        return ExplainedLogits(self.head(fused, table), gate.mean(dim=-1), attention, evidence.local, fused)

    def maps(self, images: Tensor, numeric: Tensor, categorical: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logits with gate and hidden attention, as far as the network has them."""
        explained = self.forward_explained(images, numeric, categorical)
        found = {"gate": explained.gate, "hidden_attention": explained.hidden_attention}
        return explained.logits, {name: found[name] for name in self.graph_maps}

    def cut(self, images: Tensor, *table: Tensor) -> Cut:
        """Cut before the gate and the scans of its grid; metadata are held as they are."""
        with torch.no_grad():
            sources, tokens = self.found(images), self.table(*table)

        def answer(replaced: Sequence[Tensor]) -> Tensor:
            evidence = self.evidence_from(*replaced)
            return self._scored(self.gated(evidence, self.gate(*evidence)), tokens)[:, 0]

        return Cut(sources, answer)

    def late_cut(self, images: Tensor, *table: Tensor) -> Cut:
        """Cut at the fused tokens, (B, h, w, C), which the score is read from."""
        with torch.no_grad():
            evidence, tokens = self.evidence(images), self.table(*table)
            fused = self.fusion(self.gated(evidence, self.gate(*evidence)), tokens)

        def answer(replaced: Sequence[Tensor]) -> Tensor:
            logits: Tensor = self.head(replaced[0].flatten(1, 2), tokens)
            return logits[:, 0]

        return Cut((fused.view(evidence.local.shape),), answer)

    @property
    def graph_maps(self) -> tuple[str, ...]:
        """Gate and hidden attention, as far as the network has them."""
        gate = ("gate",) if self.has_gate else ()
        return (*gate, "hidden_attention") if self.has_scans else gate

    @property
    def has_gate(self) -> bool:
        """Whether a gate chooses between local and global evidence."""
        return isinstance(self.gate, LocalGlobalGate)

    @property
    def has_scans(self) -> bool:
        """Whether scans make the global evidence."""
        return True

    @property
    def token_widths(self) -> tuple[int, int]:
        """Local and context tokens have one width."""
        width = self.head.reduce.out_features
        return width, width

    @property
    def last_layer(self) -> nn.Linear:
        """The head's last map."""
        return self.head.score

    def evidence(self, images: Tensor) -> ImageEvidence:
        """Return local tokens and their version with context from the whole image, (B, h, w, C) each."""
        return self.evidence_from(*self.found(images))

    @abstractmethod
    def found(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what is found on the image before the scans of the last grid, (B, h, w, C) each."""

    @abstractmethod
    def evidence_from(self, *found: Tensor) -> ImageEvidence:
        """Return the evidence made of what was found."""

    @abstractmethod
    def attentive_evidence(self, images: Tensor) -> tuple[ImageEvidence, Tensor]:
        """Return the evidence, and the attention (B, h, w) hidden in the last scan that made it."""

    @staticmethod
    def gated(evidence: ImageEvidence, gate: Tensor) -> Tensor:
        """Mix the two views by the gate and flatten the grid row by row, (B, h * w, C)."""
        mixed = gate * evidence.local + (1.0 - gate) * evidence.context
        return mixed.flatten(1, 2)
