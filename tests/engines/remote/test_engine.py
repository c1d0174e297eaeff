"""A video made by another server: what it comes to, and what becomes of it when things go wrong over there."""

import time
from dataclasses import replace

import numpy as np
import pytest

from promptreel.engine_config import Preset
from promptreel.engines.remote import openai_shaped
from promptreel.engines.remote.engine import RemoteEngine
from promptreel.engines.remote.health import check
from promptreel.errors import EngineAway, EngineFailed, EngineLost, EngineRefused, EngineStopped, MediaInvalid

from .conftest import SPEC, Listener, config, rendered
from .kinds import KINDS, OPENAI_SHAPED, served
from .servers import film, running

# -- what it comes to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_of_each_kind_of_server_is_exactly_what_was_asked_for(kind):
    with served(kind, films=[film(frames=33)]) as (fake, table):
        engine, heard = RemoteEngine(table), Listener()
        spec = replace(SPEC, width=128, height=64, fps=24, duration=2.0)
        frames = rendered(engine, heard.job(spec))
    assert frames.shape == (48, 64, 128, 3)
    assert frames[0].mean() < frames[-1].mean() - 30  # the film becomes brighter: it is that film, in its order
    left, right = frames[0][32, 4].astype(int), frames[0][32, -5].astype(int)
    assert left[0] > 150 > left[2] and right[2] > 150 > right[0]
    assert "a fox in the snow" in str(fake.created[0])
    assert heard.fractions == sorted(heard.fractions) and 0.5 < heard.fractions[-1] <= 0.95
    native = engine.report(spec)["native"]
    assert (native["width"], native["height"], native["frames"], native["fps"]) == (96, 64, 33, 16)
    assert engine.report(spec)["coverage"] is None


@pytest.mark.parametrize("kind", ["openai", "vllm-omni", "sglang", "fastvideo"])
def test_the_film_is_deleted_over_there_once_it_is_here(kind):
    with running(kind) as fake:
        heard = Listener()
        rendered(RemoteEngine(config(fake.base, protocol=kind)), heard.job())
        assert fake.deleted == [fake.created[0].id] and not fake.jobs
    assert heard.memo == {}
    assert heard.memos[0]["id"] == fake.created[0].id and heard.memos[0]["server"] == fake.base


def test_only_the_status_is_asked_for_until_the_film_is_there():
    with running("vllm-omni", polls=6) as fake:
        rendered(RemoteEngine(config(fake.base)), Listener().job())
        asked = [path for method, path in fake.calls if method == "GET" and "/videos/" in path]
    assert [path.endswith("/content") for path in asked] == [False] * 6 + [True]


def test_progress_follows_the_server_where_it_says_something():
    with running("sglang", polls=6, progress=[0, 10, 50, 50, 90]) as fake:
        heard = Listener()
        rendered(RemoteEngine(config(fake.base, protocol="sglang", poll_seconds=0.06)), heard.job())
    told = [fraction for fraction, step in heard.told if step == "rendering"]
    assert any(0.4 < fraction < 0.5 for fraction in told)  # 50 % of 95 % of 95 %
    assert any(0.75 < fraction < 0.9 for fraction in told)


@pytest.mark.parametrize(("kind", "progress"), [("vllm-omni", [0]), ("fastvideo", [100])])
def test_progress_moves_also_where_the_server_says_the_same_all_the_time(kind, progress):
    with running(kind, polls=40, progress=progress) as fake:
        heard = Listener()
        rendered(RemoteEngine(config(fake.base, protocol=kind)), heard.job())
    told = {round(fraction, 4) for fraction, step in heard.told if step == "rendering"}
    assert len(told) > 5 and max(told) < 0.9


def test_sound_comes_with_the_film_when_it_is_wanted():
    with running("vllm-omni", films=[film(hertz=440)]) as fake:
        engine = RemoteEngine(config(fake.base, supports=["text", "sound"]))
        loud = replace(SPEC, sound=True)
        rendered(engine, Listener().job(loud))
        track = engine.sound(loud)
        assert fake.created[0].fields["generate_sound"] == "true"
        rendered(engine, Listener().job())
        assert engine.sound(SPEC) is None
        assert "generate_sound" not in fake.created[1].fields
    assert track is not None and track.dtype == np.float32 and track.shape[0] == 2
    assert abs(track.shape[1] - 17 * 3000) < 3000
    crossings = np.count_nonzero(np.diff(np.sign(track[0])) > 0) / (track.shape[1] / 48_000)
    assert 420 < crossings < 460


