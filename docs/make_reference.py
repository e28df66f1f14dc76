"""Writes docs/reference.md from the registries and the schema of dataset.yaml: `python docs/make_reference.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

FILE = Path(__file__).with_name("reference.md")


def reference() -> str:
    """The page: every name that a data set or a command may choose, and every key of dataset.yaml."""
    import eval.pipeline.plan
    import eval.score  # noqa: F401 - with the plan, all that registers itself
    from eval.arms.modes import MODES
    from eval.config import DatasetConfig
    from eval.data.importing.known_formats import FORMATS
    from eval.metrics.knowledge.metric import METRICS
    from eval.metrics.style.run_checks import CHECKS
    from eval.model.generator import GENERATORS
    from eval.strategies import ADAPTERS, STRATEGIES
    from finetune.training.local_trainer import TRAINERS
    from rag.retrieve import RETRIEVERS, STORES
    from reports.sections.registry import SECTIONS

    modes = [(m.name, m.label, m.strategy or "diagnosis", m.adapter or "", m.why) for m in MODES.values()]
    strategies = [(s.name, s.alone, s.verdict) for s in STRATEGIES.values()]
    parts = [
        "# Reference\n\nMade from the code by `docs/make_reference.py`.",
        _table("Strategies", ("name", "is", "verdict"), strategies),
        _table("Modes", ("name", "label", "strategy", "adapter", "why it is there"), modes),
        _table("Adapters", ("name", "is"), [(a.name, a.what) for a in ADAPTERS.values()]),
        _names("Knowledge metrics", METRICS),
        _names("Style checks", CHECKS),
        _names("Retrievers", RETRIEVERS),
        _names("Vector stores", STORES),
        _names("Generators", GENERATORS),
        _names("Trainers", TRAINERS),
        _names("Formats that are imported", FORMATS),
        _names("Sections of the report", SECTIONS),
        _table("Words of the report", ("word", "means"), _terms(SECTIONS.values())),
        _table("dataset.yaml", ("key", "type", "default"), list(_keys(DatasetConfig))),
    ]
    return "\n\n".join(parts) + "\n"


def _terms(sections: Iterable[Any]) -> list[tuple[str, str]]:
    return sorted((term, said) for section in sections for term, said in section.terms.items())


def _names(title: str, names: Iterable[str]) -> str:
    return f"## {title}\n\n" + ", ".join(f"`{name}`" for name in names)


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(_cell(x) for x in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _keys(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, str, str]]:
    """(dotted key, type, default) of every key, sections opened."""
    for name, field in model.model_fields.items():
        inner = next((t for t in (field.annotation, *get_args(field.annotation)) if _is_section(t)), None)
        if inner is not None:
            yield from _keys(inner, f"{above}{name}.")
            continue
        kind = getattr(field.annotation, "__name__", "") if not get_args(field.annotation) else ""
        default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)!r}`"
        yield f"`{above}{name}`", kind or str(field.annotation).replace("typing.", ""), default


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
    print(FILE)
