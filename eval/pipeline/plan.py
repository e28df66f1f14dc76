"""One run, resolved and fingerprinted before anything is written, and where its files lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from eval.arms import local_generator as _local  # noqa: F401 - registers itself
from eval.arms.modes import MODES
from eval.arms.predict import is_current
from eval.config import DatasetConfig, Dtype, Endpoint, with_template
from eval.data.bundled import BUNDLED
from eval.data.dataset import Dataset, load_dataset
from eval.data.drafting.written_facts import refuse_tested_writer
from eval.data.review.review_status import review_stamp
from eval.data.tuned_retrieval import with_tuned
from eval.errors import UserError
from eval.files import fingerprint
from eval.model.arithmetic import Arithmetic, arithmetic_here
from eval.model.endpoint import endpoint_generator as _endpoint  # noqa: F401 - registers itself
from eval.model.endpoint.address import SERVED, adapter_fingerprint, with_endpoint
from eval.model.generator import GENERATORS
from eval.pipeline.earlier_verdicts import looks_of
from eval.pipeline.fingerprints import Identity, identify
from eval.pipeline.model_source import ModelSource, model_source
from eval.pipeline.run_config import RunConfig, Spending, read_run_config
from eval.pipeline.selection import choose_examples
from eval.pipeline.swept_rates import read_rates
from eval.records import Example
from eval.strategies import ADAPTERS, Adapter


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, resolved and fingerprinted; nothing has been written yet."""

    dataset: Dataset
    config: RunConfig
    identity: Identity
    examples: tuple[Example, ...]
    folder: Path
    repeats: tuple[Identity, ...]
    """Fingerprints of the same run with its further training seeds: seed + 1, seed + 2, ..."""
    identities: Callable[[Arithmetic], list[Identity]] = field(repr=False, compare=False)
    """Fingerprints of all seeds in an arithmetic."""
    notes: tuple[str, ...] = ()
    """What is to be said about the settings, in a sentence each."""

    def answers(self, modes: Sequence[str]) -> list[tuple[int, str]]:
        """(k, mode) of the predictions wanted: only modes with an adapter are made again with the k-th seed."""
        tuned = [m for m in modes if MODES[m].adapter]
        return [(0, m) for m in modes] + [(k, m) for k in range(1, 1 + len(self.repeats)) for m in tuned]

    def seeded(self, k: int) -> tuple[RunConfig, Identity]:
        """Settings and fingerprints under the k-th training seed."""
        return _seeded(self.config, k), self.repeats[k - 1] if k else self.identity

    def home(self, k: int) -> Path:
        """The folder that holds the predictions under the k-th training seed."""
        return self.folder / "seeds" / str(k) if k else self.folder

    def has(self, k: int, mode: str) -> bool:
        """Whether the run folder holds current predictions of a mode under the k-th training seed."""
        return is_current(self.home(k), mode, self.seeded(k)[1].predictions(mode))

    def adapter_folder(self, k: int, name: Adapter) -> Path:
        """Where an adapter of the k-th training seed lies, or would lie."""
        return self.folder / "adapters" / f"{name}-{self.seeded(k)[1].adapter(name)}"

    def like(self, k: int, name: Adapter) -> list[Path]:
        """The adapters in the run folder that were trained by the same recipe, in whatever arithmetic."""
        return same_recipe(self.folder, self.seeded(k)[1], name)

    def on(self, arithmetic: Arithmetic) -> Plan:
        """The same run with the fingerprints that it has in another arithmetic."""
        first, *further = self.identities(arithmetic)
        return replace(self, identity=first, repeats=tuple(further))

    def fingerprint(self) -> str:
        """Of all that the run makes: two machines that have one plan have one such."""
        return fingerprint([asdict(i) for i in (self.identity, *self.repeats)])

    def current(self) -> list[str]:
        """The modes that have current predictions, in registry order."""
        return [m for m in MODES if self.has(0, m)]


