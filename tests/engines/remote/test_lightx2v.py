"""Videos made by LightX2V."""

from dataclasses import replace

import numpy as np
import pytest

from promptreel.engine_config import Preset
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.health import check
from promptreel.errors import EngineAway, EngineFailed, EngineLost, EngineRefused, EngineStopped

from .conftest import SPEC, Listener, config, rendered
from .lightx2v_server import Task, light
from .servers import picture_in

PICTURE = np.full((64, 96, 3), (200, 40, 40), np.uint8)


def table(fake, **more):
    return config(getattr(fake, "base", fake), **({"protocol": "lightx2v"} | more))


# -- what it comes to --------------------------------------------------------------------------------------------------


def test_a_video_is_made_of_a_task():
    with light() as fake:
        engine, heard = RemoteEngine(table(fake, presets={"free": Preset(steps=12)})), Listener()
        frames = rendered(engine, heard.job(replace(SPEC, negative_prompt="rain", seed=(7 << 32) + 5)))
    assert frames.shape == (16, 64, 96, 3) and frames[0].mean() < frames[-1].mean() - 20
    fields = fake.created[0].fields
    assert {name: fields[name] for name in ("prompt", "negative_prompt", "seed", "infer_steps")} == {
        "prompt": "a fox in the snow",
        "negative_prompt": "rain",
        "seed": 5,  # NumPy takes no more than 32 bits there
        "infer_steps": 12,
    }
    assert fields["target_shape"] == [64, 96] and fields["target_video_length"] == 17
    assert "image_path" not in fields and len(fields["task_id"]) == 32
    assert heard.memo == {} and heard.fractions == sorted(heard.fractions) and heard.fractions[-1] > 0.8


def test_options_go_over_all_other_fields():
    preset = Preset(options={"resize_mode": "fixed_shape", "target_video_length": 81})
    with light() as fake:
        rendered(RemoteEngine(table(fake, presets={"free": preset})), Listener().job())
    assert (
        fake.created[0].fields["resize_mode"] == "fixed_shape" and fake.created[0].fields["target_video_length"] == 81
    )
    assert "infer_steps" not in fake.created[0].fields  # then the server's own are not touched


def test_progress_moves_by_the_clock_and_says_when_it_waits():
    with light(polls=30) as fake:
        fake.tasks["other"] = Task("other", {})
        heard = Listener()
        rendered(RemoteEngine(table(fake)), heard.job())
    steps = [step for _, step in heard.told]
    assert "queued at the server" in steps and "rendering" in steps
    assert len({round(fraction, 4) for fraction in heard.fractions}) > 5


def test_a_picture_goes_along_in_json():
    with light() as fake:
        rendered(RemoteEngine(table(fake)), Listener().job(image=PICTURE))
    assert picture_in(fake.created[0].fields["image_path"]).getpixel((5, 5)) == (200, 40, 40)


def test_a_last_picture_goes_by_the_form():
    with light() as fake:
        more = {"supports": ["image", "last_image", "seed"], "presets": {"free": Preset(steps=30)}}
        rendered(RemoteEngine(table(fake, **more)), Listener().job(image=PICTURE, last_image=255 - PICTURE))
    task = fake.created[0]
    assert set(task.files) == {"image_file", "last_frame_file"} and task.files["image_file"][:4] == b"\x89PNG"
    assert (task.fields["infer_steps"], task.fields["target_video_length"], task.fields["seed"]) == (30, 17, 7)


def test_a_last_picture_needs_the_steps_said():
    with light() as fake:
        engine = RemoteEngine(table(fake, supports=["image", "last_image"]))
        with pytest.raises(EngineRefused, match="set steps in the preset"):
            rendered(engine, Listener().job(image=PICTURE, last_image=PICTURE))
        with pytest.raises(EngineRefused, match="only after a first one"):
            rendered(engine, Listener().job(last_image=PICTURE))
        assert not fake.created


# -- failures over there -----------------------------------------------------------------------------------------------


