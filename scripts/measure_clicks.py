"""Measures how many clicks a boundary takes with the refiner, GrabCut and the live wire."""

import sys

from training.experiments.measure_clicks import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
