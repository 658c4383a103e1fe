"""Measures how often a printed scale is found in images, and draws what was found to be looked at."""

import sys

from training.experiments.measure_printed_scales import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
