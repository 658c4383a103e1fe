"""Measures two models of one task on the same images of val, with an interval of their difference."""

import sys

from training.experiments.paired_difference import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
