"""The commands `promptreel engines`, and the tables that they write."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from promptreel import model_catalogue
from promptreel.cli import app
from promptreel.engine_config import DiffusersConfig, RemoteConfig
from promptreel.errors import EngineFailed, EngineUnknown, InvalidInput, PromptreelError, SettingInvalid
from promptreel.media import probe
from promptreel.settings import load_settings
from promptreel.spec import VideoSpec

HUNYUAN = "hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_t2v"
REMOTE = 'kind = "remote"\nprotocol = "openai"\n'
SERVER = f'{REMOTE}servers = [{{url = "http://x"}}]\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(app, ["engines", *(str(word) for word in words), "--data", str(data)])


def refusal(data: Path, *words: object) -> PromptreelError:
    done = run(data, *words)
    assert isinstance(done.exception, PromptreelError), done.output
    return done.exception


def tables(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((data / "promptreel.toml").read_text())["engines"]
    return found


def test_a_model_and_servers_are_set_up_and_listed(data: Path) -> None:
    assert "after the next start" in run(data, "add", "wan", "--model", "Wan-AI/Wan2.2-TI2V-5B-Diffusers").output
    servers = ("--server", "http://one:8000", "--server", "https://two/api", "--slots", 3, "--key-env", "FAR_KEY")
    run(data, "add", "far.away", *servers, "--protocol", "vllm-omni", "--pool", "far")
    assert tables(data) == {
        "wan": {"kind": "diffusers", "model": "Wan-AI/Wan2.2-TI2V-5B-Diffusers"},
        "far.away": {
            "kind": "remote",
            "pool": "far",
            "protocol": "vllm-omni",
            "key_env": "FAR_KEY",
            "servers": [{"url": "http://one:8000", "slots": 3}, {"url": "https://two/api", "slots": 3}],
        },
    }
    settings = load_settings(data=data)
    assert settings.engine_names == ("scenes", "wan", "far.away")
    assert isinstance(settings.engine_config("wan"), DiffusersConfig)
    assert isinstance(settings.engine_config("far.away"), RemoteConfig)
    assert (settings.pool_names, settings.engines_of("far")) == (("render", "far"), ("far.away",))
    listed = json.loads(run(data, "list", "--json").output)
    assert listed["wan"]["takes"] == ["image", "text"] and listed["far.away"]["pool"] == "far"
    assert "https://two/api  3 at a time" in run(data, "list").output


def test_what_stood_in_the_file_stays_as_it_was(data: Path) -> None:
    data.mkdir()
    before = "# mine\nworkers = 2   # two of them\n"
    (data / "promptreel.toml").write_text(before)
    run(data, "add", "far", "--server", "http://one")
    text = (data / "promptreel.toml").read_text()
    assert text.startswith(before) and tomllib.loads(text)["workers"] == 2
    # What cannot be read back, or names a file of no use, is not written.
    assert refusal(data, "add", "bad", "--server", "ftp://one").data["setting"] == "engines.bad.servers.0.url"
    comfy = ("--server", "http://one", "--protocol", "comfyui", "--workflow", "none.json")
    assert "none.json cannot be read" in refusal(data, "add", "bad", *comfy).message
    assert (data / "promptreel.toml").read_text() == text


def test_a_file_with_keys_in_it_is_nobody_elses_to_read(data: Path) -> None:
    path = data / "promptreel.toml"
    run(data, "add", "far", "--server", "http://one")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)  # as the operator has it, it stays
    run(data, "add", "mine", "--model", "package.engines:Mine")
    assert path.stat().st_mode & 0o777 == 0o640 and tables(data)["mine"]["kind"] == "custom"


def test_what_a_known_model_does_is_what_its_servers_are_asked_for(data: Path) -> None:
    run(data, "add", "far", "--server", "http://one", "--model", "Wan-AI/Wan2.1-T2V-1.3B-Diffusers")
    run(data, "add", "any", "--server", "http://one")
    listed = json.loads(run(data, "list", "--json").output)
    assert (listed["far"]["takes"], listed["any"]["takes"]) == (["text"], ["image", "text"])


def test_an_engine_is_tried_out_with_a_quality_that_it_makes(data: Path) -> None:
    data.mkdir()
    table = f"{SERVER}[engines.a.presets.premium]\nsteps = 3\n".replace("http://x", "http://127.0.0.1:9")
    (data / "promptreel.toml").write_text(f"[engines.a]\nkey_env = 'NOT_SET'\n{table}")
    assert isinstance(refusal(data, "test", "a"), EngineFailed)  # its server, and not the quality
    assert "--quality is one of premium" in refusal(data, "test", "a", "--quality", "free").message
    assert "NOT_SET" in run(data, "list").output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "far", "--server", "http://b"), "already"),
        (("add", "scenes", "--server", "http://b"), "already"),
        (("add", "No Such", "--server", "http://b"), "no name"),
        (("add", "../up", "--server", "http://b"), "no name"),
        (("add", "empty"), "Give --model"),
        (("test", "scenes", "--quality", "8k"), "--quality is one of free, premium, 720p"),
    ],
)
def test_wrong_words_are_refused_in_words(data: Path, words: tuple[object, ...], reason: str) -> None:
    run(data, "add", "far", "--server", "http://a")
    refused = refusal(data, *words)
    assert isinstance(refused, InvalidInput) and reason in refused.message
    assert list(tables(data)) == ["far"]


def test_a_licence_that_leaves_somebody_out_wants_to_be_accepted(data: Path) -> None:
    refused = refusal(data, "add", "hunyuan", "--model", HUNYUAN)
    assert isinstance(refused, SettingInvalid)
    assert "does not hold in the European Union, the United Kingdom and South Korea" in refused.message
    assert "accept_license = true" in refused.message
    assert not (data / "promptreel.toml").read_text().strip()
    run(data, "add", "hunyuan", "--model", HUNYUAN, "--accept-license")
    assert tables(data)["hunyuan"]["accept_license"] is True
    # On somebody else's machine it is the same model.
    assert "European Union" in refusal(data, "add", "far", "--model", HUNYUAN, "--server", "http://a").message
    assert (
        "European Union"
        in run(data, "add", "far", "--model", HUNYUAN, "--server", "http://a", "--accept-license").output
    )
    assert run(data, "list").output.count("European Union") == 2
    # A folder with the same model in it is no way around that.
    (data / "promptreel.toml").write_text(
        f'[engines.mine]\nkind = "diffusers"\nmodel = "/models/h"\nbase = "{HUNYUAN}"\n'
    )
    with pytest.raises(SettingInvalid, match="European Union"):
        load_settings(data=data)


def test_the_catalogue_tells_of_every_model_what_it_takes_and_what_its_licence_says(data: Path) -> None:
    told = run(data, "list", "--models").output
    for model in model_catalogue.models().values():
        assert model.id in told and model.license in told
        assert model.frames % model.frame_step == model.frame_offset % model.frame_step
        assert {"free", "premium"} <= set(model.sizes)
        assert ("720p" in model.sizes) == ("image" in model.takes)
        for size in model.sizes.values():
            assert size.width % model.multiple == size.height % model.multiple == 0
        assert model.license_url.startswith("https://")
        assert bool(model.warnings) == (model.license != "Apache-2.0")
    assert len(json.loads(run(data, "list", "--models", "--json").output)) == len(model_catalogue.models())


@pytest.mark.parametrize(
    ("table", "setting", "reason"),
    [
        ('kind = "difusers"\nmodel = "x"', "engines.a.kind", "'scenes', 'custom', 'diffusers', 'remote'"),
        ('model = "x"', "engines.a.kind", "has to be there"),
        ('kind = "diffusers"', "engines.a.model", "has to be there"),
        ('kind = "diffusers"\nmodel = "x"\nmemroy_gib = 4', "engines.a.memroy_gib", "no such setting"),
        ('kind = "diffusers"\nmodel = "x"\ntime_limit = inf', "engines.a.time_limit", "finite"),
        ('kind = "diffusers"\nmodel = "x"\n[engines.a.presets.free]\nprice = -1', "engines.a.presets.free.price", "0"),
        ('kind = "diffusers"\nmodel = "x"\n[engines.a.presets.free]\nwidth = 64', "engines.a.presets.free", "together"),
        (f'{REMOTE}servers = ["http://x"]', "engines.a.servers.0", "dictionary"),
        (f'{REMOTE}servers = [{{url = "10.0.0.7:8000"}}]', "engines.a.servers.0.url", "as http://"),
        (f'{REMOTE}servers = [{{url = "http://u:secret@x"}}]', "engines.a.servers.0.url", "give key or key_env"),
        (f'{REMOTE}servers = [{{url = "http://x:99999"}}]', "engines.a.servers.0.url", "no port"),
        (f'{REMOTE}servers = [{{url = "http://x/v1"}}, {{url = "http://x/"}}]', "engines.a.servers", "there twice"),
        (f'{SERVER}supports = ["seed"]', "engines.a", '"text" or "image"'),
        (f'{SERVER}key = "sk secret"', "engines.a.key", "white space"),
        (f'{SERVER}key = "sk-secret"\nkey_env = "KEY"', "engines.a", "not both"),
        (f'{SERVER}model = "{HUNYUAN}"', "engines.a", "European Union"),
        ('kind = "diffusers"\nmodel = "x"\n[engines.a.presets.huge]\nsteps = 3', "engines.a.presets", "'huge'"),
        ('kind = "diffusers"\nmodel = "x"\n[engines.a.presets.free]\nsteps = 0', "engines.a.presets.free.steps", "1"),
        ('kind = "remote"\nprotocol = "comfyui"\nservers = [{url = "http://x"}]', "engines.a", "needs a workflow"),
        ('kind = "remote"\nprotocol = "openai"\nservers = []', "engines.a.servers", "at least 1"),
        ('kind = "custom"\nmodel = "os.system"', "engines.a.model", "pattern"),
        ('kind = "scenes"\npool = "Über"', "engines.a.pool", "small letters"),
    ],
)
def test_a_wrong_table_is_one_line_that_names_the_place(data: Path, table: str, setting: str, reason: str) -> None:
    data.mkdir()
    (data / "promptreel.toml").write_text(f"[engines.a]\n{table}\n")
    with pytest.raises(SettingInvalid) as refused:
        load_settings(data=data)
    assert refused.value.data["setting"] == setting
    told = refused.value.message
    assert reason in told and "\n" not in told and "secret" not in told


def test_the_built_in_engines_name_is_no_other_ones(data: Path) -> None:
    data.mkdir()
    (data / "promptreel.toml").write_text(f"[engines.scenes]\n{SERVER}")
    with pytest.raises(SettingInvalid, match="scenes.kind cannot be 'remote'"):
        load_settings(data=data)
    (data / "promptreel.toml").write_text('[engines.scenes]\nkind = "scenes"\ntitle = "Built in"')
    assert load_settings(data=data).engine_config("scenes").title == "Built in"


def test_a_key_is_in_no_text_of_the_settings(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    server = 'kind = "remote"\nprotocol = "openai"\nservers = [{url = "http://x"}]\n'
    (data / "promptreel.toml").write_text(
        f'[engines.a]\n{server}key = "sk-hidden"\n[engines.b]\n{server}key_env = "B_KEY"\n'
    )
    monkeypatch.setenv("B_KEY", "sk-hidden-too")
    settings = load_settings(data=data)
    a, b = settings.engines["a"], settings.engines["b"]
    assert isinstance(a, RemoteConfig) and isinstance(b, RemoteConfig)
    assert (a.secret, b.secret) == ("sk-hidden", "sk-hidden-too")
    assert "sk-hidden" not in f"{settings!r} {a!r} {b!r} {settings}"
    assert "sk-hidden" not in run(data, "list").output + run(data, "list", "--json").output


def test_the_usual_engine_has_to_be_one_that_there_is(data: Path) -> None:
    with pytest.raises(SettingInvalid, match="There is no engine named cine"):
        load_settings(data=data, engine="cine")
    assert isinstance(refusal(data, "test", "cine"), EngineUnknown)


def test_an_engine_is_tried_out_without_a_server_or_a_queue(data: Path, kernels: Path) -> None:
    (data / "cache").mkdir(parents=True)
    (data / "cache" / "kernels").symlink_to(kernels)
    words = ("test", "scenes", "--duration", 1, "--prompt", "a nebula", "-o", data.parent / "out.mp4", "--json")
    told = json.loads(run(data, *words).output)
    assert told["engine"] == "scenes" and told["report"]["coverage"] == 1
    found = probe(data.parent / "out.mp4")
    assert (found.width, found.height, found.frames) == (640, 360, told["spec"]["fps"])
    assert VideoSpec.from_dict(told["spec"]).prompt == "a nebula"


def test_a_server_that_is_not_there_is_said_so_before_anything_is_asked_of_it(data: Path) -> None:
    run(data, "add", "far", "--server", "http://127.0.0.1:9")
    done = run(data, "test", "far")
    assert isinstance(done.exception, EngineFailed) and "none of its servers is well" in done.exception.message
    assert "http://127.0.0.1:9  BAD" in done.output


def test_an_engine_whose_packages_are_missing_says_which(data: Path) -> None:
    data.mkdir()
    (data / "promptreel.toml").write_text('[engines.a]\nkind = "custom"\nmodel = "no_such_package.engines:Mine"\n')
    refused = refusal(data, "test", "a")
    assert isinstance(refused, EngineFailed) and "the package no_such_package is not installed" in refused.message
