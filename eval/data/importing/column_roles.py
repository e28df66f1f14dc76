"""Which column of a table holds what, by its name in the languages that people write tables in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from eval.errors import UserError

_ROLES_TEXT = {
    "question": "question|questions|query|user input|user query|prompt|input|instruction|q|frage|fragen|anfrage|"
    "pregunta|domanda|pergunta|vraag|질문|문의|문제|質問|問題|问题|提问|вопрос",
    "answer": "answer|answers|expected|expected output|expected answer|short answer|gold|gold answer|ground truth|"
    "ground truths|reference|reference answer|correct answer|correct option|answer key|answer index|answer idx|"
    "correct|target|label|gold label|a|antwort|antworten|kurzantwort|"
    "erwartete antwort|réponse|respuesta|risposta|resposta|antwoord|정답|답|답변|응답|回答|答え|答案|正解|ответ",
    "reply": "reply|replies|response|chosen|full reply|full answer|completion|output|assistant|sample reply|"
    "example reply|musterantwort|antworttext|beispielantwort|ausformulierte antwort|réponse complète|"
    "respuesta completa|"
    "모범답변|모범 답변|답변 예시|回答例|返信|回复",
    "documents": "document|documents|doc|docs|source|sources|file|filename|source file|dokument|"
    "dokumente|datei|quelle|quellen|"
    "fichier|fuente|documento|fonte|문서|출처|파일|文書|出典|文档|来源|источник",
    "context": "context|contexts|passage|passages|reference contexts|retrieved contexts|kontext|"
    "textstelle|근거|지문|문맥|文脈|上下文",
    "group": "group|fact|topic id|gruppe|fakt|그룹|グループ",
    "split": "split|set|subset|aufteilung|분할",
    "id": "id|qid|question id|nr|no|number|nummer|번호|番号|编号",
    "answerable": "answerable|is answerable|has answer|beantwortbar|답변 가능|is impossible|unanswerable",
    "tags": "tags|tag|category|categories|kategorie|thema|topic|catégorie|categoría|분류|카테고리|カテゴリ|类别",
    "options": "options|choices|answer options|answer choices|endings|optionen|auswahl|선택지|보기|選択肢|选项",
}  # fmt: skip
ROLES: dict[str, tuple[str, ...]] = {role: tuple(names.split("|")) for role, names in _ROLES_TEXT.items()}
"""By role, the names that columns of it have; the first ones are the surest."""
NEEDED = ("question", "answer")
ASKING = re.compile(r"[?？؟]\s*$")


def plain_name(name: str) -> str:
    """A column's name without case, signs and doubled blanks."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced.casefold()).split())


_BESIDE = frozenset(
    ("gold", "reference", "expected", "correct", "relevant", "supporting", "source", "user", "test", "sample", "cited")
)
"""Words that stand beside a role's own without changing what a column holds: `Source Docs`, `User Question`."""


def is_composed_of(name: str, role: str) -> bool:
    """Whether a column's name is made of a role's names and words that change nothing, one of its names last."""
    words = plain_name(name).split()
    return len(words) > 1 and words[-1] in ROLES[role] and all(w in ROLES[role] or w in _BESIDE for w in words)


def is_question(name: str) -> bool:
    """Whether a column's name is one of a column of questions."""
    return plain_name(name) in ROLES["question"]


def is_known(name: str) -> bool:
    """Whether a column's name is one of any role."""
    return any(plain_name(name) in names for names in ROLES.values())


def role_named(name: str) -> str:
    """The role that a column's name is one of; empty where it is none."""
    return next((role for role, names in ROLES.items() if plain_name(name) in names), "")


def numbered(columns: Sequence[str], role: str) -> list[str]:
    """Columns that are one of several of a role, by the number behind their name: answer 1, answer 2."""
    found = [(m, c) for c in columns if (m := re.fullmatch(r"(.+?) ?\(?(\d)\)?", plain_name(c)))]
    held = [(int(m[2]), c) for m, c in found if m[1].strip() in ROLES[role]]
    return [column for _, column in sorted(held)] if len(held) > 1 else []


def is_header(row: Sequence[str]) -> bool:
    """Whether a row of a table names a column of questions."""
    return any(plain_name(cell) in ROLES["question"] for cell in row) and sum(bool(c.strip()) for c in row) > 1


def roles_of(
    columns: Sequence[str], rows: Sequence[Mapping[str, str]], named: Mapping[str, str], where: str
) -> dict[str, str]:
    """The column of each role: as named by the user, else by its name, else the question by its question marks.

    Raises UserError for a named column that is not there, and where the question or its answer is not found.
    """
    found: dict[str, str] = {}
    for role, column in named.items():
        match = next((c for c in columns if plain_name(c) == plain_name(column)), None)
        if match is None:
            raise UserError(f"{where}: no column '{column}'; there are {_listed(columns)}")
        found[role] = match
    for role, names in ROLES.items():
        free = [c for c in columns if c not in found.values()]
        if role not in found and (best := _by_name(free, names)):
            found[role] = best
    for role in ("question", "answer", "documents"):
        free = [c for c in columns if c not in found.values()]
        if role not in found and (composed := [c for c in free if is_composed_of(c, role)]):
            found[role] = composed[0]
    several = numbered([c for c in columns if c not in found.values()], "answer")
    if "answer" not in found and several:
        found["answer"] = several[0]
    if "question" not in found and (asking := _asking(columns, rows)):
        found["question"] = asking
    if "answer" not in found and "reply" not in found:
        rest = [c for c in columns if c not in found.values() and any(row[c] for row in rows)]
        if len(rest) == 1:
            found["answer"] = rest[0]
    for role in NEEDED:
        if role not in found and not (role == "answer" and "reply" in found):
            raise UserError(
                f"{where}: which column holds the {role} is not clear; there are {_listed(columns)}; "
                f"name it with --{role}"
            )
    return found


def _by_name(columns: Sequence[str], names: Sequence[str]) -> str | None:
    plain = {plain_name(c): c for c in reversed(columns)}
    return next((plain[name] for name in names if name in plain), None)


def _asking(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str | None:
    """The column of which most cells end in a question mark, should that be half of them."""
    shares = {c: sum(bool(ASKING.search(row.get(c, ""))) for row in rows) / len(rows) for c in columns} if rows else {}
    best = max(shares, key=lambda c: shares[c], default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"'{c}'" for c in columns) or "none"
