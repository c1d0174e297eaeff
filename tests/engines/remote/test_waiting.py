"""Waiting: heard at any time, and polite."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreel.engines.remote.waiting import Waiting, guessed_fraction, left_over, next_poll, next_try
from promptreel.errors import EngineStopped


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_a_long_call_is_waited_for_with_ticks(pool):
    ticks = []
    assert Waiting(lambda: ticks.append(1), pool).during(lambda: time.sleep(0.6) or "done") == "done"
    assert len(ticks) >= 3


def test_a_stop_ends_the_waiting_and_not_the_call(pool):
    over, ticks = threading.Event(), []

    def tick():
        ticks.append(1)
        if len(ticks) == 2:
            raise EngineStopped

    waiting = Waiting(tick, pool)
    future = waiting.begin(lambda: over.wait(5))
    with pytest.raises(EngineStopped):
        waiting.finish(future)
    over.set()
    assert future.result(1) is True


def test_what_a_call_raises_is_raised_even_if_it_is_a_timeout(pool):
    def call():
        raise TimeoutError("the call's own")

    with pytest.raises(TimeoutError, match="own"):
        Waiting(lambda: None, pool).during(call)


def test_a_pause_is_left_at_once(pool):
    def tick():
        raise EngineStopped

    with pytest.raises(EngineStopped):
        Waiting(tick, pool).pause(60)


def test_polling_becomes_rarer_and_follows_the_server():
    assert next_poll(1, 0, None) == 1
    assert next_poll(1, 100, None) == 2
    assert next_poll(1, 10_000, None) == 5
    assert next_poll(1, 0, 3) == 3
    assert next_poll(1, 0, 0.05) == 1
    assert next_poll(1, 0, 1e9) == 30
    assert next_poll(60, 0, None) == 30


def test_a_server_that_fails_is_asked_ever_more_rarely():
    pauses = [next_try(0.1, failures, None) for failures in range(1, 30)]
    assert pauses == sorted(pauses) and pauses[0] == 0.2 and pauses[-1] == 10
    assert next_try(0.1, 1, 4) == 4


@given(st.floats(0, 1e6), st.floats(0, 1e4), st.floats(0.01, 1e5))
def test_a_guess_always_moves_on_and_never_arrives(elapsed, more, usual):
    assert 0 <= guessed_fraction(elapsed, usual) <= guessed_fraction(elapsed + more, usual) <= 0.9


def test_what_is_left_of_a_job():
    assert left_over(30, 60, 0.75) == pytest.approx(10)
    assert left_over(30, 60, None) == 30
    assert left_over(300, 60, None) == 15
