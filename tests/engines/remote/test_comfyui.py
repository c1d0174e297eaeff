"""Videos made by ComfyUI: its workflow filled in, its progress heard, its jobs cancelled without harm to others."""

import io
import json
import re
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from promptreel.engine_config import Preset, RemoteConfig
from promptreel.engines.host import EngineHost, Order
from promptreel.engines.remote import comfyui_workflow
from promptreel.engines.remote.comfyui_progress import samplers
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.health import check
from promptreel.engines.remote.servers import connected
from promptreel.errors import EngineAway, EngineFailed, EngineLost, EngineStopped, MediaInvalid

from .comfy_server import WORKFLOW as TEXT
from .comfy_server import Job, animated_webp, comfy
from .conftest import SPEC, Listener, config, rendered
from .servers import KEY, film
from .test_through_the_host import Heard

PICTURE = np.full((64, 96, 3), (200, 40, 40), np.uint8)
WITH_PICTURE = TEXT | {"7": {"class_type": "LoadImage", "inputs": {"image": "{{image}}"}}}


def without(workflow, *nodes):
    return {id: node for id, node in workflow.items() if id not in nodes}


@pytest.fixture(autouse=True)
def workflows_go_with_the_test(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def written(nodes):
    """A workflow's file."""
    path = Path(tempfile.mkdtemp(prefix="workflow-")) / "wan.json"
    path.write_text(nodes if isinstance(nodes, str) else json.dumps(nodes))
    return str(path)


def table(fake, nodes=TEXT, **more):
    """An engine's table for it."""
    supports = ["text", "negative_prompt", "seed"]
    defaults = {"protocol": "comfyui", "supports": supports, "workflow": written(nodes)}
    return config(getattr(fake, "base", fake), **(defaults | more))


# -- what it comes to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True])
def test_a_video_is_made_of_a_workflow(old):
    with comfy(old=old) as fake:
        engine, heard = RemoteEngine(table(fake)), Listener()
        spec = replace(SPEC, prompt='a "fox"\n\\ {{seed}}', negative_prompt="rain", fps=24)
        frames = rendered(engine, heard.job(spec))
        assert not fake.history and not fake.queue  # cleared up
        assert set(fake.keys) == {f"Bearer {KEY}"}
    assert frames.shape == (24, 64, 96, 3)
    assert frames[0].mean() < frames[-1].mean() - 20
    nodes = fake.created[0].nodes
    assert nodes["1"]["inputs"] == {"text": 'film of a "fox"\n\\ {{seed}}, 4k', "clip": ["9", 0]}
    assert nodes["2"]["inputs"]["text"] == "rain"
    made = nodes["3"]["inputs"]
    assert (made["width"], made["height"], made["length"], made["batch_size"]) == (96, 64, 25, 1)
    assert nodes["4"]["inputs"]["seed"] == 7
    assert nodes["5"]["inputs"]["fps"] == 24
    assert engine.report(spec)["native"]["fps"] == 16  # as its film really was
    assert heard.memo == {} and heard.fractions == sorted(heard.fractions)


@pytest.mark.parametrize("old", [False, True])
def test_progress_is_heard_on_the_socket(old):
    with comfy(old=old, polls=10) as fake:
        heard = Listener()
        rendered(RemoteEngine(table(fake, poll_seconds=0.3)), heard.job())
        assert fake.heard == [fake.created[0].client]
        assert "GET /queue" not in fake.calls  # it was heard that the job runs
    told = [fraction for fraction, step in heard.told if step == "rendering"]
    of_all = {round(fraction / 0.95 / 0.95 / 0.9, 2) for fraction in told}
    assert len(of_all & {n / 10 for n in range(1, 10)}) >= 4, of_all


@pytest.mark.parametrize("trouble", [{"refuses_sockets": True}, {"breaks_sockets": True}])
def test_without_a_socket_the_history_is_enough(trouble):
    with comfy(**trouble) as fake:
        heard = Listener()
        assert len(rendered(RemoteEngine(table(fake)), heard.job())) == 16
        assert "GET /queue" in fake.calls
    assert heard.fractions == sorted(heard.fractions)


def test_pictures_are_sent_under_names_that_nobody_guesses():
    nodes = WITH_PICTURE | {"8": {"class_type": "LoadImage", "inputs": {"image": "{{last_image}}"}}}
    with comfy() as fake:
        engine = RemoteEngine(table(fake, nodes, supports=["image", "last_image", "seed"]))
        rendered(engine, Listener().job(image=PICTURE, last_image=255 - PICTURE))
        rendered(engine, Listener().job(image=PICTURE, last_image=PICTURE))
    names = [name for _, name in fake.uploads]
    assert len(set(names)) == 4 and all(len(name) > 40 for name in names)
    assert {folder for folder, _ in fake.uploads} == {"temp"}
    first = fake.created[0].nodes["7"]["inputs"]["image"]
    assert first == f"{names[0]} [temp]"
    sent = Image.open(io.BytesIO(fake.uploads["temp", names[1]]))
    assert sent.size == (96, 64) and sent.getpixel((50, 30)) == (55, 215, 215)


def test_a_long_video_goes_on_from_a_picture():
    with comfy() as fake:
        engine = RemoteEngine(
            table(fake, WITH_PICTURE, supports=["image", "seed"], presets={"free": Preset(frames=17)})
        )
        frames = rendered(engine, Listener().job(replace(SPEC, duration=26 / 16), image=PICTURE))
        assert not fake.history
    assert len(frames) == 26 and len(fake.created) == 2 and len(fake.uploads) == 2


def test_options_of_a_preset_are_placeholders_too():
    nodes = TEXT | {"4": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": "{{steps}}", "cfg": "{{warmth}}"}}}
    preset = Preset(steps=12, options={"warmth": 4.5})
    with comfy() as fake:
        rendered(RemoteEngine(table(fake, nodes, presets={"free": preset})), Listener().job())
    assert fake.created[0].nodes["4"]["inputs"] == {"seed": 1, "steps": 12, "cfg": 4.5}


# -- which of its outputs ----------------------------------------------------------------------------------------------


def test_of_several_outputs_the_saved_video_is_taken():
    nodes = without(TEXT, "6") | {
        "10": {"class_type": "SaveVideo", "inputs": {"filename_prefix": "final"}},
        "20": {"class_type": "PreviewImage", "inputs": {}},
        "30": {"class_type": "VHS_VideoCombine", "inputs": {"filename_prefix": "draft"}},
        "40": {"class_type": "SaveAnimatedWEBP", "inputs": {"filename_prefix": "small"}},
    }
    with comfy(films_of={"SaveVideo": film(shade=120)}) as fake:
        frames = rendered(RemoteEngine(table(fake, nodes)), Listener().job())
    assert abs(frames[0][32, 48].mean() - 120) < 6


def test_a_video_of_other_nodes_is_found():
    nodes = without(TEXT, "6") | {"30": {"class_type": "VHS_VideoCombine", "inputs": {"filename_prefix": "a b/ä&c"}}}
    with comfy() as fake:
        assert len(rendered(RemoteEngine(table(fake, nodes)), Listener().job())) == 16


def webm() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=16)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(17):
            picture = np.full((64, 96, 3), 40 + 6 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


@pytest.mark.parametrize(("kind", "made"), [("SaveWEBM", webm), ("SaveAnimatedWEBP", animated_webp)])
def test_films_that_are_no_mp4_are_made_one(kind, made):
    nodes = without(TEXT, "6") | {"6": {"class_type": kind, "inputs": {"filename_prefix": "x"}}}
    with comfy(films_of={kind: made()}) as fake:
        engine = RemoteEngine(table(fake, nodes))
        frames = rendered(engine, Listener().job())
    assert frames.shape == (16, 64, 96, 3)
    native = engine.report(SPEC)["native"]
    assert native["frames"] == 17 and abs(native["fps"] - 16) < 0.02  # Matroska counts in milliseconds
    means = [frame.mean() for frame in frames]
    assert abs(means[0] - 40) < 6 and abs(means[-1] - 136) < 10 and means == sorted(means)


def test_frames_of_an_animation_that_are_shown_for_longer_are_there_several_times():
    out = io.BytesIO()
    pictures = [Image.new("RGB", (96, 64), (shade,) * 3) for shade in (40, 120, 200)]
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=[200, 600, 200])
    nodes = without(TEXT, "6") | {"6": {"class_type": "SaveAnimatedWEBP", "inputs": {"filename_prefix": "x"}}}
    with comfy(films_of={"SaveAnimatedWEBP": out.getvalue()}) as fake:
        engine = RemoteEngine(table(fake, nodes))
        rendered(engine, Listener().job())
    assert engine.report(SPEC)["native"]["frames"] == 5 and engine.report(SPEC)["native"]["fps"] == 5


def still() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 64)).save(out, "WEBP")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"RIFF....WEBP", b"\x1a\x45\xdf\xa3 broken", b"<html>", still()])
def test_what_is_no_film_is_refused(data):
    nodes = without(TEXT, "6") | {"6": {"class_type": "SaveAnimatedWEBP", "inputs": {"filename_prefix": "x"}}}
    with comfy(films_of={"SaveAnimatedWEBP": data}) as fake:
        with pytest.raises(MediaInvalid):
            rendered(RemoteEngine(table(fake, nodes)), Listener().job())
        assert not fake.history


