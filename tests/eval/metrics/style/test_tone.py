"""Two invented writers, the house courteous and the base blunt, who speak of the same things at the same length."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from eval.metrics.style.run_checks import Check, Samples, build_checks
from eval.metrics.style.tone import LEAST_AUC, LEAST_REPLIES, Tone, fit_tone

THINGS = ("pump", "valve", "seal", "rotor", "cap", "hose", "gauge", "filter", "float", "buoy", "cable", "spring")
STATES = ("leaks", "holds", "sticks", "turns", "drips", "fits", "breaks", "hums", "stops", "rusts")
HOUSE = (
    "Kindly note that the {} {}",
    "We would ask you to see whether the {} {}",
    "You may find that the {} {}, we regret",
)
BASE = ("The {} {} because it is a part", "It is known that a {} {} in this case", "The {} is what {} here")

Row = tuple[str, str]


def say(patterns: tuple[str, ...], number: int, sentences: int, seed: str) -> list[Row]:
    draw = random.Random(seed)
    return [
        (f"{seed}{i}", " ".join(draw.choice(patterns).format(draw.choice(THINGS), draw.choice(STATES)) + "."
                                for _ in range(sentences)))
        for i in range(number)
    ]  # fmt: skip


def fit(reference: list[Row], contrast: list[Row]) -> Tone:
    return fit_tone(Samples(tuple(reference), tuple(contrast)))


def tone_check(reference: list[Row], contrast: list[Row]) -> Check:
    samples = Samples(tuple(reference), tuple(contrast))
    (check,) = build_checks([{"tone": {}}], documents=(), refusal=None, where="x", folder=Path(), samples=samples)
    return check


def test_two_writers_are_told_apart_on_replies_not_seen() -> None:
    tone = fit(say(HOUSE, 60, 1, "h"), say(BASE, 60, 1, "b"))
    assert tone.reason == ""
    assert tone.auc is not None and tone.auc > 0.95
    assert tone.reference_pass is not None and tone.reference_pass > 0.9
    assert tone.contrast_pass is not None and tone.contrast_pass < 0.1


def test_length_does_not_decide_when_the_house_is_short_and_the_base_long() -> None:
    check = tone_check(say(HOUSE, 60, 1, "h"), say(BASE, 60, 6, "b"))
    (_, long_house), (_, short_base) = say(HOUSE, 1, 8, "x")[0], say(BASE, 1, 1, "y")[0]
    assert check.fails(long_house) == ""
    assert check.fails(short_base).startswith("looks like the base model's own replies")


@pytest.mark.parametrize(("house", "base"), [(1, 6), (6, 1)])
def test_one_writer_at_two_lengths_is_not_told_apart(house: int, base: int) -> None:
    tone = fit(say(HOUSE + BASE, 100, house, "h"), say(HOUSE + BASE, 100, base, "b"))
    assert tone.auc is not None and abs(tone.auc - 0.5) < 0.15
    assert "AUC" in tone.reason


def test_one_writer_on_two_topics_is_not_told_apart() -> None:
    draw = random.Random(0)

    def about(topic: str, seed: str) -> list[Row]:
        words = [f"{topic}{a}{b}" for a in "aeiou" for b in "lmnrst"]
        return [
            (f"{seed}{i}", draw.choice(HOUSE).format(draw.choice(words), draw.choice(STATES)) + ".") for i in range(80)
        ]

    tone = fit(about("pel", "h"), about("dron", "b"))
    assert tone.auc is not None and tone.auc < LEAST_AUC
    assert tone.reason


def test_a_reply_is_judged_by_what_has_not_seen_its_group() -> None:
    draw = random.Random(1)
    coin = [(f"g{i}", draw.choice(HOUSE + BASE).format(*draw.choices(THINGS, k=2)) + ".") for i in range(120)]
    tone = fit(coin[:60], coin[60:])
    assert tone.auc is not None and tone.auc < LEAST_AUC
    # what it has seen, it knows: so without cross-fitting the base model's own replies would be given away
    seen = [tone.voices[(tone.folds[g] + 1) % 5].scores([t], tone.words)[0] for g, t in coin[60:]]
    unseen = [tone.voices[tone.folds[g]].scores([t], tone.words)[0] for g, t in coin[60:]]
    assert sum(seen) < sum(unseen)


def test_a_group_lies_in_one_fold_on_both_sides() -> None:
    reference = [(f"g{i // 3}", t) for i, (_, t) in enumerate(say(HOUSE, 60, 1, "h"))]
    contrast = [(f"g{i // 3}", t) for i, (_, t) in enumerate(say(BASE, 60, 1, "b"))]
    tone = fit(reference, contrast)
    assert set(tone.folds) == {f"g{i}" for i in range(20)}
    assert sorted(list(tone.folds.values()).count(k) for k in range(5)) == [4, 4, 4, 4, 4]


@pytest.mark.parametrize(
    ("reference", "contrast", "said"),
    [
        (say(HOUSE, 30, 1, "h"), [], "no replies of the base model"),
        (say(HOUSE, 19, 1, "h"), say(BASE, 30, 1, "b"), f"19 training replies, fewer than {LEAST_REPLIES}"),
        (say(HOUSE, 30, 1, "h"), say(BASE, 19, 1, "b"), "19 replies of the base model, fewer than"),
        (say(HOUSE, 30, 1, "h"), [("g", "")] * 30, "no replies of the base model"),
        ([("g", t) for _, t in say(HOUSE, 30, 1, "h")], say(BASE, 30, 1, "b"), "groups of replies on one side"),
    ],
)
def test_too_little_to_learn_from_is_said_and_not_scored(reference: list[Row], contrast: list[Row], said: str) -> None:
    check = tone_check(reference, contrast)
    assert said in check.unjudged
    assert check.fails("anything") == ""


def test_an_empty_reply_is_not_in_the_house_tone() -> None:
    assert tone_check(say(HOUSE, 40, 1, "h"), say(BASE, 40, 1, "b")).fails(" \n") == "is empty"


def test_probabilities_are_calibrated_with_both_sides_equally_likely() -> None:
    mixed = say(HOUSE, 90, 1, "h") + say(BASE, 10, 1, "hb")  # one house reply in ten reads as the base's
    tone = fit(mixed, say(BASE, 200, 1, "b"))
    chances = [tone.probability(t, g) for g, t in mixed]
    assert 0.85 <= sum(chances[:90]) / 90 <= 1
    assert all(0 < c < 1 for c in chances)


def test_whatever_the_reply_tone_does_not_raise() -> None:
    check = tone_check(say(HOUSE, 40, 1, "h"), say(BASE, 40, 1, "b"))
    for reply in ("...", "\ud800", "\x00", "9" * 3000, "不知道", "😊", "a\n" * 500, "[" * 500, "-"):
        assert isinstance(check.fails(reply, "nowhere"), str)


def test_without_tone_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom eval.metrics.style.run_checks import Samples, build_checks\n"
        "s = Samples((('g', 'a'),) * 30, (('h', 'b'),) * 30)\n"
        "c = build_checks([{'words': {'max': 3}}], documents=(), refusal=None, where='x', folder=Path(), samples=s)\n"
        "c[0].fails('a b')\nprint(sorted({'sklearn', 'markdown_it', 'py3langid', 'numpy'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
