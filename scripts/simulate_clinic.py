"""Simulates two clinics that fine-tune on their corrections: what it gains, and what it forgets."""

import sys

from app.domain.analysis.benefit import expected_benefit
from training.experiments.simulate_clinic import main

if __name__ == "__main__":
    # Training never imports the application, so the order of its work list is handed over here.
    sys.exit(main(sys.argv[1:], expected_benefit))
