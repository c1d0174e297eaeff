"""Logs: structured, on standard error, set up once per process."""

import logging
import sys

import structlog

from promptreel.settings import Settings


def set_up_logging(settings: Settings) -> None:
    """Send our log and that of the libraries to standard error, as text or as JSON."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), format="%(name)s: %(message)s", stream=sys.stderr, force=True
    )
    # Procrastinate tells of every job it runs with its arguments; our own worker tells what matters.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL if level > logging.DEBUG else logging.DEBUG)
