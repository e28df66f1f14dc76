"""Which model a run is about: one on this machine, or one behind an address. Nothing is loaded, nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.config import DEFAULT_MODEL, DatasetConfig, Endpoint
from eval.model.chat_template import check_template_file
from eval.model.endpoint.address import check_endpoint, is_address, named_endpoint, served_fingerprint
from eval.model.model_files import locate_model, model_fingerprint


@dataclass(frozen=True, slots=True)
class ModelSource:
    """The model of a run, as it is named and where its files lie."""

    label: str
    """As it stands in config.yaml and in messages."""
    folder: Path | None
    """Its files on this machine; of a served model those of its tokenizer, or None."""
    endpoint: Endpoint | None
    fingerprint: str


def model_source(model: str | None, endpoint: Endpoint | None, settings: DatasetConfig) -> ModelSource:
    """The endpoint that is given, else the model that is named, else the data set's endpoint, else the default model.

    Raises UserError where the model is not available, or the address is wrong.
    """
    if endpoint is None and model and is_address(model):
        endpoint = named_endpoint(model)
    if endpoint is None and model is None and settings.endpoint:
        endpoint = settings.endpoint
        check_endpoint(endpoint, "dataset.yaml: endpoint")
    if endpoint is None:
        name = model or DEFAULT_MODEL
        folder = locate_model(name)
        check_template_file(folder, name)
        return ModelSource(name, folder, None, model_fingerprint(folder))
    local = locate_model(endpoint.tokenizer) if endpoint.tokenizer else None
    if local:
        check_template_file(local, str(endpoint.tokenizer))
    tokenizer = model_fingerprint(local) if local else ""
    return ModelSource(endpoint.label, local, endpoint, served_fingerprint(endpoint, tokenizer))
