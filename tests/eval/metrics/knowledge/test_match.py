from __future__ import annotations

import json

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.alias import slips, stem
from eval.metrics.knowledge.choice import options, picks
from eval.metrics.knowledge.match import match
from eval.metrics.knowledge.metric import score_knowledge


@pytest.mark.parametrize(
    ("given", "gold", "question"),
    [
        ("It was Hugh Samuel Johnson.", "Hugh S. Johnson", "Who was appointed?"),
        ("B. R. Ambedkar", "Bhimrao Ramji Ambedkar", ""),
        ("The pen was invented by Ladislao Biró.", "Biro", ""),
        ("Ecuador, Colombia, and Brazil.", "Brazil, Colombia and Ecuador", ""),
        ("ADP", "adenosine diphosphate (ADP)", ""),
        ("It is at the Department of Motor Vehicles.", "DMV", "Where is it?"),
        ("explosion", "in an explosion", ""),
        ("Nicholas II", "Nicholas 2", ""),
        ("Mathew Perry", "Matthew Perry", ""),
        ("Jkl", "J K L", ""),
        ("beekeeper", "Bee keeper", ""),
        ("It is 12 metres long.", "12 m", "How long is it?"),
        ("Not on file.", "Not on file", ""),
        ("The port, for which the engineer, Maud Ferraby, signs orders, holds the original.", "Maud Ferraby", "Who?"),
        ("From 2022 two people sign.\n2. Alarms go to the desk.\n3.", "two people", "Who signs?"),
        ("The answer to the question of which land Yucatán is in is Mexico.", "Mexico", "Which land is Yucatán in?"),
        ("NEET is short for “Not in Education, Employment, or Training”. It is a term.", "Not in Education", "NEET?"),
        ("A furrow is a noun for a long, narrow trench or groove in the ground.", "Narrow trench", "What is a furrow?"),
        ("The answer to the question of who owns it is Ann, who is the mayor.", "Ann", "Who owns it?"),
        ("It takes 4.0 Nm, the next one takes 5.5 Nm and the last 6.5 Nm.", "4.0 Nm", "How tight is it?"),
        ("4.0 Nm of the 5.5 Nm of the 6.5 Nm. It is 4.0 Nm.", "4.0 Nm", "How tight is it?"),
    ],
)
def test_the_same_answer_in_other_words_matches(given: str, gold: str, question: str) -> None:
    assert match(given, [gold], question) == 1.0


@pytest.mark.parametrize(
    ("given", "gold", "question"),
    [
        ("Paris or London", "Paris", ""),
        ("It is Paris or London.", "Paris", ""),
        ("The answer to the question of what is seen most in Japan is Tokyo.", "Japan", "Sapporo is in which land?"),
        ("The cap takes the 4.0 Nm of the 2.2 Nm of the 6.5 Nm of the 2.2 Nm", "4.0 Nm", "How tight is it?"),
        ("It was Anna, Ben, Carl", "Ben", "Who was it?"),
        ("4\n5\n6", "4 weeks", "How long?"),
        ("Answer:\n4\nAnswer:\n5", "4 weeks", "How long?"),
        ("Paris, London, Rome", "Paris", ""),
        ("Maybe Paris.", "Paris", ""),
        ("It is not Paris.", "Paris", ""),
        ("Paris is incorrect.", "Paris", ""),
        ("I don't know.", "Paris", ""),
        ("I'm sorry, but I couldn't find any information about Paris.", "Paris", ""),
        ("It is at the Department of Defence.", "DMV", ""),
        ("12 cm", "12 m", ""),
        ("13 m", "12 m", ""),
        ("12 m or 13 m", "12 m", ""),
        ("Martha Washington", "George Washington", ""),
        ("Ecuador, Peru, Bolivia", "Brazil, Colombia and Ecuador", ""),
        ("sulfite", "sulfate", ""),
        ("James River", "Kanawha River", "Which river flows through Charleston?"),
        ("Which river is the Kanawha River?", "Elk", ""),
        ("Yes, no, not on file.", "yes", ""),
        ("Green.", "dark green", ""),
        ("By the skylight.", "under the skylight", ""),
        ("", "Paris", ""),
        ("Paris", "", ""),
    ],
)
def test_another_answer_or_one_not_stood_by_does_not_match(given: str, gold: str, question: str) -> None:
    assert match(given, [gold], question) == 0.0


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("The warranty is 21 months.\nThe warranty is 32 months.\nThe warranty is 48 months.", 0.0),
        ("1. The warranty is 32 months.\n2. The warranty is 48 months.", 0.0),
        ("The warranty is 21 months. The warranty is 48 months.", 1.0),
        ("The warranty is 48 months. The warranty is 48 months.", 1.0),
        ("The battery lasts 21 months. The warranty is 48 months.", 1.0),
    ],
)
def test_a_statement_made_with_several_values_is_no_answer(given: str, right: float) -> None:
    gold = "32 months" if given.startswith("1.") else "48 months"
    assert match(given, [gold], "How long is the warranty?") == right


