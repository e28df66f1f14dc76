"""The decision on one page, in the form of an architecture decision record: to sign, print and keep."""

from __future__ import annotations

from dataclasses import dataclass

from eval.arms.modes import MODES
from eval.records import Estimate
from reports.charts.portfolio_map import Place, places
from reports.pages.inline import inline
from reports.run_folder import Run, label, strategy
from reports.sections import costs, money, summary
from reports.sections.placement import paired, place
from reports.text import sentences as words
from reports.text.markdown import bullets, heading, named, plain, table
from reports.wording.cost_sentence import cost_sentence
from reports.wording.fitness_sentence import fitness_sentence
from reports.wording.verdict_sentence import retriever_sentence

SIGNERS = ("Decided by", "Agreed by", "Agreed by")


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate as the record lists it."""

    mode: str
    what: str
    figures: tuple[str, ...]
    """What it reaches on each scored axis, with its interval."""
    money: str
    outcome: str


def options(run: Run) -> list[Option]:
    """Every candidate that was run, cheapest first."""
    prices = {row.mode: row.cells[1] for row in money.rows(run)}
    return [
        Option(m, words.why(m), tuple(_figure(run, axis, m) for axis in summary.axes(run)), prices.get(m, costs.NONE),
               _outcome(run, m))
        for m in run.modes if strategy(m) != "diagnosis"
    ]  # fmt: skip


def _figure(run: Run, axis: str, mode: str) -> str:
    e: Estimate | None = run.decision.axes[axis].get(mode)
    return f"{words.column(e.mean)} ({100 * e.low:.1f} to {100 * e.high:.1f})" if e else costs.NONE


def _outcome(run: Run, mode: str) -> str:
    decision = run.decision
    if mode in decision.left_out:
        return "left out: did not learn"
    if mode == decision.mode:
        if decision.strategy == "none":
            return "comes nearest, misses a target" if decision.fit == "no" else "comes nearest, may miss a target"
        return "best so far, misses a target" if decision.falls_short else "chosen"
    if mode in decision.vetoed:
        return "vetoed: forgets too much"
    if mode in decision.too_risky:
        return "vetoed: wrong with confidence too often"
    if decision.mode is None:
        return "still possible" if strategy(mode) in decision.candidates else "ruled out"
    if decision.strategy == "none":
        return "misses a target" if strategy(mode) == "prompt" else "not shown to be worth its cost"
    lifts = [paired(run.comparisons, axis, decision.mode, mode) for axis in summary.axes(run)]
    said = [f"{lift.axis} {words.points(lift.value)}" for lift in lifts if lift and (lift.low > 0 or lift.high < 0)]
    best = "best so far" if decision.falls_short else "chosen"
    return f"against the {best}: {', '.join(said)}" if said else f"no difference shown to the {best}"


def context(run: Run) -> str:
    """What was asked, of what, on how much."""
    options = (
        "a better prompt, retrieval, fine-tuning or both" if run.config.corpus else "a better prompt or fine-tuning"
    )
    config, targets = run.config, [f"{axis} {words.percent(run.target(axis) or 0)}" for axis in summary.axes(run)]
    return (
        f"Should {options} answer the questions of {config.dataset.name}? "
        f"Every option was built on {config.model} and asked the same {len(run.examples)} questions in "
        f"{summary.groups(run)} independent groups. Wanted: {' and '.join(targets)}. "
        f"A lift counts from {words.points(run.margin).lstrip('+')} points."
    )


def consequences(run: Run) -> list[str]:
    """What the decision brings and what it leaves open."""
    found = list(words.next_steps(run))
    chosen = run.decision.mode if run.decision.strategy != "none" else None
    row = next((r for r in money.rows(run) if r.mode == chosen), None)
    if row:
        once, _, *later = zip(money.COLUMNS, row.cells, strict=True)  # what 1,000 questions cost stands above
        named = ", ".join(f"{what.lower()} {cell}" for what, cell in (once, *later) if cell != costs.NONE)
        if named:
            found.append(f"Further costs in {money.currency(run)}: {named}.")
    kept = run.decision.retention
    if chosen is not None and chosen != "base" and chosen in kept and "base" in kept:
        before, after = words.percent(kept["base"].mean), words.percent(kept[chosen].mean)
        found.append(f"Retention of what the base model could do: {before} before, {after} after.")
    return found


def revisit(run: Run) -> list[str]:
    """What would change the verdict."""
    found = [p.words for p in run.sensitivity.parameters]
    return found or ["Measure again when the model, the corpus or the targets change."]


def record_markdown(run: Run) -> str:
    """The record as Markdown, with lines to sign on."""
    heads = ["option", "what it is", *(f"{axis} (95 % interval)" for axis in summary.axes(run)), "per 1,000 questions",
             "outcome"]  # fmt: skip
    rows = [[label(o.mode), o.what, *o.figures, o.money, o.outcome] for o in options(run)]
    placement = place(run.decision, run.comparisons, run.margin)
    lifts = words.lifts(run, placement)
    said = [*_said(run), words.not_measured(run), words.unscored(run)]
    blocks = [
        f"# {named(run.decision.dataset)}: {plain(words.headline(run))}",
        bullets("", ["Status: proposed", "Date: ____________", "Deciders: ____________"]),
        f"{heading('Context')}\n\n{plain(context(run))}",
        f"{heading('Options considered')}\n\n{table(heads, rows)}",
        f"{heading('Decision')}\n\n**{plain(words.headline(run))}** {plain(' '.join(s for s in said if s))}",
        bullets("Why", run.decision.reasons),
        bullets("What each mechanism adds", lifts),
        f"{heading('Consequences')}\n\n" + bullets("", consequences(run)),
        bullets("Read with care", run.decision.caveats),
        f"{heading('When to look again')}\n\n" + bullets("", revisit(run)),
        f"{heading('Signatures')}\n\n"
        + table(["role", "name", "date", "signature"], [[who, "", "", ""] for who in SIGNERS]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _said(run: Run) -> list[str]:
    """What stands behind the headline."""
    turns = words.spaced(retriever_sentence(run.decision))
    cost = cost_sentence(run.decision, run.economics, run.costs)
    return [words.evidence(run), turns, _fitness(run), cost, words.sureness(run)]


def _fitness(run: Run) -> str:
    """May it be put to use, and how often it is wrong without saying so."""
    return words.spaced(fitness_sentence(run.decision))


def record_html(run: Run) -> str:
    """The record as one printable page of A4."""
    placement = place(run.decision, run.comparisons, run.margin)
    drawing, _ = places(
        [
            Place(
                run.decision.dataset,
                run.decision.strategy,
                placement.llm,
                placement.context,
                run.margin,
                short=run.decision.falls_short,
            )
        ]
    )
    return inline(
        "record.html",
        ("places.css", "sheet.css", "record.css"),
        run=run,
        headline=words.headline(run),
        context=context(run),
        evidence=" ".join(s for s in _said(run) if s),
        axes=[words.AXES[axis] for axis in summary.axes(run)],
        options=options(run),
        tried=[MODES[m].label for m in run.modes if m in MODES],
        lifts=words.lifts(run, placement),
        consequences=[words.coded(said) for said in consequences(run)],
        revisit=revisit(run),
        signers=SIGNERS,
        drawing=drawing if run.config.corpus else "",
    )
