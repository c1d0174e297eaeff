"""schemathesis over both documents with every check on: what they say and what the server does are the same thing."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import MakeAccount
from .conftest import Live
from .schemathesis_hooks import file

EXAMPLES = 10
HEADERS = {"prompttovideo": "Authorization", "popvid": "X-API-Key"}


@pytest.mark.slow
@pytest.mark.parametrize("dialect", list(HEADERS))
async def test_the_document_is_true(live: Live, make_account: MakeAccount, dialect: str, tmp_path: Path) -> None:
    async def fetch_picture(url: str) -> bytes:
        """There is no network in a test."""
        return file.getvalue()

    live.runtime.fetch_picture = fetch_picture  # type: ignore[method-assign]
    # Hundreds of calls and many videos: an account that runs out of neither.
    _, token = await make_account(tier="enterprise", credits=10**9)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file",
        str(Path(__file__).with_name("schemathesis.toml")), "run", f"{live.url}/openapi/{dialect}.json",
        "--checks", "all", "--mode", "all", "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", str(EXAMPLES), "--seed", "1", "--header", f"{HEADERS[dialect]}: Bearer {token}",
        # The contract refuses NUL, and a JSON schema cannot.
        "--generation-allow-x00", "false", "--suppress-health-check", "all", "--generation-database", "none",
        "--warnings", "off", "--no-color",
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(Path(__file__).parent)}
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
