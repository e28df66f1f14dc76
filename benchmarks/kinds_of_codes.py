"""Drawn corpora whose documents are told apart by a number or a code: clauses, faults, articles, aircraft."""

from __future__ import annotations

from random import Random

Kind = tuple[dict[str, str], list[tuple[str, str]]]
"""Texts by document id, and questions with the id of the document that answers each."""


def sections(seed: int = 1) -> Kind:
    """Clauses told apart by number."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    heads = ["Travel rules", "Leave rules", "Purchasing", "Records", "Workplace safety", "Company cars"]
    subj = ["employees of grade {g}", "heads of department", "field staff", "apprentices in year {g}"]
    things = [
        "claim {v} euros a day",
        "take {v} hours of unpaid leave a year",
        "sign for orders up to {v} euros",
        "keep files for {v} months",
    ]
    asks = [
        "How much may they claim a day under clause {n}?",
        "What does clause {n} allow?",
        "According to {n}, what is the limit?",
        "Clause {n}: how many hours, euros or months?",
    ]
    nums = [f"{a}.{b}" for a in range(1, 16) for b in range(1, 9)]
    r.shuffle(nums)
    for i, n in enumerate(nums[:100]):
        t = r.choice(things).format(v=r.randint(11, 990))
        s = r.choice(subj).format(g=r.randint(1, 9))
        docs[f"c{i:03}.md"] = (
            f"# {r.choice(heads)}\n\nClause {n}. Subject to the agreement of the works council, {s} may {t}."
        )
        q.append((r.choice(asks).format(n=n), f"c{i:03}.md"))
    return docs, q


def errors(seed: int = 2) -> Kind:
    """Fault codes, asked for in other spellings, too."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    parts = ["feed pump", "main valve", "door latch", "drum motor", "heat exchanger", "inverter"]
    causes = ["is blocked", "reports no signal", "runs too hot", "draws too much current", "did not close in time"]
    fix = [
        "Switch off, wait {v} minutes and start again.",
        "Check the plug at X{v} and reset.",
        "Replace fuse F{v}.",
        "Clean the strainer and hold Reset for {v} seconds.",
    ]
    codes = [f"{p}{r.randint(1000, 9999)}" for p in ("E-", "F-", "ERR_", "W") for _ in range(25)]
    for i, c in enumerate(codes):
        docs[f"e{i:03}.md"] = (
            f"# Fault {c}\n\nThe display shows {c} when the {r.choice(parts)} {r.choice(causes)}. "
            f"{r.choice(fix).format(v=r.randint(2, 90))} Call service if {c} comes back."
        )
        n = r.choice([c, c.lower(), c.replace("-", " ").replace("_", " ")])
        q.append(
            (
                r.choice(
                    [
                        "My machine shows {n}, what should I do?",
                        "What does {n} mean?",
                        "How do I clear error {n} on the display?",
                    ]
                ).format(n=n),
                f"e{i:03}.md",
            )
        )
    return docs, q


def skus(seed: int = 3) -> Kind:
    """Articles with numbers that differ in one sign."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    seen: set[str] = set()
    for i in range(120):
        while True:
            s = f"{r.choice(['NV', 'NX', 'KT'])}-{r.choice([204, 205, 206, 214])}{r.randint(10, 99)}-{r.choice('ABCD')}"
            if s not in seen:
                seen.add(s)
                break
        docs[f"p{i:03}.md"] = (
            f"# Hose coupling {s}\n\nArticle {s}. Brass, thread G {r.choice(['1/2', '3/4', '1'])}, "
            f"rated for {r.randint(6, 40)} bar, packed in {r.choice([5, 10, 20, 50])}s. "
            "Replaces the coupling of the 2019 list."
        )
        q.append(
            (
                r.choice(
                    ["What pressure is {s} rated for?", "How many are in a pack of {s}?", "Thread of {s}?"]
                ).format(s=s),
                f"p{i:03}.md",
            )
        )
    return docs, q


def registrations(seed: int = 4) -> Kind:
    """Inspection reports told apart by the registration of an aircraft."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    L = "ABCDEFGHJKLMNOPRSTUVWXYZ"
    find = [
        "corrosion at the aft bulkhead",
        "a chafed fuel line behind the firewall",
        "play in the left aileron hinge",
        "a cracked exhaust bracket",
        "water in the static line",
        "a worn nose-wheel tyre",
        "an out-of-date fire bottle",
        "a loose seat rail",
    ]
    filler = [
        "The aircraft was presented clean and with its papers complete. ",
        "Daylight was good and the hangar heated. ",
        "The owner was present for the first hour. ",
        "Compression was taken warm on all cylinders. ",
        "The log agreed with the hour meter. ",
        "A borescope was used where the panels allow. ",
        "Torque seals were renewed throughout. ",
        "The inspector used checklist 14, issue 6. ",
    ]
    for i in range(80):
        reg = "G-" + "".join(r.choice(L) for _ in range(4))
        body = "".join(r.sample(filler, 5))
        a, b = r.sample(find, 2)
        docs[f"r{i:03}.md"] = (
            f"# Annual inspection report\n\nAircraft: {reg}. Type: Corvid {r.choice([120, 160, 180])}. "
            f"{body}The inspector found {a} and {b}. Both were put right before release. "
            f"Next inspection at {r.randint(900, 4000)} hours."
        )
        q.append(
            (
                r.choice(
                    [
                        "What was found at the annual inspection of {g}?",
                        "When is {g} due again, in hours?",
                        "Which defects did the inspector put right on {g}?",
                    ]
                ).format(g=reg),
                f"r{i:03}.md",
            )
        )
    return docs, q
