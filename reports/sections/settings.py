"""With which configuration and on which machine a run was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.analysis.flat_settings import flat
from reports.run_folder import Run
from reports.sections.section import Section

HTML = """\
<section id="settings">
<h2>Settings</h2>
<div class="pair">
<details class="card"><summary>Configuration</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="plain"><tbody>
{% for key, value in settings %}<tr><th scope="row">{{ key }}</th><td dir="auto">{{ value|raw }}</td></tr>
{% endfor %}</tbody></table></div></details>
<details class="card"><summary>Environment</summary><div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="plain"><tbody>
{% for key, value in run.environment.facts %}<tr><th scope="row">{{ key }}</th><td dir="auto">{{ "–" if value is none else value }}</td></tr>
{% endfor %}</tbody></table></div></details>
</div>
</section>
"""


def _data(run: Run) -> Mapping[str, Any]:
    known = flat(run.config.model_dump())
    return {"settings": [(key, "–" if value is None else str(value)) for key, value in known]}


SECTION = Section("settings", HTML, _data, link="Settings")