def test_a_long_video_is_made_in_passes_that_go_on_from_each_other():
    films = [film(frames=17, shade=20), film(frames=17, shade=90)]
    with running("vllm-omni", films=films) as fake:
        engine = RemoteEngine(config(fake.base, presets={"free": Preset(frames=17)}))
        heard = Listener()
        frames = rendered(engine, heard.job(replace(SPEC, duration=26 / 16)))
        native = engine.report(SPEC)["native"]
        assert len(fake.created) == 2 and sorted(fake.deleted) == sorted(job.id for job in fake.created)
    assert len(frames) == 26 and native["passes"] == 2 and native["total_frames"] == 26
    first, second = fake.created
    assert first.files == [] and second.files[0][0] == "input_reference"
    assert second.fields["seed"] != first.fields["seed"]
    assert frames[-1].mean() > frames[0].mean() + 60
    assert heard.fractions == sorted(heard.fractions)


def test_a_long_video_fails_at_once_where_no_picture_can_be_gone_on_from():
    with running("vllm-omni") as fake:
        engine = RemoteEngine(config(fake.base, supports=["text"], presets={"free": Preset(frames=17)}))
        with pytest.raises(EngineRefused, match="cannot go on from a picture"):
            rendered(engine, Listener().job(replace(SPEC, duration=3)))
        assert not fake.created


# -- failures over there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("openai", "moderation_blocked"),
        ("vllm-omni", 500),
        ("vllm-omni", 422),
        ("vllm-omni", 404),
        ("sglang", None),
        ("litellm", 400),
    ],
)
def test_a_failed_job_fails_with_the_servers_own_words_and_is_cleared_away(kind, code):
    with running(kind, fails="CUDA out of memory at step 3", code=code) as fake:
        heard = Listener()
        with pytest.raises(EngineFailed, match="CUDA out of memory at step 3") as caught:
            rendered(RemoteEngine(config(fake.base, protocol=kind)), heard.job())
        assert not isinstance(caught.value, EngineAway)
        assert kind == "litellm" or not fake.jobs
    assert heard.memo == {}


def test_what_a_server_says_is_told_without_addresses_and_keys():
    said = "cannot fetch https://bucket.example/x?sig=abc with Bearer sk-very-secret-0123456789 " + "long " * 200
    with running("vllm-omni", fails=said) as fake, pytest.raises(EngineFailed) as caught:
        rendered(RemoteEngine(config(fake.base)), Listener().job())
    reason = caught.value.data["reason"]
    assert reason.startswith("cannot fetch …") and len(reason) <= 300
    assert "bucket" not in reason and "secret" not in reason


@pytest.mark.parametrize(
    ("kind", "status"), [*((kind, 429) for kind in OPENAI_SHAPED), ("vllm-omni", 503), ("vllm-omni", 402)]
)
def test_a_busy_server_is_away(kind, status):
    with running(kind, create_status=status) as fake, pytest.raises(EngineAway, match=str(status)):
        rendered(RemoteEngine(config(fake.base, protocol=kind)), Listener().job())


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_fails_with_what_it_says(status):
    detail = [{"loc": ["body", "num_frames"], "msg": "must be 4k+1"}]
    with (
        running("vllm-omni", create_status=status, create_detail=detail) as fake,
        pytest.raises(EngineFailed, match=r"num_frames: must be 4k\+1") as caught,
    ):
        rendered(RemoteEngine(config(fake.base)), Listener().job())
    assert not isinstance(caught.value, EngineAway)


def test_a_wrong_key_is_no_videos_fault():
    with running("vllm-omni") as fake, pytest.raises(EngineAway, match="401") as caught:
        rendered(RemoteEngine(config(fake.base, key="sk-wrong-key-123456", model="Some/Model")), Listener().job())
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_forgot_the_job_is_away_and_the_job_forgotten(kind, monkeypatch):
    # What was heard of the job last holds for a while there: this fake's socket does not break as it restarts.
    monkeypatch.setattr("promptreel.engines.remote.comfyui_progress.FRESH", 0.05)
    with served(kind, polls=1000) as (fake, table):
        heard = Listener()

        def stop(heard):
            if any(step == "rendering" for _, step in heard.told):
                fake.restart()
            return False

        heard.stop = stop
        with pytest.raises(EngineLost, match="knows nothing of the job"):
            rendered(RemoteEngine(table), heard.job())
    assert heard.memo == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", [b"<html>hello</html>", b'["x"]'])
