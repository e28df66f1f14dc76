"""The settings of one run, as its config.yaml holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL, DatasetConfig, Dtype
from eval.data.yaml_section import Section, read_section
from eval.data.yaml_text import dump_yaml
from eval.files import write_text
from eval.plugins import load_plugins

Spending = Literal["pocock", "obrien-fleming"]


class Looks(Section):
    """How often the verdict on a growing set is asked for, and which time this is."""

    planned: int = Field(1, ge=1, le=20)
    """So many looks share the error of one."""
    this: int = Field(1, ge=1)
    spending: Spending = "pocock"
    earlier: list[int] = []
    """The numbers of questions at earlier verdicts on this set with this model, oldest first."""


class RunConfig(Section):
    """One run as resolved: flags over dataset.yaml over defaults. This is what config.yaml in a run folder holds."""

    dataset_path: str
    model: str = DEFAULT_MODEL
    embedder: str = DEFAULT_EMBEDDER
    seed: int = 0
    seeds: int = Field(1, ge=1)
    """How many times the adapters are trained, each time with the next seed."""
    limit: int | None = Field(None, ge=1)
    dtype: Dtype = "auto"
    """What the model computes in; named here, its weights are held in that dtype too, unquantised."""
    plugins: list[str] = []
    """Files that were loaded beside those of installed packages."""
    learning_rates: dict[str, float] = {}
    """By adapter, what a sweep found; where there is none, the data set's."""
    stamp: str = ""
    """What a verdict must say of how far drafted questions were reviewed; empty where nothing is to be said."""
    corpus: bool = True
    """Whether the data set has documents to retrieve from; where it has none, nothing is said of retrieval."""
    looks: Looks = Looks()
    unsteady: float = Field(0.0, ge=0, le=1)
    """Share of the prompts that were asked twice and to which a server replied otherwise; the intervals hold it."""
    dataset: DatasetConfig

    @property
    def error(self) -> float:
        """What one interval of this run may err: 0.05, or less where several looks share it."""
        from eval.stats.looks import error_at

        return error_at(min(self.looks.this, self.looks.planned), self.looks.planned, self.looks.spending)

    @property
    def local_model(self) -> str | None:
        """The model on this machine whose tokenizer renders prompts; None where a server does that alone."""
        served = self.dataset.endpoint
        return served.tokenizer if served else self.model

    def learning_rate(self, adapter: str) -> float:
        """The rate that an adapter is trained with; the settings must have been resolved."""
        rate = self.learning_rates.get(adapter, self.dataset.finetune.learning_rate)
        if rate is None:
            raise ValueError("finetune.learning_rate has not been resolved")
        return rate


def read_run_config(path: Path) -> RunConfig:
    """Read the config.yaml of a run folder, and load the plugins that the run was made with."""
    config = read_section(RunConfig, path)
    load_plugins(config.plugins)
    return config


def write_run_config(path: Path, config: RunConfig) -> None:
    """Write config.yaml into a run folder, whole."""
    write_text(path, dump_yaml(config.model_dump()))
