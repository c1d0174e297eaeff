"""What an engine does just now, as people are told."""

from promptreel.web import steps


def test_a_step_is_told_in_words_with_how_far_it_is() -> None:
    told = "denoising: 3 / 50"
    assert (steps.words(told), steps.detail(told)) == (steps.STEPS["denoising"], ": 3 / 50")
    assert (steps.words("waves"), steps.detail("waves")) == ("Making waves", "")
    # The word of an engine that nobody here knows is told as it came.
    assert (steps.words("step: two"), steps.detail("step: two")) == ("step: two", "")
    assert (steps.words(""), steps.detail("")) == ("Starting", "")


def test_what_comes_before_a_video_has_a_share_of_its_own() -> None:
    told = "downloading the model: 9.1 / 20.0 GB"
    assert steps.is_beforehand(told) and steps.is_beforehand("loading the model")
    assert not steps.is_beforehand("denoising: 3 / 50")
    assert steps.share("downloading the model: 5.0 / 20.0 GB") == 0.25 and steps.share("loading the model") is None
    assert steps.share("downloading the model: 0.0 / 0.0 GB") is None
    assert steps.detail(told, "de") == ": 9,1 / 20 GB"


def test_a_failure_is_told_in_the_reader_s_words_and_then_in_the_engine_s() -> None:
    assert steps.failure("engine_timeout") == steps.FAILURES["engine_timeout"]
    assert steps.failure(None) == "Video generation failed"
    assert steps.own_words("engine_failed", "The engine failed: no paint") == "no paint"
    assert steps.own_words("engine_timeout", "The engine took longer than 900 s") == ""
