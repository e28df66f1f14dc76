"""Multiple choice: which options of the question does a reply pick?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from eval.metrics.knowledge.choice_options import FAMILIES, flat, options
from eval.metrics.knowledge.stance import asserted
from eval.metrics.text.normalize import contains_tokens, same_tokens, tokens

_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mathsf)\s*\{([^{}]*)\}|\\[()\[\],;!]|\$|\\ ")
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{([^{}]*)\}")
_NEXT = re.compile(
    r"\n\s*(?:question|q|frage|pregunta|domanda|pergunta|вопрос|질문|문제|问题|問題|سؤال)\s*\d*\s*[:.：]", re.I
)
"""Where a reply goes on with a further question of its own."""
_AND = r"(?:\s*(?:,|&|\+|/|、)\s*(?:(?:and|und|et|y|e|и|و)\s+)?|\s*(?:and|und|et|y|e|와|과|및|和|与|と|и|و)\s*)"
_ANSWER = (
    r"(?:answer|option|choice|letter|number|solution|pick|choose|select|(?:right|correct) one|leave(?: us with)?|"
    r"leaving(?: us with)?|go with|antwort|lösung|wähle|réponse|choix|choisis|"
    r"respuesta|opción|"
    r"elijo|risposta|opzione|scelgo|resposta|opção|alternativa|escolho|ответ|вариант|выбираю|الإجابة|الجواب|الخيار|"
    r"정답|답|보기|선택지|选项|選項|选择|選択肢|答案|正解|答え|答)"
)
_IS = (
    r"(?:\s*(?:number|no\.?|is|are|would be|should be|must be|was|to be|ist|sind|lautet|est|sont|es|son|è|sono|é|são|"
    r"это|هي|هو|은|는|是|为|為|は|→|=>)(?![a-z]))*"
)
_RIGHT = r"\s+(?:is|are)\s+(?:the\s+)?(?:only\s+)?(?:right|correct|best|true)\b"
_FINAL = re.compile(r"\bfinal\s*$|최종\s*$|最终\s*$|最終\s*$", re.IGNORECASE)
_CORRECTED = re.compile(r"\b(?:wait|actually|no,|correction|sorry|on second thought|hmm)\b", re.IGNORECASE)
_SO = (
    r"(?:so|therefore|thus|hence|also|donc|por tanto|quindi|portanto|поэтому|따라서|그러므로|所以|因此|よって|"
    r"したがって)"
)
_BEHIND = r"(?:[).:\]]|\s*[-–—,;]|\s*\n|\s*$|\s+(?:is|are|was|because|since|as|for|ist|est|es|è|é)\b|(?=[가-힣]))"


def picks(given: str, answers: Sequence[str], question: str) -> float:
    """1 when the options picked, by label or text, are those of an accepted answer; else 0.

    An accepted answer is a label, an option's text, or several of them (`A, C`), which must then all be picked and no
    other. Raises ValueError where the question lists no options and an accepted answer is no label.
    """
    known = options(question)
    if not known:
        known = _labels_alone(answers)
        if not known:
            raise ValueError("the question lists no options; write them as `A) ...`, or give the row the key 'options'")
    wanted = {labels for a in answers if (labels := named_options(a, known))}
    picked = _picked(given, known)
    return float(bool(picked) and picked in wanted)


def named_options(answer: str, known: Mapping[str, str]) -> frozenset[str]:
    """The labels of the options that an accepted answer names, by label or by text; empty where it is none of them."""
    text = flat(answer).strip()
    bare = text.strip(" ().[]:*")
    by_text = frozenset(label for label, t in known.items() if same_tokens(tokens(text), tokens(t)))
    if bare in known or (bare.upper() in known and bare not in known):
        return frozenset([bare if bare in known else bare.upper()])
    if by_text:
        return by_text
    head = re.match(rf"[(\[]?({_any(known)})(?:[)\].:]|\s[-–])\s*(.+)$", text, re.DOTALL)
    if head and same_tokens(tokens(head[2]), tokens(known[head[1]])):
        return frozenset([head[1]])
    parts = [p.strip(" ().[]") for p in re.split(rf"{_AND}|;|\s+", text) if p and p.strip(" ().[]")]
    if parts and all(p in known for p in parts):
        return frozenset(parts)
    if len(bare) > 1 and bare.isupper() and all(c in known for c in bare):
        return frozenset(bare)
    texts = [named_options(p, known) for p in re.split(r"\s*[,;]\s*", text)] if re.search(r"[,;]", text) else []
    return frozenset().union(*texts) if texts and all(texts) else frozenset()


ALONE = 12
"""A question that lists no options is taken to have at most so many."""


def _labels_alone(answers: Sequence[str]) -> dict[str, str]:
    """The labels that a question without a list of options may have, where the accepted answers are labels."""
    for family in (labels[:ALONE] for labels in FAMILIES):
        if answers and all(set(re.split(rf"{_AND}", a.strip(" ().[]"))) <= set(family) for a in answers):
            return dict.fromkeys(family, "")
    return {}


@lru_cache(maxsize=1024)
def _pattern(labels: tuple[str, ...]) -> str:
    return "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))


def _any(known: Collection[str]) -> str:
    return _pattern(tuple(known))


def _picked(given: str, known: Mapping[str, str]) -> frozenset[str]:
    text = flat(_BOXED.sub(r" final answer: \1 ", _LATEX.sub(r"\1", given)))
    text = _ticked(_NEXT.split(text.strip(), maxsplit=1)[0].strip())
    whole = [label for label, t in known.items() if t and same_tokens(tokens(text), tokens(t))]
    if len(whole) == 1:
        return frozenset(whole)
    said = asserted(text)
    for reading in (_as_a_whole, _named, _in_front, _in_prose):
        labels = reading(said, known)
        if labels is not None:
            return labels
    return _by_text(said, known)


_BOX = re.compile(r"^\s*(?:[-*•]\s*)?(?:\[(?P<tick>[ xX✓✔])\]|(?P<sign>[☐☑☒✅⬜]))\s*", re.MULTILINE)


def _ticked(text: str) -> str:
    """Of a list of boxes the lines that are ticked; any other text as it is."""
    lines = text.split("\n")
    boxes = [_BOX.match(line) for line in lines]
    chosen = [line[box.end() :] for line, box in zip(lines, boxes, strict=True) if box and _is_ticked(box)]
    return "\n".join(chosen) if chosen and sum(box is not None for box in boxes) > 1 else text


def _is_ticked(box: re.Match[str]) -> bool:
    return (box["tick"] or " ") != " " or (box["sign"] or "☐") not in "☐⬜"


def _label(known: Collection[str]) -> str:
    """A pattern for labels one after another, in either case where the labels are all of one."""
    one = rf"[(\[\"'“]?(?:{_any(known)})(?![A-Za-z0-9_'’])[)\]\"'”]?"
    either = r"\s*(?:,?\s*\b(?:or|oder|ou|(?<=\s)(?-i:o)(?=\s)|или)\b|또는|或|أو)\s*"
    other = one.upper() if _lower(known) else one.lower()
    return rf"(?<![A-Za-z0-9_'’-])((?-i:{one}|{other})(?:(?:{_AND}|{either})(?!a\s+[a-z])(?:{one}))*)"


def _lower(known: Collection[str]) -> bool:
    return all(label.islower() for label in known)


def _read(found: str, known: Collection[str]) -> frozenset[str]:
    """The labels of a run; none where they are joined by `or`."""
    if re.search(r"\b(?:or|oder|ou|(?<=\s)(?-i:o)(?=\s)|или)\b|또는|或|أو", found, re.IGNORECASE):
        return frozenset()
    labels = re.findall(rf"(?<![A-Za-z0-9])(?:{_any(known)})(?![A-Za-z0-9])", found, re.IGNORECASE)
    return frozenset(
        next((k for k in known if k == x), None) or next(k for k in known if k.upper() == x.upper()) for x in labels
    )


def _as_a_whole(said: str, known: Mapping[str, str]) -> frozenset[str] | None:
    """Nothing but labels, in one line or one a line."""
    found = [re.fullmatch(rf"\W*?{_label(known)}\W*", line, re.IGNORECASE) for line in said.split("\n") if line.strip()]
    read = [_read(f[1], known) for f in found if f]
    if not found or len(read) < len(found):
        return None
    return frozenset().union(*read) if all(read) else frozenset()


def _named(said: str, known: Mapping[str, str]) -> frozenset[str] | None:
    """Behind "the answer is" and its like: the final one, or the last one after a correction."""
    pattern = (
        rf"(?<![^\W_가-힣]){_ANSWER}s?[\s\"'*:)>]{{0,3}}{_IS}[\s:>=\"'(*]{{0,6}}(?:(?:option|choice|"
        rf"letter)\s+)?{_label(known)}"
    )
    found = [m for m in re.finditer(pattern, said, re.IGNORECASE) if not _article(said, m.start(1), m[1], known)]
    found = found or list(re.finditer(rf"{_label(known)}{_RIGHT}", said, re.IGNORECASE))
    if not found:
        return None
    final = [m for m in found if _FINAL.search(said[: m.start()])]
    read = [_read(m[1], known) for m in final or found]
    if len(set(read)) == 1 or final:
        return read[-1]
    between = said[found[0].end() : found[-1].start()]
    return read[-1] if _CORRECTED.search(between) else frozenset()


def _in_front(said: str, known: Mapping[str, str]) -> frozenset[str] | None:
    """At the head of the reply; none where an option's text stands behind another one's label."""
    begin = re.finditer(rf"^\W*?{_label(known)}{_BEHIND}", said, re.IGNORECASE | re.MULTILINE)
    heads = [m for m in begin if not _article(said, m.start(1), m[1], known)]
    if len(heads) != 1 or heads[0].start() > 0:
        return None
    labels = _read(heads[0][1], known)
    behind = tokens(said[heads[0].end() :].split("\n")[0])
    other = [k for k, t in known.items() if t and same_tokens(behind, tokens(t))]
    return frozenset() if other and len(labels) == 1 and not set(other) & labels else labels


def _in_prose(said: str, known: Mapping[str, str]) -> frozenset[str] | None:
    """Anywhere in the text, where the labels are letters; digits and `a` are words of their own there."""
    letters = [k for k in known if not k.isdecimal() and k not in ("i", "I")]
    if not letters:
        marked = re.findall(rf"\(({_any(known)})\)", said)
        return frozenset(marked) if marked else None
    concluded = re.search(rf"\b{_SO}\W+(?:the \w+ is |it is |it's )?{_label(letters)}", said, re.IGNORECASE)
    if concluded and not _article(said, concluded.start(1), concluded[1], known):
        return _read(concluded[1], known)
    case = 0 if not _lower(known) else re.IGNORECASE
    found = list(re.finditer(_label(letters), said, case))
    kept = [m for m in found if not _article(said, m.start(1), m[1], known)]
    if not kept:
        return None
    read = [_read(m[1], known) for m in kept]
    return frozenset().union(*read) if all(read) else frozenset()


def _article(said: str, place: int, found: str, known: Collection[str]) -> bool:
    """Whether a lone `a` is the article, or another word of one letter."""
    if found.strip() not in ("A", "a", "I", "i", "e", "E", "y", "o"):
        return False
    behind = said[place + len(found) :]
    verb = r"\s+(?:is|are|was|because|since|as|seems|would|and|or|looks|fits|ist|est|es|è|é)\b"
    return bool(re.match(r"\s+[^\W\d_]", behind)) and not re.match(verb, behind)


def _by_text(said: str, known: Mapping[str, str]) -> frozenset[str]:
    words = tokens(said)
    found = {label for label, text in known.items() if text and contains_tokens(words, tokens(text))}
    inside = {a for a in found for b in found if a != b and contains_tokens(tokens(known[b]), tokens(known[a]))}
    return frozenset(found - inside)
