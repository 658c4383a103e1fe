"""Trains every architecture with one recipe and one budget; `naevus models compare` compares them."""

import sys

from training.experiments.train_comparison import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
