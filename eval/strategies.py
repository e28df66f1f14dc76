"""What can be done for a data set: the strategies that a verdict may name, and the adapters that answer for some.

One table of each; commands, fingerprints, training and reports take from it what they need. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What a registry holds."""

    @property
    def name(self) -> str:
        """Unique in its registry."""
        ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Entries by name, in the order in which they came."""

    def __init__(self, what: str) -> None:
        self.what, self._entries = what, dict[str, T]()

    def add(self, entry: T) -> T:
        """Take an entry; raises ValueError where its name is taken."""
        if entry.name in self._entries:
            raise ValueError(f"there is a {self.what} '{entry.name}' already; give the new one another name")
        self._entries[entry.name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def get(self, name: str) -> T | None:
        """The entry of this name; None where there is none."""
        return self._entries.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def values(self) -> list[T]:
        """All entries."""
        return list(self._entries.values())


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """An adapter by what it is trained on."""

    name: str
    passages: bool
    """Its training prompts hold retrieved passages, as those of its modes do."""
    corpus: bool
    """It also learns the documents of the corpus as plain text."""
    what: str
    """In a few words, for the help of commands."""


ADAPTERS: Registry[AdapterKind] = Registry("adapter")

Adapter = str
"""The name of an entry of ADAPTERS."""

ADAPTERS.add(AdapterKind("ft", passages=False, corpus=True, what="closed-book"))
ADAPTERS.add(AdapterKind("hybrid", passages=True, corpus=False, what="with passages"))
