"""Puts the sources of the shipped models together in one data folder; run it before training them."""

import sys

from training.experiments.assemble_training_data import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
