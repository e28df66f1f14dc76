"""Gates over numbers: is there enough to test on and to train on, and would a constant answer pass?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from eval.data.gates.gate import Finding, Material, counted, gate, listed, percent
from eval.metrics.style.run_checks import Check, build_checks
from eval.metrics.text.normalize import normalise
from eval.records import Example
from eval.stats.power import detectable_difference, effective_size, questions_needed

FEW_TRAINING_ROWS = 50
"""OpenAI's guide to supervised fine-tuning sees clear improvements from 50 to 100 examples on."""
FEWEST = 20
"""As `eval.verdict.rule.FEWEST`, which this module cannot import: fewer independent groups give no verdict."""
CONSTANT_SHARE = 0.5
LARGE_GROUP = 0.2
"""A group with more of the test rows than this decides the verdict nearly alone."""
FEW_EFFECTIVE = 0.5
"""Groups are very unequal when they weigh no more than this share of so many equal ones."""


@gate("test-size")
def test_size(material: Material) -> Iterator[Finding]:
    """A test split too small for the margin: the verdict tells lifts below twice the margin from larger ones.

    A warning when the questions are too few even if all were independent, a note when only their groups are.
    """
    margin = material.dataset.config.decision.margin
    wanted = min(2 * margin, 1.0)
    names = [e.group for e in material.asked]
    rows, groups, effective = len(names), len(set(names)), effective_size(names)
    needed, file = questions_needed(wanted), material.file("test.jsonl")
    count = counted(rows, "test question")
    if groups < rows:
        count += f" in {groups} groups" + (
            f", which weigh as much as {effective:.0f}," if effective < groups - 1 else ""
        )
    if round(effective, 1) < FEWEST:
        yield Finding(
            "test-size", "warning",
            f"{count} can give no verdict: it takes {FEWEST} independent groups at the least, and about {needed} to "
            f"tell the {wanted:g} that 'decision.margin' {margin:g} asks for; add questions about other facts",
            file,
        )  # fmt: skip
        return
    if _shows(effective, wanted):
        return
    smallest = detectable_difference(effective)
    least = "no difference at all" if smallest is None else f"a difference of {smallest:.2f} at the smallest"
    where = "where a group is right or wrong as a whole, " if groups < rows else ""
    yield Finding(
        "test-size", "note" if _shows(rows, wanted) else "warning",
        f"{where}{count} can show {least} (paired, 80 % power, 5 % level, if two modes differ on every fourth "
        f"question), but 'decision.margin' {margin:g} asks for {wanted:g}: about {needed} independent questions are "
        "needed; add questions about other facts, or raise the margin",
        file,
    )  # fmt: skip


def _shows(questions: float, wanted: float) -> bool:
    """At two decimals: the assumed discordance is a guess, and the comparison is good for no more."""
    smallest = detectable_difference(questions)
    return smallest is not None and round(smallest, 2) <= round(wanted, 2)


@gate("groups")
def groups(material: Material) -> Iterator[Finding]:
    """Test rows that hang together so much that they count as far fewer independent ones."""
    names = [e.group for e in material.asked]
    sizes = Counter(names)
    name, size = sizes.most_common(1)[0]
    effective = effective_size(names)
    if size < 2 or (size <= LARGE_GROUP * len(names) and effective >= FEW_EFFECTIVE * len(sizes)):
        return
    yield Finding(
        "groups", "warning",
        f"group '{name}' holds {size} of {len(names)} test rows ({percent(size / len(names))}); the {len(sizes)} "
        f"groups weigh as much as {effective:.0f} equal ones, so intervals are wide; add rows of other groups, or give "
        "rows about different facts different groups",
        material.file("test.jsonl"),
    )  # fmt: skip


@gate("constant-answer")
def constant_answer(material: Material) -> Iterator[Finding]:
    """Test answers that are mostly one and the same, so that always giving it scores as knowledge."""
    rows = [row for row in material.test if row.example.answerable]
    counts = Counter(answer for row in rows for answer in {normalise(a) for a in row.example.answers})
    answer, count = counts.most_common(1)[0] if counts else ("", 0)
    if count > 1 and count > CONSTANT_SHARE * len(rows):
        yield Finding(
            "constant-answer", "warning",
            f"'{answer}' is right for {count} of {len(rows)} answerable test questions, so always saying it scores "
            f"{count / len(rows):.2f}; balance the answers, or read every knowledge mean against that",
            material.file("test.jsonl"),
        )  # fmt: skip


@gate("training-rows")
def training_rows(material: Material) -> Iterator[Finding]:
    """Training rows that are few, all alike, or not in the style that they are to teach."""
    rows = material.train
    file = material.file("train.jsonl")
    if len(rows) < FEW_TRAINING_ROWS:
        yield Finding(
            "training-rows", "warning",
            f"{counted(len(rows), 'training row')}; fine-tuning shows what it can do from {FEW_TRAINING_ROWS} on: "
            "add rows, or take a result against fine-tuning as not tried enough",
            file,
        )  # fmt: skip
    if len(rows) > 1 and len({row.example.reply.strip() for row in rows}) == 1:
        yield Finding(
            "training-rows", "warning",
            "all replies are the same, so tuning can teach nothing but to repeat it; write the reply to each question",
            file,
        )  # fmt: skip
    yield from _out_of_style(material)


def _out_of_style(material: Material) -> Iterator[Finding]:
    config, yaml = material.dataset.config, material.file("dataset.yaml")
    dataset = material.dataset
    checks = build_checks(
        config.style.checks, documents=dataset.documents, refusal=config.refusal, where=yaml, folder=dataset.path
    )  # fmt: skip
    faults = {row: fault for row in material.train if (fault := _fault(checks, row.example))}
    if faults:
        shown = listed([f"{row.place} ({fault})" for row, fault in faults.items()])
        yield Finding(
            "training-rows", "warning",
            f"{len(faults)} of {len(material.train)} training replies ({percent(len(faults) / len(material.train))}) "
            f"fail the style checks that replies are scored by: {shown}; fix the replies or the checks",
            material.path(next(iter(faults))),
        )  # fmt: skip


def _fault(checks: Sequence[Check], example: Example) -> str:
    return next((f"{c.name}: {fault}" for c in checks if (fault := c.fails(example.reply))), "")
