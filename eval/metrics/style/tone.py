"""Does a reply look like the reference replies or like the base model's? A classifier two-sample test.

A classifier is trained to tell the two apart; its accuracy on replies that it has not seen says how far apart they are
(Lopez-Paz and Oquab 2017, ICLR, arXiv:1610.06545). Neither length nor topic may decide: it sees pieces of one length,
in which words that few groups use are blanks. It is cross-fitted by group: what judges the replies to a question has
learnt from no reply to that question, the base model's least of all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.metrics.style.check import Samples, clean
from eval.metrics.style.topic_masking import common_words, distort, length, pieces, sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
LEAST_REPLIES = 20
LEAST_AUC = 0.75
_SHORTEST, _LONGEST = 4, 40
"""Bounds of the pieces, in words."""


@dataclass(frozen=True)
class Tone:
    """A fitted tone test with what is known of its worth; `reason` says why it may not judge, or is empty."""

    reference: int
    """How many reference replies it learnt from."""
    contrast: int
    auc: float | None = None
    """Area under the ROC curve on held-back replies: 0.5 tells nothing, 1 tells all."""
    reference_pass: float | None = None
    """Share of the reference replies that pass when held back: the best that a mode can hope for."""
    contrast_pass: float | None = None
    reason: str = ""
    words: int = 0
    """Length of the pieces."""
    voices: tuple[_Voice, ...] = field(default=(), repr=False)
    folds: Mapping[str, int] = field(default_factory=dict, repr=False)
    scale: tuple[float, float] = (1.0, 0.0)

    def probability(self, reply: str, group: str) -> float:
        """The probability that a reply is a reference one, were both sides equally likely, in (0, 1).

        Judged by the classifier that has not seen the group; where it is in none, by all of them.
        """
        fold = self.folds.get(group)
        chosen = self.voices if fold is None else (self.voices[fold],)
        raw = float(np.mean([voice.scores([reply], self.words)[0] for voice in chosen]))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.scale[0] * raw + self.scale[1]))))

    def summary(self) -> dict[str, Any]:
        """What a reader needs to judge the test: counts of replies, figures on held-back ones, why it may not judge."""
        return {
            "reference_replies": self.reference, "contrast_replies": self.contrast, "auc": self.auc,
            "reference_pass": self.reference_pass, "contrast_pass": self.contrast_pass, "piece_words": self.words,
            "reason": self.reason,
        }  # fmt: skip


@lru_cache(maxsize=4)
def fit_tone(samples: Samples) -> Tone:
    """Fit the test on the reference replies and the base model's; never raises for too few or odd replies."""
    sides = [[(g, clean(t)) for g, t in side if clean(t)] for side in (samples.reference, samples.contrast)]
    none = Tone(len(sides[0]), len(sides[1]))
    if not sides[1]:
        return replace(none, reason="no replies of the base model to compare with")
    for name, n in (("training replies", none.reference), ("replies of the base model", none.contrast)):
        if n < LEAST_REPLIES:
            return replace(none, reason=f"{n} {name}, fewer than {LEAST_REPLIES}")
    groups = [g for side in sides for g, _ in side]
    folds = _assign(sides)
    texts = [t for side in sides for _, t in side]
    labels = np.repeat([1, 0], [len(sides[0]), len(sides[1])])
    of_fold = np.array([folds[g] for g in groups])
    if any(len(set(labels[of_fold != k])) < 2 or not (of_fold == k).any() for k in range(FOLDS)):
        return replace(none, reason=f"fewer than {FOLDS} groups of replies on one side")
    return _cross_fit(replace(none, words=piece_words(sides), folds=folds), groups, texts, labels)


