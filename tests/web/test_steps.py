"""What an engine does just now, as people are told."""

from promptreel.web import steps


def test_a_step_is_told_in_words_with_how_far_it_is() -> None:
    told = "denoising: 3 / 50"
    assert (steps.words(told), steps.detail(told)) == (steps.STEPS["denoising"], ": 3 / 50")
    assert (steps.words("waves"), steps.detail("waves")) == ("Making waves", "")
    # The word of an engine that nobody here knows is told as it came.
    assert (steps.words("step: two"), steps.detail("step: two")) == ("step: two", "")
    assert (steps.words(""), steps.detail("")) == ("Starting", "")