def plan_run(
    path: Path,
    *,
    model: str | None,
    embedder: str,
    seed: int = 0,
    seeds: int = 1,
    limit: int | None = None,
    dtype: Dtype = "auto",
    template: Mapping[str, Any] | None = None,
    plugins: Sequence[str] = (),
    out: Path | None = None,
    learning_rates: dict[str, float] | None = None,
    endpoint: Endpoint | None = None,
    looks: int | None = None,
    spending: Spending = "pocock",
) -> Plan:
    """Read and check a data set and fingerprint the run; raises UserError before anything is written.

    Replies are made by `endpoint` where one is given, else by `model`; where neither is, by the endpoint that
    dataset.yaml names, or by the default model.
    `plugins` are the files that were loaded, for whoever opens the run later; `template` holds arguments of the chat
    template, over the data set's. `learning_rates`, by adapter, stand before the data set's; None: those that a sweep
    in the run folder found. `looks` are how often the verdict is to be asked for in all on growing data; None: not
    planned.
    """
    dataset = load_dataset(path)
    folder = out or Path("runs") / dataset.config.name
    embedder_print = _embedder_fingerprint(embedder) if dataset.documents else ""
    dataset, tuned = with_tuned(dataset, folder, embedder_print)
    _check_names(dataset)
    _check_folder(folder, dataset)
    examples = choose_examples(dataset.test, limit, seed)
    source = model_source(model, endpoint, dataset.config)
    if source.endpoint and seeds > 1:
        raise UserError("--seeds: adapters behind an address are served, not trained here; drop --seeds")
    settings = _settings(dataset, source, template)
    config = RunConfig(
        dataset_path=str(path), model=source.label, embedder=embedder, seed=seed, seeds=seeds, limit=limit, dtype=dtype,
        plugins=list(plugins), stamp=review_stamp(path), dataset=settings, corpus=bool(dataset.documents),
        looks=looks_of(folder, settings.name, source.label, examples, looks, spending),
    )  # fmt: skip
    refuse_tested_writer(path, source.label, source.endpoint)
    arithmetic = _arithmetic(source, config)

    identity = partial(identify, dataset, examples=examples, model=source.fingerprint, embedder=embedder_print)
    if source.endpoint:
        learning_rates = dict.fromkeys(ADAPTERS, 0.0)  # nothing is trained here
    if learning_rates is None:
        unset = config.model_copy(update={"learning_rates": dict.fromkeys(ADAPTERS, 0.0)})
        learning_rates = read_rates(folder, identity(unset, arithmetic=arithmetic).recipe)
    config = config.model_copy(update={"learning_rates": learning_rates})

    def identities(arithmetic: Arithmetic) -> list[Identity]:
        found = [identity(_seeded(config, k), arithmetic=arithmetic) for k in range(seeds)]
        return [_with_served(source.endpoint, i) if source.endpoint else _with_pulled(folder, i) for i in found]

    first, *further = identities(arithmetic)
    return Plan(dataset, config, first, examples, folder, tuple(further), identities, (tuned,) if tuned else ())


def plan_again(run: Path) -> Plan:
    """The plan of a run that is there, from its config.yaml; raises UserError where its data set is not there."""
    config = read_run_config(run / "config.yaml")
    return plan_run(
        find_dataset(run, config), model=config.model, embedder=config.embedder, seed=config.seed, seeds=config.seeds,
        limit=config.limit, dtype=config.dtype, template=config.dataset.chat_template_kwargs, plugins=config.plugins,
        out=run, endpoint=config.dataset.endpoint,
        looks=config.looks.planned if config.looks.planned > 1 else None, spending=config.looks.spending,
    )  # fmt: skip


