"""RAG or fine-tune? Decide by measurement, on your own corpus.

    from rag_or_finetune import evaluate, load_run

    run = evaluate("path/to/my-set", modes=["rag", "ft"])
    print(run.sentence)
    run.frame().groupby(["axis", "mode"])["value"].mean()

The packages behind it have short names (eval, rag, finetune, reports). Importing this one first makes sure that those
are ours, also where the current folder or PYTHONPATH has others of the same names.
"""

from rag_or_finetune.place import first

first()

from eval.api import Run, evaluate, load_run  # noqa: E402
from eval.errors import UserError  # noqa: E402

__all__ = ["Run", "UserError", "evaluate", "load_run"]
