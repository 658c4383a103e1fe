"""Measures boosted trees on metadata and lesion measurements: the baseline a score model has to beat."""

import sys

from training.experiments.baseline_trees import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
