"""Where the commands begin."""

from __future__ import annotations

from rag_or_finetune.place import first, last


def _found() -> None:
    first()
    last()


def evaluate() -> None:
    """The `evaluate` command."""
    _found()
    from eval.cli import main

    main()


def rag() -> None:
    """The `rag` command."""
    _found()
    from rag.cli import main

    main()


def finetune() -> None:
    """The `finetune` command."""
    _found()
    from finetune.cli import main

    main()


def report() -> None:
    """The `report` command."""
    _found()
    from reports.cli import main

    main()


def dataset() -> None:
    """The `dataset` command."""
    _found()
    from eval.data.dataset_cli import main

    main()
