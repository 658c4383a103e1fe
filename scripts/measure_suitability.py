"""Measures how often a boundary model refuses pictures of other things, and lesions."""

import sys

from training.experiments.measure_suitability import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
