"""``python -m training <run folder>``: the process that carries out one run."""

import sys
from pathlib import Path

from training.contract.run_folder import RunFolder, RunFolderError


def main() -> int:
    """Carry out the run in the folder named on the command line."""
    from training.engine.run import run

    try:
        ending = run(RunFolder(Path(sys.argv[1])))
    except RunFolderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return int(ending.kind == "run_failed")


if __name__ == "__main__":
    sys.exit(main())
