"""The one reader of the environment and of `promptreel.toml`. Frozen once read.

Order: arguments, then `PROMPTREEL_*` in the environment, then `promptreel.toml` in the data folder, then the defaults.
"""

import os
import secrets
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from promptreel.engine_config import NAME, POOL, SCENES, CustomConfig, DiffusersConfig, EngineConfig, RemoteConfig
from promptreel.errors import EngineUnknown, FolderUnwritable, SettingInvalid
from promptreel.plans import TIERS


class Settings(BaseSettings):
    """Everything that an operator can set. Seconds, bytes and MiB as each name or comment says."""

    model_config = SettingsConfigDict(env_prefix="PROMPTREEL_", frozen=True, extra="forbid")

    data: Path = Path("promptreel-data")
    """The folder that holds the database, the files, the secrets and the caches of this installation."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = ""
    """Where callers reach this server, for the links in answers; empty: as each request addressed it."""

    database_url: str = ""
    """Any PostgreSQL 15 or newer; empty: the embedded one in the data folder."""

    database_pool: int = Field(8, ge=2, le=100)
    storage_url: str = ""
    """`s3://bucket/prefix`, `gs://…`, `az://…` or `file:///folder`; empty: `files` in the data folder."""

    secret: str = Field("", repr=False)
    """Signs links; empty: made once and kept in the data folder. Give the same to every machine of a cluster."""

    workers: int = Field(1, ge=0, le=64)
    """Render slots that `serve` and `worker` start, one process each."""

    engine: str = "scenes"
    """The engine of a request that names none."""

    engines: dict[str, EngineConfig] = Field(default_factory=dict, repr=False)
    """Engines besides the built-in one, by name: tables `[engines.NAME]` of `promptreel.toml`."""

    pools: dict[str, int] = Field(default_factory=dict)
    """Render slots that `serve` starts for further pools, by the pool's name."""

    engine_time_limit: float = Field(900, gt=0)
    """Seconds that one attempt may take; longer videos get proportionally more."""

    away_limit: float = Field(86_400, gt=0)
    """Seconds after which a video fails whose engine's servers are all away; until then it waits."""

    engine_memory_mib: int = Field(3072, ge=128)
    """Resident memory at which an engine process is ended."""

    heartbeat_interval: float = Field(1.0, gt=0)
    stalled_after: float = Field(5.0, gt=0)
    """Seconds without a heartbeat after which a worker counts as dead and its job runs again."""

    lease: float = Field(60.0, gt=0)
    """Seconds without progress after which a job of a live worker counts as lost and runs again."""

    max_attempts: int = Field(3, ge=1, le=20)
    max_pending: int = Field(100_000, ge=1)
    """Videos waiting ahead of a new one at which it is refused with 503."""

    quota_counts: Literal["all", "create"] = "all"
    link_ttl: int = Field(3600, ge=60)
    """Seconds that a link to a file works."""

    redirect_files: bool = False
    """Send who follows a link on to the cloud storage itself, instead of passing the bytes through this server."""

    fetch_allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that picture URLs may lead to although they are not public."""

    blocked_words: tuple[str, ...] = ()
    """A prompt with one of these words is refused."""

    showcase: bool = True
    """Whether this installation renders the films of its front page, once, when nobody waits for a video."""

    signup: Literal["open", "closed"] = "open"
    signup_credits: int = Field(25, ge=0, le=10**6)
    """Credits that a new account is given, once."""

    signup_tier: str = "free"

    mail_url: str = Field("", pattern=r"^(smtps?://.+)?$", repr=False)
    """`smtp://user:password@host:587` (STARTTLS) or `smtps://…`; empty: letters are printed on the server's console."""

    mail_from: str = ""
    """The sender of letters; empty: the user name of `mail_url` where that is an address."""

    oidc_issuer: str = Field("", pattern=r"^(https?://[^\s?#]+)?$")
    """An OpenID Connect issuer that people may sign in with; empty: none. Needs the extra `oidc`."""

    oidc_client_id: str = ""
    oidc_client_secret: str = Field("", repr=False)
    oidc_label: str = "OpenID Connect"
    """What the button calls the issuer."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = False
    metrics: bool = True
    """Whether `/metrics` answers."""

    trust_proxy: bool = False
    """Whether `X-Forwarded-*` is believed (only behind a proxy that sets them)."""

    @field_validator("engines", "pools")
    @classmethod
    def keys_are_names(cls, tables: dict[str, Any]) -> dict[str, Any]:
        """Errors: `ValueError` for a name that could not stand in an address or a folder."""
        for name in tables:
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name: 1 to 40 small letters, digits, dots and hyphens")
        return tables

    @field_validator("engines")
    @classmethod
    def scenes_is_built_in(cls, engines: dict[str, EngineConfig]) -> dict[str, EngineConfig]:
        """Errors: `ValueError` for another engine by the name of the one that is always there."""
        if (kind := engines.get("scenes", SCENES).kind) != SCENES.kind:
            raise ValueError(f"scenes.kind cannot be {kind!r}: scenes is the built-in engine; give yours another name")
        return engines

    @field_validator("pools")
    @classmethod
    def few_slots(cls, pools: dict[str, int]) -> dict[str, int]:
        """Errors: `ValueError`."""
        if POOL in pools or not all(1 <= slots <= 64 for slots in pools.values()):
            raise ValueError(f"1 to 64 slots each; the slots of {POOL!r} are the setting `workers`")
        return pools

    @field_validator("mail_url")
    @classmethod
    def links_lead_somewhere(cls, url: str, info: ValidationInfo) -> str:
        """Errors: `ValueError` without `public_url`: a stranger's `Host` header must not choose where a letter leads."""
        if url and not info.data.get("public_url"):
            raise ValueError("links in letters need public_url; set it, too")
        return url

    @field_validator("signup_tier")
    @classmethod
    def known_tier(cls, tier: str) -> str:
        """Errors: `ValueError` for a tier that there is not."""
        if tier not in TIERS:
            raise ValueError(f"there is no tier {tier!r}; there is: {', '.join(TIERS)}")
        return tier

    @model_validator(mode="after")
    def usual_engine_is_there(self) -> "Settings":
        """Errors: `ValueError`."""
        try:
            self.engine_config(self.engine)
        except EngineUnknown as error:
            raise ValueError(f"engine: {error.message}") from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, then the file in the data folder."""
        data = init_settings().get("data") or os.environ.get("PROMPTREEL_DATA") or cls.model_fields["data"].default
        toml = TomlConfigSettingsSource(settings_cls, Path(data) / "promptreel.toml")
        return init_settings, env_settings, toml

    @property
    def engine_names(self) -> tuple[str, ...]:
        """Every engine that a caller may name."""
        return tuple(dict.fromkeys(("scenes", *self.engines)))

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Every pool of slots that there may be work for."""
        return tuple(dict.fromkeys((POOL, *self.pools, *(config.pool for config in self.engines.values()))))

    def engines_of(self, pool: str) -> tuple[str, ...]:
        """The engines that run on the slots of a pool, the usual one first."""
        names = sorted(self.engine_names, key=lambda name: name != self.engine)
        return tuple(name for name in names if self.engine_config(name).pool == pool)

    def engine_memory(self, config: EngineConfig) -> int:
        """Resident MiB at which an engine's process is ended. Models go through the machine's memory to their card, and where
        that is small they stay there: they may take most of it.
        """
        if config.memory_mib is not None:
            return config.memory_mib
        if isinstance(config, DiffusersConfig):
            return int(0.9 * psutil.virtual_memory().total) >> 20
        return self.engine_memory_mib

    def engine_config(self, name: str) -> EngineConfig:
        """What is set for that engine, or for the class at `module:Class`. Errors: `EngineUnknown`."""
        config = self.engines.get(name)
        if isinstance(config, RemoteConfig) and config.workflow:
            # Named beside the table that names it.
            return config.model_copy(update={"workflow": str(self.data.absolute() / config.workflow)})
        if config:
            return config
        if name == "scenes":
            return SCENES
        if ":" in name:
            return CustomConfig(kind="custom", model=name)
        raise EngineUnknown(name=name, names=", ".join(sorted(self.engine_names)))

    @property
    def files_url(self) -> str:
        """Where files are kept, as a URL that `storage` opens."""
        return self.storage_url or (self.data.absolute() / "files").as_uri()

    @cached_property
    def signing_key(self) -> bytes:
        """The key that signs links: `secret`, or one made at the first use and kept in the data folder (mode 0600)."""
        if self.secret:
            return self.secret.encode()
        path = self.data / "secret"
        try:
            # Exclusive creation of a complete file: two processes that start together agree on one key.
            draft = path.with_name(f"secret.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
            return path.read_text().encode()
        except OSError as error:
            raise FolderUnwritable(folder=self.data, reason=error.strerror) from None


REASONS = {
    "extra_forbidden": "there is no such setting",
    "missing": "it has to be there",
    "union_tag_invalid": "there is no {tag!r}; there is: {expected_tags}",
    "union_tag_not_found": "it has to be there: one of scenes, diffusers, remote, custom",
}
"""What a mistake is called where the words of the library that found it are for programmers."""


def load_settings(**given: Any) -> Settings:
    """The settings, with what was given on the command line (None counts as not given).

    Errors: `SettingInvalid` naming the first wrong one.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = list(first["loc"])
        if place[:1] == ["engines"]:
            # The third is the engine's kind, which stands in no file; where it is what is wrong, nothing names it.
            place[2:3] = ["kind"] if first["type"].startswith("union_tag") else []
        setting = ".".join(str(part) for part in place) or "settings"
        told = REASONS.get(first["type"])
        reason = told.format(**first.get("ctx", {})) if told else first["msg"].removeprefix("Value error, ")
        raise SettingInvalid(setting=setting, reason=reason) from None
    except ValueError as error:  # a promptreel.toml that is no TOML
        raise SettingInvalid(setting="promptreel.toml", reason=str(error)) from None


def prepare_data_folder(settings: Settings) -> Path:
    """The data folder, made if it was not there, writable, and private in what it holds.

    Others may pass through it, as PostgreSQL's own user must, but not look: not at the list, nor at videos and work.

    Errors: `FolderUnwritable`.
    """
    folder = settings.data.absolute()
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for private in ("files", "cache", "work"):
            (folder / private).mkdir(mode=0o700, exist_ok=True)
        probe = folder / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FolderUnwritable(folder=folder, reason=error.strerror) from None
    return folder
