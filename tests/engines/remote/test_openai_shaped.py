"""What is asked of each kind of server, in its own words; and how its answers are read."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from promptreel.engine_config import Preset
from promptreel.engines.remote.answers import Answer
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.openai_shaped import cloud_url, fraction, small_urls
from promptreel.errors import EngineAway, EngineFailed, EngineRefused

from .conftest import SPEC, Listener, config, rendered
from .servers import SERVED, film, json_of, picture_in, running, serving

PRESET = Preset(
    width=128, height=64, frames=33, fps=16, steps=30, guidance=5.5, guidance_2=3, options={"flow_shift": 8.0}
)
WIDE = replace(SPEC, width=256, height=128, fps=24, duration=2.0, seed=123, negative_prompt="blurry")


def asked(kind: str, spec=WIDE, **more):
    """The job that a server of that kind is given."""
    pictures = {place: more.pop(place) for place in ("image", "last_image") if place in more}
    supports = ["text", "image", "last_image", "negative_prompt", "seed"]
    with running(kind, films=[film(frames=33)]) as fake:
        table = {"supports": supports, "presets": {"free": PRESET}} | more
        rendered(RemoteEngine(config(fake.base, protocol=kind, **table)), Listener().job(spec, **pictures))
        return fake.created[0]


COMMON = {"prompt": "a fox in the snow", "negative_prompt": "blurry"}


def test_vllm_omni_is_asked_by_form_in_sides_and_frames():
    assert asked("vllm-omni").fields == COMMON | {
        "width": "128",
        "height": "64",
        "num_frames": "33",
        "fps": "16.0",
        "seed": "123",
        "num_inference_steps": "30",
        "guidance_scale": "5.5",
        "guidance_scale_2": "3.0",
        "flow_shift": "8.0",
    }


def test_sglang_is_asked_in_json_with_whole_numbers():
    assert asked("sglang").fields == COMMON | {
        "width": 128,
        "height": 64,
        "num_frames": 33,
        "fps": 16,
        "seed": 123,
        "num_inference_steps": 30,
        "guidance_scale": 5.5,
        "guidance_scale_2": 3,
        "flow_shift": 8,
    }


def test_fastvideo_is_asked_in_json_with_its_size_in_one_word():
    fields = asked("fastvideo").fields
    assert (fields["size"], fields["num_frames"], fields["fps"], fields["seed"]) == ("128x64", 33, 16, 123)
    assert "width" not in fields


@pytest.mark.parametrize("kind", ["openai", "litellm"])
def test_services_are_asked_by_form_in_seconds_of_the_presets_own_size(kind):
    fields = asked(kind).fields
    assert (fields["size"], fields["seconds"]) == ("128x64", "2")
    assert "num_frames" not in fields and "fps" not in fields
    upright = asked(kind, replace(WIDE, width=128, height=256))
    assert upright.fields["size"] == "64x128"


@pytest.mark.parametrize(("duration", "seconds"), [(1.0, "1"), (1.1, "2"), (0.4, "1"), (2.0, "2")])
def test_services_are_asked_for_whole_seconds_and_no_more_than_needed(duration, seconds):
    assert asked("openai", replace(WIDE, duration=duration), presets={}).fields["seconds"] == seconds


def test_what_the_operator_sets_goes_over_all_else():
    preset = PRESET.model_copy(update={"options": {"seconds": "8", "seed": 1, "extra_params": {"a": [1, True]}}})
    fields = asked("openai", presets={"free": preset}).fields
    assert (fields["seconds"], fields["seed"]) == ("8", "1")
    assert json_of(fields["extra_params"]) == {"a": [1, True]}


def test_what_the_servers_do_not_support_is_not_asked_for():
    fields = asked("vllm-omni", supports=["text"]).fields
    assert "seed" not in fields and "negative_prompt" not in fields


def test_sides_and_frames_suit_any_model_where_nobody_knows_it():
    fields = asked("sglang", replace(WIDE, width=200, height=100, duration=2.1), presets={}).fields
    assert fields["width"] % 32 == 0 and fields["height"] % 32 == 0
    assert fields["num_frames"] % 8 == 1 and fields["num_frames"] / fields["fps"] >= 2.1


def test_a_model_of_the_catalogue_is_asked_for_what_it_was_trained_for():
    with running("sglang", model="Wan-AI/Wan2.1-T2V-1.3B-Diffusers", films=[film(frames=33)]) as fake:
        table = config(fake.base, protocol="sglang", model="Wan-AI/Wan2.1-T2V-1.3B-Diffusers")
        rendered(RemoteEngine(table), Listener().job(replace(WIDE, width=832, height=480)))
        fields = fake.created[0].fields
    assert (fields["width"], fields["height"], fields["fps"], fields["num_frames"]) == (832, 480, 16, 33)


# -- pictures ----------------------------------------------------------------------------------------------------------


def a_picture(red: int) -> np.ndarray:
    return np.full((90, 300, 3), (red, 10, 200 - red), np.uint8)


@pytest.mark.parametrize("kind", ["openai", "vllm-omni", "litellm"])
def test_a_picture_goes_along_as_a_file_of_the_size_asked_for(kind):
    (name, type_, content), *more = asked(kind, image=a_picture(200)).files
    assert not more and (name, type_) == ("input_reference", "image/png")
    picture = Image.open(io.BytesIO(content))
    assert picture.size == (128, 64) and picture.getpixel((64, 32)) == (200, 10, 0)


@pytest.mark.parametrize("kind", ["sglang", "fastvideo"])
def test_a_picture_goes_along_as_a_data_url_where_the_rest_is_json(kind):
    fields = asked(kind, image=a_picture(200)).fields
    assert "input_reference" not in fields
    assert picture_in(fields["reference_url"]).size == (128, 64)


def test_a_last_picture_goes_along_where_there_is_a_field_for_it():
    job = asked("vllm-omni", image=a_picture(200), last_image=a_picture(0))
    assert job.files == []
    first, last = (picture_in(each["image_url"]) for each in json_of(job.fields["image_reference"]))
    assert first.getpixel((64, 32))[0] > 190 and last.getpixel((64, 32))[0] < 10
    with pytest.raises(EngineRefused, match="no field for a last picture"):
        asked("sglang", image=a_picture(200), last_image=a_picture(0))


def test_pictures_in_a_field_stay_below_what_servers_read():
    noise = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (704, 1280, 3), np.uint8)).save(noise, "PNG")
    assert sum(map(len, small_urls(noise.getvalue()))) < 900 << 10
    with pytest.raises(EngineFailed, match="too large"):
        small_urls(*[noise.getvalue()] * 4)


# -- models ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "sent"),
    [
        ("vllm-omni", {}, None),
        ("vllm-omni", {"model": SERVED}, None),
        ("sglang", {"model": SERVED}, None),
        ("openai", {"model": SERVED}, SERVED),
        ("openai", {}, SERVED),
        ("litellm", {}, SERVED),
    ],
)
def test_the_model_is_named_only_where_that_helps(kind, table, sent):
    assert asked(kind, **table).fields.get("model") == sent


def test_a_servers_own_name_for_the_model_is_used():
    with running("vllm-omni", model="/weights/wan") as fake:
        table = config({"url": fake.base, "model": "/weights/wan"}, model="Wan-AI/Wan2.1-T2V-1.3B-Diffusers")
        rendered(RemoteEngine(table), Listener().job())
        assert fake.created[0].fields["model"] == "/weights/wan"


@pytest.mark.parametrize("kind", ["openai", "vllm-omni", "sglang", "fastvideo", "litellm"])
def test_a_server_with_another_model_is_given_nothing(kind):
    with running(kind) as fake, pytest.raises(EngineAway, match="serves Some/Model, not Other/Model"):
        rendered(RemoteEngine(config(fake.base, protocol=kind, model="Other/Model")), Listener().job())
    assert not fake.created


def test_a_gateway_that_serves_by_pattern_is_trusted():
    with running("litellm", served=["openai/*"]) as fake:
        rendered(RemoteEngine(config(fake.base, protocol="litellm", model="openai/sora-2")), Listener().job())
        assert fake.created[0].fields["model"] == "openai/sora-2"


# -- addresses and answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_an_address_may_end_in_v1(ending):
    with running("openai") as fake:
        assert len(rendered(RemoteEngine(config(fake.base + ending, protocol="openai")), Listener().job())) == 16


@pytest.mark.parametrize(
    ("progress", "fraction_"),
    [
        (0, None),
        (100, None),
        (None, None),
        ("", None),
        (37, 0.37),
        ("37", 0.37),
        (99.5, 0.995),
        (-3, None),
        ([], None),
        (10**400, None),
    ],
)
def test_progress_is_read_where_it_says_something(progress, fraction_):
    assert fraction(progress) == fraction_


def test_a_cloud_address_is_found_in_a_refusal():
    said = "Video has been uploaded to cloud storage. Please use the cloud URL: https://b.example/k?x=1&y=2"
    assert cloud_url(Answer(400, {}, {"detail": said}, "")) == "https://b.example/k?x=1&y=2"
    assert cloud_url(Answer(400, {}, {"detail": "no"}, "")) == "" == cloud_url(Answer(400, {}, ["no"], ""))


@pytest.mark.parametrize(
    ("said", "failure", "told"),
    [
        ('{"status": "queued"}', EngineFailed, "told no id"),
        ('{"id": "a\\u0000b"}', EngineFailed, "told no id"),  # which no database takes
        ('{"id": "' + "x" * 2000 + '"}', EngineFailed, "told no id"),
        ("<html>Please log in</html>", EngineAway, "with what it should not"),  # a proxy's page: no video's fault
        ("[]", EngineAway, "with what it should not"),
    ],
)
def test_a_server_that_tells_no_id_is_not_believed(said, failure, told):
    async def create(request):
        return Response(said)

    application = Starlette(routes=[Route("/v1/videos", create, methods=["POST"])])
    with serving(application) as base, pytest.raises(EngineFailed, match=told) as caught:
        rendered(RemoteEngine(config(base)), Listener().job())
    assert type(caught.value) is failure
