#!/usr/bin/env python3
"""Set everything up and run it, with nothing but Python 3.11 or newer and pip.

    python3 run.py [OPTIONS]         set up, then `promptreel serve OPTIONS`
    python3 run.py test [OPTIONS]    set up with the tools for tests, then `pytest OPTIONS`
    python3 run.py COMMAND ...       set up, then any other promptreel command

The first run makes `.venv` here and installs the locked requirements into it; later ones start at once.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who have an older one
    sys.exit(f"promptreel needs Python 3.11 or newer; this is Python {sys.version_info[0]}.{sys.version_info[1]}")

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "promptreel-installed.json"


def main() -> None:
    """Set up what is missing, then become the program that was asked for."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return
    if arguments[:1] == ["test"]:
        set_up("dev")
        run(["-m", "pytest", *arguments[1:]], HOME)
    set_up("base")
    command = arguments if arguments and not arguments[0].startswith("-") else ["serve", *arguments]
    run(["-m", "promptreel", *command], None)


def set_up(kind: str) -> None:
    """Make the environment, and install what the requirement file of that kind lists, unless that was done before."""
    wanted = {name: fingerprint(name) for name in ("base", "dev")}
    installed = read_stamp()
    if installed.get(kind) == wanted[kind] and PYTHON.exists():
        return
    began = time.monotonic()
    say("Setting up in .venv (only the first time) ...")
    make_environment()
    STAMP.unlink(missing_ok=True)
    pip("install", "--requirement", str(HOME / "requirements" / f"{kind}.txt"))
    pip("install", "--no-deps", "--editable", str(HOME))
    # What the tests need includes all that running needs.
    done = wanted if kind == "dev" else {"base": wanted["base"]}
    STAMP.write_text(json.dumps(done))
    say(f"Set up in {time.monotonic() - began:.0f} s.")


def fingerprint(kind: str) -> str:
    """What the installation depends on, in short."""
    files = (HOME / "requirements" / f"{kind}.txt", HOME / "pyproject.toml")
    # The folder too: the package is installed by reference to it.
    told = [str(HOME).encode(), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"\0".join(told)).hexdigest()


def read_stamp() -> dict[str, str]:
    """What was installed; nothing where that was not finished."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def make_environment() -> None:
    """A virtual environment; some systems ship Python without the part that puts pip into it, then pip works from outside."""
    if PYTHON.exists() and quietly([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    if quietly([sys.executable, "-m", "venv", str(ENVIRONMENT)]):
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    if not quietly([sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT)]):
        sys.exit("promptreel: no virtual environment can be made here; is Python's venv module installed?")


def pip(*arguments: str) -> None:
    """Run pip for the environment: its own, or that of the Python which runs us."""
    inside = [str(PYTHON), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    command = inside if quietly([*inside, "--version"]) else outside
    if command is outside and not quietly([*outside, "--version"]):
        sys.exit("promptreel: pip is missing; install it (python3-pip, or python3-venv) and run this again")
    if subprocess.run([*command, *arguments, "--quiet", "--disable-pip-version-check"], check=False).returncode:
        sys.exit("promptreel: the installation failed; the lines above say why")


def quietly(command: list[str]) -> bool:
    """Whether a command succeeds, whatever it says."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def run(arguments: list[str], folder: Path | None) -> None:
    """Become that program, or where a process cannot do so, run it and end as it ends."""
    command = [str(PYTHON), *arguments]
    if folder is not None:
        os.chdir(folder)
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    sys.exit(subprocess.run(command, check=False).returncode)


def say(line: str) -> None:
    """Tell the user, apart from what the program itself prints."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
