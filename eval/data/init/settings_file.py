"""dataset.yaml as text: what was proposed, and every other key commented out with its default."""

from __future__ import annotations

import json
import re
import textwrap

from eval.config import DatasetConfig
from eval.data.init.proposal import Proposal
from eval.data.yaml_section import Section
from eval.data.yaml_text import dump_yaml

REST = """\
retrieval:
  top_k: 4                    # passages in the prompt
  chunk_tokens: 256           # the longest passage
  overlap_tokens: 32
fewshot: {examples: 4}        # worked examples in the prompt of fewshot and rag-fewshot
# finetune:
#   epochs: 3
#   corpus_epochs: 1          # how often an epoch of `ft` reads the corpus as text; 0: not at all
#   rank: 16
#   learning_rate: 1.3e-3     # default: by the width of the model and the method
#   batch_size: 8             # replies in a step; default: 8, or 4 where that leaves fewer than 100 steps
#   text_tokens: 128          # of a document in one row; default: by the width of the model
# generation:
#   max_new_tokens: 256       # the longest reply; default: 256, or more where the training replies are longer
#   max_think_tokens: 2048    # of thinking before the reply, should the model think
# endpoint: {url: http://localhost:8000/v1, model: NAME}   # a model behind an address; see docs/endpoints.md
# chat_template_kwargs: {}    # for the model's chat template, as {enable_thinking: true}
# retention: {limit: 0.10}    # the share of the retention battery's items that tuning may lose
# risk: {limit: 0.10}         # the share of questions that may be answered wrongly and with confidence; default: none
decision: {margin: 0.05}      # the smallest lift that is worth a further mechanism
"""


def settings_text(name: str, proposal: Proposal) -> str:
    """The text of dataset.yaml."""
    instruction = textwrap.indent("\n".join(_wrapped(proposal.instruction)), "  ")
    lines = [
        f"name: {dump_yaml(name).splitlines()[0]}",
        f"language: {proposal.language}              # of questions and replies",
        "# The system prompt, the same in every mode. Say who it is, in which form it replies, and what it says",
        "# when the papers do not tell.",
        f"instruction: |\n{instruction}",
        f"refusal: {_scalar(proposal.refusal)}   # what an unanswerable question should get",
        "knowledge:",
        "  # match | contains | semantic | exact | f1 | number | choice | claims | sql",
        f"  metric: {proposal.metric}",
        *(
            [f"  answer: {_scalar(proposal.answer)}        # where the answer stands in a reply"]
            if proposal.answer
            else ["  # answer: $.answer        # where the answer stands in a JSON reply, or /a regex with one group/"]
        ),
        "  target: 0.80              # good enough",
        "style:",
        "  target: 0.95",
        "  # A reply is in style when all checks hold. Without checks this axis is not scored.",
        *_checks(proposal),
    ]
    text = "\n".join(lines) + "\n" + REST
    absent = [key for key in DatasetConfig.model_fields if not re.search(rf"^(?:# )?{key}:", text, re.MULTILINE)]
    return text + "".join(f"# {key}: {_default(key)}\n" for key in absent)


def _default(key: str) -> str:
    """The default of a key as YAML on one line."""
    default = DatasetConfig.model_fields[key].default
    value = default.model_dump() if isinstance(default, Section) else default
    return json.dumps(value, ensure_ascii=False)


def _checks(proposal: Proposal) -> list[str]:
    if not proposal.checks:
        return ["  checks: []"]
    lines = ["  checks:"]
    for check in proposal.checks:
        mark = "" if check.kept else "# "
        body = dump_yaml([check.value]).rstrip("\n").split("\n")
        lines += [f"    {mark}{line}" for line in body]
        lines[-1] += f"   # holds for {check.holds} of {check.of} example replies"
    return lines


def _wrapped(text: str) -> list[str]:
    return [line for part in text.strip().split("\n") for line in (textwrap.wrap(part, 110) or [""])]


def _scalar(text: str) -> str:
    return dump_yaml([text]).removeprefix("- ").rstrip("\n")
