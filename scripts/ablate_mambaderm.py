"""Measures what the VMamba layers and the gate of `mambaderm_efficient` are worth."""

import sys

from training.experiments.ablate_mambaderm import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