def test_a_workflow_that_ends_in_stills_is_refused_in_words():
    nodes = without(TEXT, "6") | {"6": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}
    with comfy() as fake:
        with pytest.raises(EngineFailed, match="ends without a video"):
            rendered(RemoteEngine(table(fake, nodes)), Listener().job())
        assert not fake.history


# -- failures over there -----------------------------------------------------------------------------------------------


def test_a_node_that_fails_is_named_in_its_own_words():
    with comfy(fails="Allocation on device 0 would exceed allowed memory.\n") as fake:
        with pytest.raises(EngineFailed, match=r"KSampler: Allocation on device 0 would exceed") as caught:
            rendered(RemoteEngine(table(fake)), Listener().job())
        assert not fake.history
    assert "execution.py" not in str(caught.value) and not isinstance(caught.value, EngineAway)


def test_a_refused_workflow_is_told_by_its_node():
    with comfy() as fake:
        broken = TEXT | {"4": {"class_type": "KSampler", "inputs": {"seed": "{{seed}}", "steps": "many", "cfg": 1}}}
        with pytest.raises(EngineFailed, match=r"refuses wan.json: KSampler: Failed to convert .* steps, many"):
            rendered(RemoteEngine(table(fake, broken)), Listener().job())
        missing = TEXT | {"5": {"class_type": "NotInstalled", "inputs": {}}}
        with pytest.raises(EngineFailed, match="node NotInstalled does not exist"):
            rendered(RemoteEngine(table(fake, missing)), Listener().job())
        assert not fake.queue


