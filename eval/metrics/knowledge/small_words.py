"""Small words of the languages with Latin and Cyrillic letters: articles, words for `of`, forms of be, question "
"words."""

from __future__ import annotations

from eval.metrics.knowledge.alias import STOP


def small_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


THE = small_set(
    "the a an der die das dem den des ein eine einer eines le la les l un une el los las lo il gli i o os um uma"
)
OF = small_set(
    "of for at by to von vom durch für de d du des della del dello dell delle dei di do da dos das por par pelo "
    "pela à al"
)
BE = small_set(
    "is was are were has had have does did do ist war sind waren hat hatte wird wurde est était sont a avait es era "
    "fue "
    "son tiene è sono ha é são foi tem been being be это — – был была было являлся является"
)
ASKS = small_set(
    "who whom whose what which where when how wer wen wem wessen was wo wann wie welche welcher welches welchem qui "
    "que "
    "quel quelle quels quelles où quand comment quién quien qué cuál dónde cuándo chi che quale qual dove quando quem "
    "onde кто кому кого чей чья что какой какая какое где когда как much many old did do does please name tell "
    "state give"
)


def is_small(word: str) -> bool:
    """Whether a word in small letters is one of these, or an English one that carries no answer."""
    return word in STOP or word in THE or word in OF or word in BE or word in ASKS