def test_answers_of_something_else_are_the_servers_fault(kind, said):
    with served(kind, nonsense=said) as (_, table), pytest.raises(EngineAway, match="with what it should not"):
        rendered(RemoteEngine(table), Listener().job())


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_not_there_is_away_and_not_well(kind):
    with served(kind) as (_, table):
        gone = table.model_copy(
            update={"servers": (table.servers[0].model_copy(update={"url": "http://127.0.0.1:9"}),)}
        )
        assert "server 1 cannot be reached" in check(gone, 0).reason
        with pytest.raises(EngineAway, match="server 1 cannot be reached"):
            rendered(RemoteEngine(gone), Listener().job())


def test_one_answer_that_the_job_is_unknown_is_not_believed():
    with running("vllm-omni", poll_statuses=[404]) as fake:
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job())) == 16
        assert len(fake.created) == 1


def test_a_server_that_stumbles_while_it_renders_is_waited_for():
    with running("vllm-omni", poll_statuses=[0, 502, 503, 500, 0]) as fake:
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job())) == 16
        assert len(fake.created) == 1


def test_a_server_out_of_reach_for_too_long_is_away_and_its_job_is_kept_in_mind():
    with running("vllm-omni", poll_statuses=[502] * 1000) as fake:
        heard = Listener()
        with pytest.raises(EngineAway, match="502"):
            rendered(RemoteEngine(config(fake.base)), heard.job())
        assert heard.memo["id"] == fake.created[0].id and not fake.deleted


def test_an_unknown_status_is_one_of_being_at_it():
    with running("vllm-omni", polls=1000, state="post_processing") as fake:
        heard = Listener(stop=lambda heard: len(heard.told) > 40)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base)), heard.job())


# -- the way home ------------------------------------------------------------------------------------------------------


def test_a_copy_that_breaks_off_is_tried_again():
    with running("vllm-omni", cut_off=2) as fake:
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job())) == 16


def test_a_copy_that_always_breaks_off_leaves_the_film_for_the_next_attempt():
    with running("vllm-omni", cut_off=99) as fake:
        heard = Listener()
        with pytest.raises(EngineAway, match="cut off"):
            rendered(RemoteEngine(config(fake.base)), heard.job())
        fake.cut_off = 0
        again = Listener()
        assert len(rendered(RemoteEngine(config(fake.base)), again.job(memo=heard.memo))) == 16
        assert len(fake.created) == 1


def test_a_film_that_is_late_is_waited_for():
    with running("vllm-omni", not_there=2) as fake:
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job())) == 16


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_that_is_gone_fails_and_is_not_looked_for_again(kind):
    with served(kind, not_there=99) as (_, table):
        heard = Listener()
        with pytest.raises(EngineFailed, match="answers 404 when asked for the film") as caught:
            rendered(RemoteEngine(table), heard.job())
        assert not isinstance(caught.value, EngineAway)
    assert "id" not in heard.memo


NO_FILMS = [b"<html>not a film</html>", b"#EXTM3U\nfile:///etc/passwd\n", film()[:-400], b"\0" * 5000]


@pytest.mark.parametrize(
    ("kind", "content"), [*((kind, NO_FILMS[0]) for kind in KINDS), *(("vllm-omni", each) for each in NO_FILMS[1:])]
)
def test_what_is_no_film_is_refused_and_cleared_away(kind, content):
    with served(kind, films=[content]) as (fake, table):
        heard = Listener()
        with pytest.raises(MediaInvalid):
            rendered(RemoteEngine(table), heard.job())
        assert kind != "vllm-omni" or fake.deleted
    assert "id" not in heard.memo


def test_a_film_without_end_is_refused():
    with running("vllm-omni", declared=3 << 30) as fake, pytest.raises(EngineFailed, match="larger than 2048 MiB"):
        rendered(RemoteEngine(config(fake.base)), Listener().job())


def test_a_film_too_short_for_what_was_asked_is_refused():
    with running("vllm-omni", films=[film(frames=5)]) as fake, pytest.raises(EngineFailed, match="it made 5 frames"):
        rendered(RemoteEngine(config(fake.base)), Listener().job())


@pytest.mark.parametrize("said_in_status", [True, False])
def test_a_film_in_the_cloud_is_fetched_there_without_the_key(said_in_status):
    with running("sglang") as fake:
        fake.cloud = f"{fake.base.replace('127.0.0.1', 'localhost')}/cloud/film.mp4?signature=s3cret"
        table = config(fake.base, protocol="sglang", allow_networks=["127.0.0.0/8", "::1/128"])
        assert len(rendered(RemoteEngine(table), Listener().job())) == 16
        assert ("CLOUD", "/cloud/film.mp4") in fake.calls


