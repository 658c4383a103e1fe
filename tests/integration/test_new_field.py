"""What a new field costs: its dataclass, its description, its column and a migration; the score, one more.

The files are patched in a copy of the application, which then runs in a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.storage.migrate import CURRENT

ROOT = Path(__file__).resolve().parents[2]

MIGRATION = f'''
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{CURRENT.head}", None, None
def upgrade():
    op.add_column("patient", sa.Column("height_cm", sa.Float()))
    op.add_column("patient", sa.Column("is_immunosuppressed", sa.Boolean()))
    op.add_column("patient", sa.Column("occupation", sa.String(), nullable=False, server_default=""))
'''

DESCRIPTION = """FIELDS: Final[tuple[CaseField, ...]] = (
    CaseField(
        Patient,
        "height_cm",
        "Height",
        Number(lambda text, _today: float(text.removesuffix("cm")) if text else None, "cm"),
        "naevus_height_cm",
        model_input="height_cm",
    ),
    CaseField(Patient, "is_immunosuppressed", "Immunosuppressed", YesNo(), "naevus_is_immunosuppressed"),
    CaseField(Patient, "occupation", "Occupation", Text(), "naevus_occupation", identifies=True),
"""

NOBODY_COMPUTES_WITH = {
    "app/domain/people/patient.py": (
        '    birthday: str = ""\n',
        '    birthday: str = ""\n    height_cm: float | None = None\n'
        '    is_immunosuppressed: bool | None = None\n    occupation: str = ""\n',
    ),
    "app/domain/fields.py": ("FIELDS: Final[tuple[CaseField, ...]] = (\n", DESCRIPTION),
    "app/storage/rows.py": (
        "    birthday: Mapped[str]\n",
        "    birthday: Mapped[str]\n    height_cm: Mapped[float | None]\n"
        "    is_immunosuppressed: Mapped[bool | None]\n    occupation: Mapped[str]\n",
    ),
}
"""By file: what is replaced by what. With the migration, which is a new file, four files."""

THE_SCORE_READS = {
    "models/contract/lesion/tabular.py": (
        '    InputFeature("age_approx", "age", Origin.METADATA),\n',
        '    InputFeature("age_approx", "age", Origin.METADATA),\n'
        '    InputFeature("height_cm", "height", Origin.METADATA),\n',
    )
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return what the patched application makes of three new fields."""
    copy = tmp_path_factory.mktemp("patched")
    for package in ("app", "models"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new) in (NOBODY_COMPUTES_WITH | THE_SCORE_READS).items():
        text = (copy / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    versions = copy / "app" / "storage" / "migrations" / "versions"
    (versions / "r9999_new_fields.py").write_text(MIGRATION, encoding="utf-8")
    paths = os.pathsep.join((str(copy), str(ROOT)))
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "integration" / "new_field_program.py"), str(copy)],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "QT_QPA_PLATFORM": "offscreen"},
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: Mapping[str, Any] = json.loads(done.stdout)
    return said


pytestmark = pytest.mark.slow


def test_a_new_field_is_stored_and_told_of_in_the_history(found: Mapping[str, Any]) -> None:
    assert found["stored"] == {
        "height_cm": 171.0,
        "is_immunosuppressed": True,
        "occupation": "canary breeder",
    }
    height, immunosuppressed = "height: not known → 171", "immunosuppressed: not known → yes"
    occupation = "occupation: not known → canary breeder"
    assert found["history"] == [["Patient edited", f"{height}\n{immunosuppressed}\n{occupation}"]]


def test_a_new_field_is_in_form_table_and_report(found: Mapping[str, Any]) -> None:
    assert found["form"] == ["Height", "Immunosuppressed", "Occupation"]
    assert found["table"]["cells"] == {
        "naevus_height_cm": 171.0,
        "naevus_is_immunosuppressed": True,
        "naevus_occupation": "canary breeder",
    }
    assert set(found["table"]["columns"]) == found["table"]["cells"].keys()
    for words in ("Height 171 cm", "Immunosuppressed yes", "Occupation canary breeder"):
        assert words in found["table"]["report"]


def test_a_new_field_that_identifies_stays_out_when_deidentified(found: Mapping[str, Any]) -> None:
    assert found["deidentified"]["columns"] == ["naevus_height_cm", "naevus_is_immunosuppressed"]
    assert found["deidentified"]["cells"] == {"naevus_height_cm": 171.0, "naevus_is_immunosuppressed": True}
    assert "canary" not in found["deidentified"]["report"]
    assert "Occupation left out" in found["deidentified"]["report"]


def test_a_new_field_that_the_score_reads_outdates_it_and_is_given_to_the_model(
    found: Mapping[str, Any],
) -> None:
    assert found["outdates"]
    assert found["cause"] == ["height changed"]
    assert found["model_is_given"] == "[nan, 171.0]"