def _cross_fit(tone: Tone, groups: Sequence[str], texts: Sequence[str], labels: NDArray[Any]) -> Tone:
    """The tone test with its classifiers, each fitted on all folds but one, and its figures on the fold left out."""
    from sklearn.metrics import roc_auc_score

    held_back = np.zeros(len(texts))
    voices = []
    for k in range(FOLDS):
        unseen = [i for i, g in enumerate(groups) if tone.folds[g] == k]
        rows = [(g, texts[i], int(labels[i])) for i, g in enumerate(groups) if tone.folds[g] != k]
        voice = _Voice.fit(rows, tone.words)
        held_back[unseen] = voice.scores([texts[i] for i in unseen], tone.words)
        voices.append(voice)
    scale = _calibrate(held_back, labels)
    passed = scale[0] * held_back + scale[1] >= 0
    auc = round(float(roc_auc_score(labels, held_back)), 4)
    reason = "" if auc >= LEAST_AUC else (
        f"held-back AUC {auc:.2f} is below {LEAST_AUC}: reference replies and the base model's are too alike in tone"
    )  # fmt: skip
    return replace(
        tone, auc=auc, reason=reason, voices=tuple(voices), scale=scale,
        reference_pass=round(float(passed[labels == 1].mean()), 4),
        contrast_pass=round(float(passed[labels == 0].mean()), 4),
    )  # fmt: skip


def piece_words(sides: Sequence[Sequence[tuple[str, str]]]) -> int:
    """The length that three in four sentences of either side have, so that pieces of both sides are equally long."""
    counts = [[length(s) for _, t in side for s in sentences(t)] for side in sides]
    short = min(float(np.quantile(side, 0.25)) for side in counts)
    return int(min(max(short, _SHORTEST), _LONGEST))


def _assign(sides: Sequence[Sequence[tuple[str, str]]]) -> dict[str, int]:
    """A fold for each group: the largest groups first, each to the fold with the fewest replies of its side."""
    folds: dict[str, int] = {}
    for side in sides:
        sizes: dict[str, int] = {}
        for group, _ in side:
            sizes[group] = sizes.get(group, 0) + 1
        filled = [sum(n for g, n in sizes.items() if folds.get(g) == k) for k in range(FOLDS)]
        for group in sorted((g for g in sizes if g not in folds), key=lambda g: (-sizes[g], g)):
            fold = filled.index(min(filled))
            folds[group] = fold
            filled[fold] += sizes[group]
    return folds


def _calibrate(scores: NDArray[Any], labels: NDArray[Any]) -> tuple[float, float]:
    """Slope and intercept that make held-back scores log-odds, both sides weighing the same (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(class_weight="balanced").fit(scores[:, None], labels)
    slope = max(float(model.coef_[0][0]), 1e-6)
    return slope, float(model.intercept_[0])


@dataclass(frozen=True)
class _Voice:
    """One classifier: character n-grams of distorted pieces, logistic regression."""

    keep: frozenset[str]
    vectorise: Any
    model: Any

    @classmethod
    def fit(cls, rows: Sequence[tuple[str, str, int]], size: int) -> _Voice:
        """Learn from (group, text, 1 for reference or 0 for base); replies weigh the same, and so do the sides."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        keep = frozenset().union(*(common_words((g, t) for g, t, label in rows if label == side) for side in (0, 1)))
        cut = [[distort(p, keep) for p in pieces(t, size)] for _, t, _ in rows]
        vectorise = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), lowercase=False, sublinear_tf=True, min_df=2, max_features=20000
        )
        matrix = vectorise.fit_transform([p for parts in cut for p in parts])
        labels = np.repeat([label for _, _, label in rows], [len(parts) for parts in cut])
        weights = np.concatenate([np.full(len(parts), 1 / len(parts)) for parts in cut])
        for side in (0, 1):
            weights[labels == side] *= len(weights) / weights[labels == side].sum() / 2
        model = LogisticRegression(C=1.0, max_iter=500).fit(matrix, labels, sample_weight=weights)
        return cls(keep, vectorise, model)

    def scores(self, texts: Sequence[str], size: int) -> NDArray[Any]:
        """Log-odds that each text is a reference one, the mean over its pieces; 0 for a text without words."""
        cut = [[distort(p, self.keep) for p in pieces(t, size)] for t in texts]
        found = np.zeros(len(texts))
        if flat := [p for parts in cut for p in parts]:
            odds = self.model.decision_function(self.vectorise.transform(flat))
            ends = np.cumsum([len(parts) for parts in cut])
            for i, (parts, end) in enumerate(zip(cut, ends, strict=True)):
                if parts:
                    found[i] = odds[end - len(parts) : end].mean()
        return found