def test_nothing_is_left_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with running("vllm-omni") as fake:
        rendered(RemoteEngine(config(fake.base)), Listener().job())
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base)), Listener(stop=lambda heard: len(heard.told) > 3).job())
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "promptreel-film-99999999-abc").mkdir()
    (tmp_path / "promptreel-film-1-abc").mkdir()
    RemoteEngine(config("http://127.0.0.1:9"))
    assert [each.name for each in tmp_path.iterdir()] == ["promptreel-film-1-abc"]


# -- stopping ----------------------------------------------------------------------------------------------------------


def stopped_while(step: str, kind: str, **behaviour) -> tuple[Listener, list[str], list[str]]:
    """Stop a job as soon as it is at that step: what was heard, and the jobs created and deleted over there."""
    with running(kind, polls=1000, **behaviour) as fake:
        heard = Listener(stop=lambda heard: heard.told[-1][1] == step)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base, protocol=kind)), heard.job())
        return heard, [job.id for job in fake.created], list(fake.deleted)


def test_a_stop_cancels_the_job_over_there():
    heard, created, deleted = stopped_while("rendering", "vllm-omni")
    assert deleted == created
    assert heard.memo == {}


def test_a_stop_is_told_again_where_the_server_is_still_at_it():
    heard, created, deleted = stopped_while("rendering", "vllm-omni", busy_deletes=2)
    assert deleted == created and heard.memo == {}


@pytest.mark.parametrize("kind", ["sglang", "fastvideo"])
def test_a_server_that_renders_on_after_a_stop_counts_as_busy(kind):
    heard, created, deleted = stopped_while("rendering", kind)
    assert deleted == created
    assert set(heard.memo) == {"busy_seconds"} and 15 <= heard.memo["busy_seconds"] <= 61


def test_how_long_it_counts_as_busy_is_taken_from_its_progress():
    heard, *_ = stopped_while("rendering", "sglang", progress=[99])
    assert 1 <= heard.memo["busy_seconds"] <= 2


def test_a_server_that_cannot_be_told_to_stop_counts_as_busy():
    heard, _, deleted = stopped_while("rendering", "litellm")
    assert not deleted and heard.memo["busy_seconds"] > 10


def test_a_job_that_is_born_while_nobody_wants_it_any_more_is_cancelled():
    with running("vllm-omni", polls=1000, create_seconds=0.5) as fake:
        heard = Listener(stop=lambda heard: len(heard.told) > 2)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base)), heard.job())
        assert fake.deleted == [job.id for job in fake.created] != []


def test_a_job_that_may_be_born_later_counts_as_taking_a_slot():
    with running("vllm-omni", create_seconds=2.5) as fake:
        heard = Listener(stop=lambda heard: len(heard.told) > 2)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base)), heard.job())
    assert heard.memo["busy_seconds"] == 60


@pytest.mark.parametrize("kind", ["openai", "vllm-omni"])
@pytest.mark.parametrize("loses", ["cut off", "502"])
def test_a_job_whose_name_was_not_heard_is_found_in_the_list(kind, loses):
    with running(kind, polls=1, loses_answers=loses) as fake:
        before, others = int(time.time()) - 60, {"status": "queued", "object": "video"}
        fake.other_jobs = [
            others | {"id": "older", "prompt": SPEC.prompt, "created_at": before},
            others | {"id": "another", "prompt": "a hen", "created_at": before + 60},
            others | {"id": "strange", "created_at": None},
        ]
        assert len(rendered(RemoteEngine(config(fake.base, protocol=kind)), Listener().job())) == 16
        assert len(fake.created) == 1 and fake.deleted == [fake.created[0].id]


@pytest.mark.parametrize(
    ("kind", "slots", "another"),
    [
        ("vllm-omni", 1, True),  # which of the two is ours?
        ("vllm-omni", 2, False),  # it may be that of the other slot, whose prompt is the same
        ("sglang", 1, False),  # its list tells no prompts
        ("litellm", 1, False),
    ],
)
def test_a_job_that_may_be_somebody_elses_is_left_alone_and_counts_as_taking_a_slot(kind, slots, another, monkeypatch):
    monkeypatch.setattr(openai_shaped, "LISTED_AFTER", (0.01, 0.02))
    with running(kind, loses_answers="cut off") as fake:
        if another:
            twin = {"id": "twin", "prompt": SPEC.prompt, "created_at": int(time.time()), "status": "queued"}
            fake.other_jobs = [twin]
        heard = Listener()
        with pytest.raises(EngineAway):
            rendered(RemoteEngine(config({"url": fake.base, "slots": slots}, protocol=kind)), heard.job())
        assert len(fake.created) == 1 and not fake.deleted
    assert heard.memo == {"busy_seconds": 60}