def find_dataset(run: Path, config: RunConfig) -> Path:
    """Where a run's data set lies: as config.yaml says, seen from here, or from any folder above the run's.

    Raises UserError where it lies nowhere of these.
    """
    named = Path(config.dataset_path).expanduser()
    places = [named, *(above / named for above in run.resolve().parents)]
    found = next((p for p in places if (p / "dataset.yaml").is_file()), None)
    if found is None and (bundled := BUNDLED / config.dataset.name).is_dir():
        found = bundled
    if found is None:
        raise UserError(
            f"{run / 'config.yaml'}: key 'dataset_path': no data set at {named}, from here or from a folder above the "
            "run; write there where it lies now"
        )
    return found


def same_recipe(run: Path, identity: Identity, name: Adapter) -> list[Path]:
    """The adapters in a run folder that were trained by this recipe, in whatever arithmetic; this one's own first."""
    from finetune.adapter import is_complete, read_training

    own, recipe = f"{name}-{identity.adapter(name)}", identity.recipe(name)
    there = [f for f in (run / "adapters").glob(f"{name}-*") if is_complete(f)]
    alike = [f for f in there if f.name == own or read_training(f).get("recipe") == recipe]
    return sorted(alike, key=lambda f: (f.name != own, f.name))


def _with_pulled(run: Path, identity: Identity) -> Identity:
    """With adapters that `finetune pull` brought in the place of those of the same recipe to be trained here."""
    from finetune.adapter import is_pulled

    for name in ADAPTERS:
        alike = same_recipe(run, identity, name)
        pulled = [f for f in alike if is_pulled(f)]
        if pulled and alike[0].name != f"{name}-{identity.adapter(name)}":
            identity = identity.with_adapter(name, pulled[0].name.partition("-")[2])
    return identity


def _with_served(endpoint: Endpoint, identity: Identity) -> Identity:
    """With adapters that are known by the names that they are served under."""
    for name in endpoint.adapters:
        identity = identity.with_adapter(name, adapter_fingerprint(endpoint, name))
    return identity


def _settings(dataset: Dataset, source: ModelSource, template: Mapping[str, Any] | None) -> DatasetConfig:
    """The data set's settings with the endpoint and the template's arguments, and what they leave open by rule."""
    settings = with_endpoint(with_template(dataset.config, template), source.endpoint)
    if source.folder and not source.endpoint:
        return with_defaults(settings, dataset, source.folder, source.label)
    return settings


def _arithmetic(source: ModelSource, config: RunConfig) -> Arithmetic:
    """What the model computes in: on this machine, or on a server that does not say."""
    if source.folder and not source.endpoint:
        return arithmetic_here(source.folder, config.dataset.finetune.method, config.dtype)
    return SERVED


def with_defaults(settings: DatasetConfig, dataset: Dataset, model: Path, name: str) -> DatasetConfig:
    """A data set's settings with what they leave open filled in by rule, for the model in this folder."""
    from finetune.training.defaults import resolved

    finetune = resolved(settings.finetune, model, len(dataset.train), name=name)
    return settings.model_copy(update={"finetune": finetune})


def _seeded(config: RunConfig, k: int) -> RunConfig:
    return config.model_copy(update={"seed": config.seed + k})


def _check_names(dataset: Dataset) -> None:
    """Raise UserError for a generator or a trainer that there is not."""
    from finetune.training.local_trainer import TRAINERS

    config, file = dataset.config, dataset.path / "dataset.yaml"
    for key, name, known in (
        ("generation.generator", config.generation.generator, list(GENERATORS)),
        ("finetune.trainer", config.finetune.trainer, list(TRAINERS)),
    ):
        if name not in known:
            raise UserError(f"{file}: key '{key}': unknown name '{name}'; known: {', '.join(known)}")


def _check_folder(folder: Path, dataset: Dataset) -> None:
    file = folder / "config.yaml"
    if file.is_file() and (there := read_run_config(file).dataset.name) != dataset.config.name:
        raise UserError(f"{folder}: holds a run of '{there}', not of '{dataset.config.name}'; name another --out")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder with --out")


def _embedder_fingerprint(name: str) -> str:
    from rag.embed import embedder_fingerprint

    return embedder_fingerprint(name)
