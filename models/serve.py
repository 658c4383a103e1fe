"""The model server: ``python -m models.serve`` holds torch and answers one request at a time over its pipes.

Requests and answers are ``models.contract.messages``. Models are read from folders with a card and
safetensors weights; weights that do not fit the card's network are refused. Hashes are not compared here:
whoever asks has taken the folder from the model shelf, which compares them.
"""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import torch
from torch import nn

from models.contract.errors import ContractError, ModelRefusedError
from models.contract.lesion.diagnoses import DIAGNOSIS_LOGITS
from models.contract.messages import AnyArray, ConnectionLostError, Message, receive, send
from models.contract.shelf.card import read_card
from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from models.nets.cuda_graphs import Recorded
from models.nets.overlays import OVERLAYS, overlays_of
from models.nets.pretrained import in_fastest_layout
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.segmentation.outliner import Outliner
from models.nets.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger("models.serve")


class ModelServer:
    """Keeps loaded networks by folder and answers requests."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._network_by_folder: dict[str, nn.Module] = {}
        self._recorded_by_folder: dict[str, Recorded[Any]] = {}
        self._answer_by_verb: dict[str, Callable[[Message], dict[str, AnyArray]]] = {
            "segment": self._segment,
            "classify": self._classify,
            "explain": self._explain,
            "refine": self._refine,
        }

    def answer(self, request: Message) -> Message:
        """Return the answer to one request; a failure becomes a sentence, not an exception."""
        try:
            return Message({}, self._answer_by_verb[request.values["verb"]](request))
        except ContractError as error:
            return Message({"error": str(error)})
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            return Message({"error": "There is not enough graphics memory for this image."})

    def _network(self, request: Message) -> nn.Module:
        folder = str(request.values["folder"])
        if folder not in self._network_by_folder:
            # A network loaded in inference mode could never explain itself by gradients afterwards.
            with torch.inference_mode(mode=False):
                self._network_by_folder[folder] = _loaded(Path(folder)).to(self._device)
        return self._network_by_folder[folder]

    def _recorded(self, request: Message, function: "Callable[..., Any]") -> Recorded[Any]:
        """Return what answers images of the requested model; each model answers in one way only."""
        return self._recorded_by_folder.setdefault(str(request.values["folder"]), Recorded(function))

    def _tensor(self, request: Message, name: str) -> torch.Tensor:
        return torch.from_numpy(np.array(request.arrays[name])).to(self._device)

    @torch.inference_mode()
    def _segment(self, request: Message) -> dict[str, AnyArray]:
        network = self._network(request)
        if not isinstance(network, Outliner):
            raise ModelRefusedError("This model outlines no lesion by itself.")
        answers = self._recorded(request, network.answers)(self._tensor(request, "images"))
        pairs = zip(network.answer_names, answers, strict=True)
        return {name: answer.float().cpu().numpy() for name, answer in pairs}

    @torch.inference_mode()
    def _classify(self, request: Message) -> dict[str, AnyArray]:
        network = self._score_network(request)
        logits, maps = self._recorded(request, network.maps)(*self._batch(request))
        if network.tells_diagnoses:
            maps = {DIAGNOSIS_LOGITS: logits[:, 1:], **maps}
        by_name = {name: each.float().cpu().numpy() for name, each in maps.items()}
        return {"logits": logits[:, 0].float().cpu().numpy(), **by_name}

    @torch.inference_mode()
    def _refine(self, request: Message) -> dict[str, AnyArray]:
        network = self._network(request)
        if not isinstance(network, ClickRefiner):
            raise ModelRefusedError("This model redraws no boundary from clicks.")
        tensors = [self._tensor(request, name) for name in ("images", "guidance")]
        return {"logits": self._recorded(request, network)(*tensors).float().cpu().numpy()}

    def _explain(self, request: Message) -> dict[str, AnyArray]:
        network, name = self._network(request), request.values["overlay"]
        overlay = next((each for each in OVERLAYS if each.name == name), None)
        if overlay is None:
            raise ModelRefusedError(f"There is no overlay called '{name}'.")
        if name not in overlays_of(network):
            raise ModelRefusedError(
                f"This model cannot show the overlay '{name}'; it has {', '.join(overlays_of(network))}."
            )
        is_score = isinstance(network, ScoreNetwork)
        batch = self._batch(request) if is_score else (self._tensor(request, "images"),)
        maps = overlay.compute(network, *batch)
        return {"maps": maps.detach().float().cpu().numpy()}

    def _score_network(self, request: Message) -> ScoreNetwork:
        network = self._network(request)
        if not isinstance(network, ScoreNetwork):
            raise ModelRefusedError("This model outlines lesions; it gives no score.")
        return network

    def _batch(self, request: Message) -> tuple[torch.Tensor, ...]:
        return tuple(self._tensor(request, name) for name in ("images", "numeric", "categorical"))


def _loaded(folder: Path) -> nn.Module:
    card = read_card(folder)
    network = build(card.architecture, **card.architecture_arguments)
    load_weights(network, folder)
    return in_fastest_layout(network.eval())


def _device() -> tuple[torch.device, str]:
    if torch.cuda.is_available():
        return torch.device("cuda"), f"CUDA: {torch.cuda.get_device_name()}"
    threads = torch.get_num_threads()
    unit = "thread" if threads == 1 else "threads"
    return torch.device("cpu"), f"CPU, {threads} {unit}, compiled scan"


def main() -> int:
    """Greet, then answer until the pipe closes."""
    requests: BinaryIO = sys.stdin.buffer
    # A library's stray print must not land among the messages: keep the real pipe, point stdout to stderr.
    answers: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    device, provider = _device()
    server = ModelServer(device)
    greeting: dict[str, Any] = {"provider": provider, "overlays": [overlay.name for overlay in OVERLAYS]}
    try:
        send(answers, Message(greeting))
        while True:
            send(answers, server.answer(receive(requests)))
    except ConnectionLostError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
