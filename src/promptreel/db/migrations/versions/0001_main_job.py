"""The main job: Procrastinate's tables, then ours."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make everything. Both files hold many statements, which the driver sends whole when nothing is bound to them."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())
    connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