def test_a_workflow_that_is_taken_in_parts_only_is_taken_back():
    nodes = TEXT | {"8": {"class_type": "SaveImage", "inputs": {}}}
    with comfy() as fake:
        with pytest.raises(EngineFailed, match=r"only some of wan.json: SaveImage: Required input is missing"):
            rendered(RemoteEngine(table(fake, nodes)), Listener().job())
        assert not fake.queue and not fake.history


def test_a_job_that_was_taken_while_its_answer_was_lost_is_taken_back():
    with comfy(takes_and_says_nothing=True) as fake:
        with pytest.raises(EngineAway, match="502"):
            rendered(RemoteEngine(table(fake)), Listener().job())
        assert len(fake.created) == 1 and not fake.queue


@pytest.mark.parametrize("sockets", [True, False])
def test_a_restart_loses_the_job_and_nobody_is_to_blame(sockets, monkeypatch):
    with comfy(polls=1000, refuses_sockets=not sockets) as fake:
        heard = Listener()
        seen = []

        def restart_once(listener):
            if listener.told[-1][1] == "rendering" and not seen:
                seen.append(True)
                fake.restart()
            return False

        heard.stop = restart_once
        if (
            sockets
        ):  # what was heard of the job last holds for a while: this fake's socket does not break as it restarts
            monkeypatch.setattr("promptreel.engines.remote.comfyui_progress.FRESH", 0.05)
        with pytest.raises(EngineLost):
            rendered(RemoteEngine(table(fake)), heard.job())
    assert heard.memo == {}