@pytest.mark.parametrize("form", ["{}", "The answer is: {}", "You asked: How long is the Echo pump? {}"])
@pytest.mark.parametrize("reply", ["59 months", "Anna Berg", "3 March 2025", "Olaf Lund", "12 cm"])
def test_match_does_not_move_with_the_form(reply: str, form: str) -> None:
    config, answers = Knowledge(metric="match", answer="$.answer"), ["59 months", "Anna Berg", "3 March 2025"]
    text = form.format(reply)
    for given in (text, json.dumps({"answer": text})):
        value = score_knowledge(config, given, answers, question="How long is the Echo pump?")
        assert value == float(reply in answers)


def test_a_pattern_reads_the_answer_and_a_bad_one_is_refused() -> None:
    config = Knowledge(metric="exact", answer="/Answer: (.*?)(?:;|$)/")
    assert score_knowledge(config, "Source: x. Answer: 59 months; bye", ["59 months"]) == 1.0
    for bad in ("/Answer: (/", "/no group/", "/(two) (groups)/", "answer"):
        with pytest.raises(ValueError, match="answer"):
            Knowledge(answer=bad)


QUESTION = "Which pump? A) red pump B) blue pump\nC) pump"


def test_options_are_read_out_of_the_question() -> None:
    assert options(QUESTION) == {"A": "red pump", "B": "blue pump", "C": "pump"}


@pytest.mark.parametrize(
    ("given", "value"),
    [("B", 1.0), ("b)", 1.0), ("The answer is B.", 1.0), ("the blue pump", 1.0), ("A", 0.0), ("C", 0.0),
     ("A or B", 0.0), ("red pump or blue pump", 0.0)],
)  # fmt: skip
def test_one_option_must_be_picked(given: str, value: float) -> None:
    assert picks(given, ["B"], QUESTION) == picks(given, ["blue pump"], QUESTION) == value


def test_slips_is_the_damerau_distance() -> None:
    assert slips("brazil", "brasil", 1) and slips("perry", "pery", 1) and slips("berg", "begr", 1)
    assert not slips("austria", "australia", 1)
    assert slips("austria", "australia", 2)


def test_stems_lose_plurals_and_marks_alone() -> None:
    words = ("berries", "boxes", "pumps", "gas", "glass", "bíró")
    assert [stem(w) for w in words] == ["berry", "box", "pump", "gas", "glass", "biro"]


@pytest.mark.parametrize(
    ("question", "answer", "reply", "right"),
    [
        ("Where does she live?", "York", "She lives in New York.", False),
        ("Where does she live?", "York", "She lives in York, not New York.", True),
        ("Where is the depot?", "Bergen", "Bergen Street", False),
        ("Which street is it?", "Bergen", "Bergen Street", True),
        ("What colour is the flag?", "green", "Green or blue.", False),
        ("Which file holds it?", "app.toml", "config/app.toml", True),
        ("Which file holds it?", "app.toml", "config/app.toml.bak", False),
        ("Which grade did it get?", "A-", "A minus", True),
        ("How long does it take?", "90 minutes", "1:30 h", True),
        ("On which date was it signed?", "4 March 2021", "in 2021", False),
        ("When was it signed?", "4 March 2021", "in 2021", True),
    ],
)
def test_places_files_grades_durations_and_days(question: str, answer: str, reply: str, right: bool) -> None:
    assert match(reply, [answer], question) == right