def test_a_failure_is_told_in_its_own_words():
    with (
        light(fails="CUDA error: see http://10.0.0.7/log") as fake,
        pytest.raises(EngineFailed, match="CUDA error: see …") as caught,
    ):
        rendered(RemoteEngine(table(fake)), Listener().job())
    assert not isinstance(caught.value, EngineAway)


def test_a_request_that_is_refused_fails():
    with light() as fake:
        engine = RemoteEngine(table(fake, presets={"free": Preset(options={"num_fragments": "two"})}))
        with pytest.raises(EngineFailed, match="num_fragments: Input should be a valid integer") as caught:
            rendered(engine, Listener().job())
    assert not isinstance(caught.value, EngineAway)


def test_a_full_queue_is_no_videos_fault():
    with light(queue_size=0) as fake, pytest.raises(EngineAway, match="queue is full"):
        rendered(RemoteEngine(table(fake)), Listener().job())


def test_a_task_whose_answer_was_lost_is_cancelled():
    heard = Listener()
    with light(takes_and_says_nothing=True) as fake, pytest.raises(EngineAway, match="504"):
        rendered(RemoteEngine(table(fake)), heard.job())
    assert [task.status for task in fake.created] == ["cancelled"] and heard.memo == {}


def test_a_task_by_the_form_whose_answer_was_lost_counts_as_taking_a_slot():
    more = {"supports": ["image", "last_image", "seed"], "presets": {"free": Preset(steps=30)}}
    heard = Listener()
    with light(takes_and_says_nothing=True) as fake, pytest.raises(EngineAway, match="504"):
        rendered(RemoteEngine(table(fake, **more)), heard.job(image=PICTURE, last_image=255 - PICTURE))
    assert len(fake.created) == 1 and heard.memo == {"busy_seconds": 60}


def test_a_task_that_somebody_cancelled_over_there_is_lost():
    with light(polls=1000) as fake:
        heard = Listener()

        def cancelled(listener):
            for task in fake.tasks.values() if listener.told[-1][1] == "rendering" else ():
                task.status = "cancelled"
            return False

        heard.stop = cancelled
        with pytest.raises(EngineLost):
            rendered(RemoteEngine(table(fake)), heard.job())


# -- stopping ----------------------------------------------------------------------------------------------------------


def test_a_waiting_task_is_cancelled_and_frees_its_slot():
    with light(polls=1000) as fake:
        fake.tasks["other"] = Task("other", {}, rendering=True, status="processing")
        heard = Listener(stop=lambda heard: heard.told[-1][1] == "queued at the server")
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(table(fake)), heard.job())
        assert fake.created[0].status == "cancelled" and fake.tasks["other"].status == "processing"
    assert heard.memo == {}


def test_a_task_that_is_rendered_is_cancelled_and_keeps_its_slot_busy():
    with light(polls=1000) as fake:
        heard = Listener(stop=lambda heard: heard.told[-1][1] == "rendering")
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(table(fake)), heard.job())
        assert fake.deleted == [fake.created[0].id]
    assert heard.memo["busy_seconds"] > 5 and "id" not in heard.memo


# -- health ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["", "wan2.1", "Wan2.1-T2V-1.3B", "/models/Wan2.1-T2V-1.3B"])
def test_a_server_that_is_well_says_what_it_serves(named):
    with light() as fake:
        health = check(table({"url": fake.base, "model": named}), 0)
    assert health.ok and health.served_models == ("/models/Wan2.1-T2V-1.3B", "wan2.1")


def test_a_server_with_another_model_is_not_well():
    with light() as fake:
        health = check(table({"url": fake.base, "model": "Wan2.2"}), 0)
    assert not health.ok and health.reason == "it serves /models/Wan2.1-T2V-1.3B, wan2.1, not Wan2.2"


def test_a_server_whose_queue_is_full_is_given_nothing():
    with light(queue_size=0) as fake:
        assert check(table(fake), 0).reason == "its queue is full"