def test_a_job_that_somebody_interrupted_over_there_is_lost():
    with comfy(polls=1000, refuses_sockets=True) as fake:
        heard = Listener()

        def interrupted(listener):
            if listener.told[-1][1] == "rendering" and fake.queue:
                ours, *_ = fake.queue
                fake.queue.clear()
                messages = [["execution_interrupted", {"prompt_id": ours.id}]]
                fake.history[ours.id] = {"outputs": {}, "status": {"status_str": "error", "messages": messages}}
            return False

        heard.stop = interrupted
        with pytest.raises(EngineLost):
            rendered(RemoteEngine(table(fake)), heard.job())


def test_a_proxy_that_stumbles_is_waited_for():
    with comfy(statuses=[0, 502, 503, 0]) as fake:
        assert len(rendered(RemoteEngine(table(fake)), Listener().job())) == 16


def test_a_history_of_strange_shape_is_a_failure_and_no_crash():
    from promptreel.engines.remote.comfyui import best_output

    strange = [None, {}, {"1": None}, {"1": {"images": None}}, {"1": {"images": [None, {"filename": 5}, "x.mp4"]}}]
    assert [best_output({"outputs": each, "prompt": each}) for each in strange] == [""] * 5


# -- stopping ----------------------------------------------------------------------------------------------------------


def stops_when(step):
    return lambda heard: heard.told[-1][1] == step and heard.told[-1][0] > 0


@pytest.mark.parametrize("old", [False, True])
def test_a_running_job_is_interrupted(old):
    with comfy(polls=1000, old=old) as fake:
        heard = Listener(stop=stops_when("rendering"))
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(table(fake)), heard.job())
        assert fake.interrupts[0] == fake.created[0].id
        assert not fake.queue and not fake.history
    assert heard.memo == {}


@pytest.mark.parametrize("old", [False, True])
def test_a_waiting_job_is_taken_from_the_queue_and_what_runs_is_left_alone(old):
    with comfy(polls=1000, old=old) as fake:
        fake.queue.append(Job("somebody's", "", TEXT, 0))
        heard = Listener(stop=stops_when("queued at the server"))
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(table(fake)), heard.job())
        assert [job.id for job in fake.queue] == ["somebody's"] and not fake.interrupts
    assert heard.memo == {}


def test_a_job_that_does_not_stop_keeps_its_slot_busy(monkeypatch):
    monkeypatch.setattr("promptreel.engines.remote.comfyui.STOPPING", 0.3)
    with comfy(polls=1000) as fake:
        heard = Listener(stop=stops_when("rendering"))
        heard.stop = lambda listener: stops_when("rendering")(listener) and bool(setattr(fake, "runs_on", True) or True)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(table(fake)), heard.job())
        assert fake.interrupts and fake.queue
    assert heard.memo["busy_seconds"] > 5


def test_a_finished_job_of_somebody_else_is_not_interrupted():
    with comfy(old=True) as fake:
        fake.queue.append(Job("somebody's", "", TEXT, 0))
        server = connected(table(fake), 0)
        assert server.drop("ours", running=True)
        server.close()
        assert not fake.interrupts and fake.queue


@pytest.mark.parametrize("old", [False, True])
def test_an_attempt_goes_on_with_the_job_of_the_one_before(old):
    with comfy(polls=50, old=old) as fake:
        heard = Listener()
        engine = RemoteEngine(table(fake))
        server = connected(table(fake), 0)
        from promptreel.engines.remote import asking

        job = server.create(asking.ask(table(fake), heard.job(), asking.native(table(fake), 0, SPEC), 0, None))
        server.close()
        memo = {"server": fake.base, "id": job, "done": [], "began": 0}
        assert len(rendered(engine, heard.job(memo=memo))) == 16
        assert len(fake.created) == 1 and fake.heard == [fake.created[0].client] * 2  # heard again under the same name
    assert any(0.1 < fraction < 0.9 for fraction in heard.fractions)


