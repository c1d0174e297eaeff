"""Pure arithmetic that must hold for every input: sides of a frame, the form of a token, what a quota has left."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from promptreel import accounts, limits
from promptreel.plans import QUALITIES, TIERS
from promptreel.spec import ASPECT_RATIOS, MAX_SIDE, MIN_SIDE, VideoSpec, even, frame_size

same_every_time = examples(derandomize=True, deadline=None, database=None)

SIDES = st.integers(MIN_SIDE, MAX_SIDE)
RATIOS = st.one_of(
    st.sampled_from(sorted(ASPECT_RATIOS.values())), st.tuples(st.integers(1, 10_000), st.integers(1, 10_000))
)


# -- frames ------------------------------------------------------------------------------------------------------------


@same_every_time
@given(st.floats(-1e9, 1e9))
def test_even_is_even_within_bounds_and_near(value: float) -> None:
    side = even(value)
    assert side % 2 == 0 and MIN_SIDE <= side <= MAX_SIDE
    assert abs(side - min(MAX_SIDE, max(MIN_SIDE, value))) <= 1
    assert even(side) == side


@same_every_time
@given(SIDES, RATIOS, SIDES.map(lambda side: side - side % 2))
def test_a_frame_is_even_within_bounds_and_keeps_its_ratio(side: int, ratio: tuple[int, int], longest: int) -> None:
    across, down = ratio
    width, height = frame_size(side, ratio, longest)
    assert width % 2 == height % 2 == 0
    assert min(width, height) >= MIN_SIDE and max(width, height) <= longest
    assert min(width, height) <= max(MIN_SIDE, side + 1)
    # Each side is at most one pixel off, unless it would be too small to be encoded.
    if min(width, height) > MIN_SIDE:
        assert abs(width * down - height * across) <= across + down + 1e-6 * across * down
    assert frame_size(side, (down, across), longest) == (height, width)


@same_every_time
@given(st.sampled_from(sorted(QUALITIES)), st.sampled_from(sorted(ASPECT_RATIOS)))
def test_a_quality_has_the_short_side_that_it_is_named_for(quality: str, ratio: str) -> None:
    sold = QUALITIES[quality]
    width, height = frame_size(sold.short_side, ASPECT_RATIOS[ratio], sold.longest_side)
    assert min(width, height) == sold.short_side


@same_every_time
@given(
    st.builds(
        VideoSpec,
        prompt=st.text(),
        width=SIDES,
        height=SIDES,
        fps=st.integers(1, 60),
        duration=st.floats(0, 60),
        seed=st.integers(0, 2**32 - 1),
        negative_prompt=st.text(),
        has_image=st.booleans(),
    )
)
def test_a_specification_survives_being_kept(spec: VideoSpec) -> None:
    assert VideoSpec.from_dict({**spec.as_dict(), "of a newer version": 1}) == spec
    assert spec.frames >= 1
    assert abs(spec.frames - max(1, spec.duration * spec.fps)) <= 0.5


# -- tokens ------------------------------------------------------------------------------------------------------------

BASE62 = st.sampled_from(accounts.BASE62)


@same_every_time
@given(st.text(BASE62, min_size=30, max_size=30), st.integers(0, 39), BASE62)
def test_a_token_with_one_other_character_is_none(body: str, place: int, character: str) -> None:
    token = f"{accounts.TOKEN_PREFIX}_{body}"
    token += accounts.checksum(token)
    assert accounts.looks_like_token(token)
    changed = token[:place] + character + token[place + 1 :]
    assert accounts.looks_like_token(changed) == (changed == token)
    assert not accounts.looks_like_token(token + character) and not accounts.looks_like_token(token[:-1])


@same_every_time
@given(st.text())
def test_no_text_breaks_the_check_of_tokens(text: str) -> None:
    assert not accounts.looks_like_token(text)


@same_every_time
@given(st.text(st.characters(codec="utf-8")))
def test_a_checksum_has_six_characters_of_base62(text: str) -> None:
    checksum = accounts.checksum(text)
    assert len(checksum) == 6 and set(checksum) <= set(accounts.BASE62)


# -- quotas ------------------------------------------------------------------------------------------------------------


@same_every_time
@given(
    st.sampled_from(sorted(TIERS)),
    st.integers(0, 10**6),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_a_quota_adds_up_and_begins_anew_at_midnight(tier: str, used: int, now: datetime) -> None:
    quota = limits.make_quota(tier, used, now)
    if TIERS[tier].daily_calls is None:
        assert quota.limit is quota.remaining is quota.reset_at is None
        return
    assert quota.limit is not None and quota.remaining is not None and quota.reset_at is not None
    assert 0 <= quota.remaining <= quota.limit
    assert quota.remaining == quota.limit - min(used, quota.limit)
    assert timedelta(0) < quota.reset_at - now <= timedelta(days=1)
    assert quota.reset_at.time() == datetime.min.time() and quota.reset_at.tzinfo is UTC