def test_what_was_never_sent_takes_no_slot():
    for address, table in (("http://127.0.0.1:9", {}), ("", {"create_status": 503})):
        with running("vllm-omni", **table) as fake:
            heard = Listener()
            with pytest.raises(EngineAway):
                rendered(RemoteEngine(config(address or fake.base)), heard.job())
        assert heard.memo == {}


def test_a_stop_is_heard_while_a_film_comes_slowly():
    with running("vllm-omni", stalls=True) as fake:
        heard = Listener(stop=lambda heard: heard.told[-1][1] == "fetching the film" and len(heard.told) > 8)
        with pytest.raises(EngineStopped):
            rendered(RemoteEngine(config(fake.base)), heard.job())
        assert fake.deleted
    assert heard.memo == {}


# -- taken up again ----------------------------------------------------------------------------------------------------


def cut_off_while_rendering(table) -> Listener:
    """An attempt whose process was killed in the middle: nothing was told to the server, and the memo is there."""
    heard = Listener()

    class Killed(BaseException):
        pass

    def die(*_):
        if heard.memos:
            raise Killed

    engine = RemoteEngine(table)
    job = heard.job()
    object.__setattr__(job, "progress", die)
    from promptreel.engines.remote import errand

    gives_up, errand.Errand.given_up = errand.Errand.given_up, lambda _self: None
    try:
        with pytest.raises(Killed):
            rendered(engine, job)
    finally:
        errand.Errand.given_up = gives_up
    return heard


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_was_cut_off_is_taken_up_again_instead_of_being_paid_twice(kind):
    with served(kind, polls=3) as (fake, table):
        killed = cut_off_while_rendering(table)
        assert len(rendered(RemoteEngine(table), Listener().job(memo=killed.memo))) == 16
        assert len(fake.created) == 1
        assert kind != "vllm-omni" or len(fake.deleted) == 1


def test_a_job_that_was_cut_off_and_then_lost_is_made_anew():
    with running("vllm-omni") as fake:
        killed = cut_off_while_rendering(config(fake.base))
        fake.restart()
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job(memo=killed.memo))) == 16
        assert len(fake.created) == 2


def test_a_job_that_was_cut_off_is_cancelled_where_another_server_gets_it():
    with running("vllm-omni", polls=1000) as old, running("vllm-omni") as new:
        killed = cut_off_while_rendering(config(old.base))
        both = config(old.base, new.base)
        assert len(rendered(RemoteEngine(both), Listener().job(memo=killed.memo, server=1))) == 16
        assert old.deleted == [old.created[0].id] and len(new.created) == 1


@pytest.mark.parametrize("memo", [{}, {"id": 7}, {"server": "http://elsewhere", "id": "x"}, {"busy_seconds": 9}])
def test_a_memo_of_something_else_does_no_harm(memo):
    with running("vllm-omni") as fake:
        assert len(rendered(RemoteEngine(config(fake.base)), Listener().job(memo=memo))) == 16
        assert len(fake.created) == 1


def test_a_later_pass_that_may_be_rendered_unheard_leaves_the_films_before_it_to_be_found(monkeypatch):
    monkeypatch.setattr(openai_shaped, "LISTED_AFTER", ())
    spec = replace(SPEC, duration=26 / 16)
    with running("vllm-omni", polls=1) as fake:
        heard = Listener()

        def deaf_in_the_second(_):
            fake.loses_answers = "502" if fake.created else ""
            return False

        heard.stop = deaf_in_the_second
        with pytest.raises(EngineAway):
            rendered(RemoteEngine(config(fake.base, presets={"free": Preset(frames=17)})), heard.job(spec))
        assert heard.memo["id"] == fake.created[0].id and heard.memo["busy_seconds"] > 0


def test_passes_that_are_done_are_not_made_again():
    films = [film(frames=17, shade=20), film(frames=17, shade=90)]
    spec = replace(SPEC, duration=26 / 16)
    with running("vllm-omni", films=films, polls=1) as fake:
        table = config(fake.base, presets={"free": Preset(frames=17)})
        heard = Listener()

        def down_in_the_second(heard):
            if len(fake.created) == 2:
                fake.poll_statuses = [502] * 1000
            return False

        heard.stop = down_in_the_second
        with pytest.raises(EngineAway):
            rendered(RemoteEngine(table), heard.job(spec))
        fake.poll_statuses = []
        assert len(rendered(RemoteEngine(table), Listener().job(spec, memo=heard.memo))) == 26
        assert len(fake.created) == 2 and len(fake.deleted) == 2