# -- the workflow's file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "more", "told"),
    [
        ("{", {}, "is no JSON"),
        ("[]", {}, "holds no nodes"),
        ("{}", {}, "holds no nodes"),
        ({"nodes": [], "links": []}, {}, r"Export \(API\)"),
        ({"1": {"inputs": {}}}, {}, "1 is no node"),
        ({"1": {"class_type": "X", "inputs": []}}, {}, "the inputs of node 1"),
        (without(TEXT, "1"), {}, r"no \{\{prompt\}\}"),
        (TEXT | {"7": {"class_type": "X", "inputs": {"a": ["{{promt}}"]}}}, {}, r"nothing is known of \{\{promt\}\}"),
        (TEXT, {"supports": ["text", "image"]}, r"supports says image, and there is no \{\{image\}\}"),
        (WITH_PICTURE, {}, "it needs a picture"),
        (WITH_PICTURE, {"supports": ["text", "image"]}, "it needs a picture"),
        (TEXT | {"7": {"class_type": "X", "inputs": {"a": "{{last_image}}"}}}, {}, "it needs a last picture"),
        (TEXT | {"7": {"class_type": "X", "inputs": {"a": "{{steps}}"}}}, {}, "each preset has to say steps"),
        (
            TEXT | {"7": {"class_type": "X", "inputs": {"a": "{{guidance}}"}}},
            {"presets": {"free": Preset(guidance=3), "premium": Preset()}},
            "each preset has to say guidance",
        ),
        (TEXT, {"presets": {"free": Preset(options={"cfg": 1})}}, "option cfg is nowhere"),
    ],
)
def test_a_workflow_that_does_not_fit_is_told_when_the_engine_starts(nodes, more, told):
    wrong = table("http://127.0.0.1:9", nodes, **more)
    with pytest.raises(EngineFailed, match=told) as caught:
        RemoteEngine(wrong)
    assert "wan.json" in str(caught.value)
    health = check(wrong, 0)
    assert not health.ok and "wan.json" in health.reason


def test_the_example_in_the_documents_is_taken():
    """With what it says of its engine, and filled in as it says."""
    chapter = (Path(__file__).parents[3] / "docs" / "engines.md").read_text().partition("### ComfyUI")[2]
    nodes, engine = (re.search(f"```{kind}\n(.*?)```", chapter, re.DOTALL)[1] for kind in ("json", "toml"))
    said = tomllib.loads(engine)["engines"]["comfy"]
    example = RemoteConfig(**said | {"workflow": written(nodes)})
    workflow = comfyui_workflow.of(example)
    values = dict.fromkeys(workflow.names, 5) | {"prompt": "a {{fox}}"}
    filled = workflow.filled(values)
    assert filled["4"]["inputs"]["text"] == "a {{fox}}" and filled["8"]["inputs"]["cfg"] == 5
    assert filled["11"]["inputs"]["filename_prefix"] == "promptreel/5"
    assert samplers(workflow.nodes) == {"8"}


def test_a_workflow_that_is_not_there_is_told():
    with pytest.raises(EngineFailed, match=r"gone.json cannot be read \(No such file"):
        RemoteEngine(table("http://127.0.0.1:9", workflow="/nowhere/gone.json"))


def test_a_table_names_its_workflow_beside_itself(tmp_path):
    from promptreel.settings import load_settings

    (tmp_path / "promptreel.toml").write_text(
        '[engines.c]\nkind = "remote"\nprotocol = "comfyui"\nservers = [{url = "http://x"}]\nworkflow = "wan.json"\n'
    )
    assert load_settings(data=tmp_path).engine_config("c").workflow == str(tmp_path / "wan.json")


# -- health ------------------------------------------------------------------------------------------------------------


def test_a_server_with_all_nodes_is_well():
    with comfy() as fake:
        assert check(table(fake), 0).ok


def test_a_server_without_a_node_is_given_nothing():
    with comfy(lacks={"CreateVideo"}) as fake:
        health = check(table(fake), 0)
    assert not health.ok and health.reason == "it has no node CreateVideo, which is in wan.json"


# -- through the queue's host ------------------------------------------------------------------------------------------


async def test_a_wrong_workflow_is_told_by_the_host(tmp_path):
    host = EngineHost("far", table("http://127.0.0.1:9", "{}"), tmp_path / "cache", 2000)
    try:
        with pytest.raises(EngineFailed, match=r"wan\.json holds no nodes"):
            await host.render(Order(SPEC), tmp_path, Heard().audience, 60)
    finally:
        await host.close()
