"""Whether a server can be given a job."""

import pytest

from promptreel.engines.remote.health import check
from promptreel.engines.remote.orphans import cancel, jobs_in

from .conftest import Listener, config, rendered
from .kinds import OPENAI_SHAPED as KINDS
from .servers import SERVED, running


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_well_says_what_it_serves(kind):
    with running(kind) as fake:
        health = check(config(fake.base, protocol=kind), 0)
    assert health.ok and health.served_models == (SERVED,) and not health.reason


@pytest.mark.parametrize("kind", ["vllm-omni", "sglang", "fastvideo", "litellm"])
def test_a_server_that_warms_up_is_not_ready(kind):
    with running(kind, healthy=False) as fake:
        health = check(config(fake.base, protocol=kind), 0)
    assert not health.ok and "503" in health.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_with_another_model_is_not_well(kind):
    with running(kind) as fake:
        health = check(config(fake.base, protocol=kind, model="Other/Model"), 0)
    assert not health.ok and health.reason == "it serves Some/Model, not Other/Model"
    assert health.served_models == (SERVED,)


def test_a_server_that_says_nothing_of_models_is_trusted():
    with running("fastvideo", served=[]) as fake:
        assert check(config(fake.base, protocol="fastvideo", model="Any/Model"), 0).ok


def test_a_wrong_key_is_told_without_it():
    with running("openai") as fake:
        health = check(config(fake.base, protocol="openai", key="sk-wrong-key-123456"), 0)
    assert not health.ok and "401" in health.reason and "wrong" not in health.reason


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refusal_to_name_the_models_is_not_well(status):
    """LiteLLM answers 400 to a key that it does not know when it has no database."""
    with running("litellm", models_status=status) as fake:
        health = check(config(fake.base, protocol="litellm"), 0)
    assert not health.ok and str(status) in health.reason


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_a_list_of_models_is_trusted(status):
    with running("openai", models_status=status) as fake:
        assert check(config(fake.base, protocol="openai"), 0).ok


def test_a_server_of_another_kind_is_not_well():
    from starlette.applications import Starlette

    from .servers import serving

    with serving(Starlette()) as base:
        health = check(config(base, protocol="openai"), 0)
    assert health.reason == "it has no /v1/videos" and not health.ok


def test_what_a_server_says_of_itself_can_be_written_down():
    with running("vllm-omni", served=["bad\x00\x1b[31mname", "x" * 5000]) as fake:
        health = check(config(fake.base, model="Some/Model"), 0)
    assert (not health.ok and "not Some/Model" in health.reason) or len(health.reason) == 300
    assert all(each.isprintable() and len(each) <= 300 for each in (health.reason, *health.served_models))


def test_a_server_that_is_not_there_is_told_so():
    health = check(config("http://127.0.0.1:1", "http://127.0.0.1:9"), 1)
    assert not health.ok and health.reason.startswith("server 2 of 2 cannot be reached")


def test_the_server_asked_is_the_one_meant():
    with running("vllm-omni", healthy=False) as sick, running("vllm-omni") as well:
        table = config(sick.base, well.base)
        assert [check(table, 0).ok, check(table, 1).ok] == [False, True]


# -- orphans -----------------------------------------------------------------------------------------------------------


def test_what_an_attempt_left_is_cancelled_where_it_is():
    with running("vllm-omni", poll_statuses=[502] * 1000) as fake, running("vllm-omni") as other:
        from promptreel.engines.remote.engine import RemoteEngine

        table, heard = config(other.base, fake.base), Listener()
        with pytest.raises(Exception, match="502"):
            rendered(RemoteEngine(table), heard.job(server=1))
        cancel(table, heard.memo)
        assert fake.deleted == [fake.created[0].id]
        assert not other.calls


@pytest.mark.parametrize(
    "memo", [{}, {"id": "x"}, {"id": "x", "server": "http://127.0.0.1:9"}, {"server": "http://127.0.0.1:9"}]
)
def test_cancelling_what_is_not_there_does_no_harm(memo):
    cancel(config("http://127.0.0.1:9"), memo)


def test_jobs_of_a_memo_are_read_with_care():
    assert jobs_in({"id": "b", "done": ["a", 5, ""]}) == ["a", "b"]
    assert jobs_in({"id": 5, "done": "ab"}) == []
