"""Refusals in words that no data set asks for, behind what models begin with, in eleven languages."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.refusal import refuses

REFUSED = [
    "Based on the provided documents, I cannot determine the answer.",
    "According to the context, this information is not provided.",
    "After reviewing the passages, I could not find any mention of it.",
    "From the text, it is not possible to say.",
    "The provided passages don't contain this information.",
    "There's no mention of this in the passages.",
    "I wasn't able to find an answer in the documents.",
    "That information isn't available in the files I was given.",
    "I have no information about that.",
    "Unfortunately, the answer is not in the documents.",
    "Sorry, I can't answer that based on the text.",
    "It is not clear from the passages.",
    "Not mentioned.",
    "The documents provided do not specify the dividend.",
    "Nothing in the passages answers this.",
    "None of the passages mention it.",
    "I couldn't find this in the documents.",
    "Cannot be determined from the context.",
    "Laut den Unterlagen kann ich das nicht sagen.",
    "Anhand der Dokumente lässt sich das nicht beantworten.",
    "Das steht nicht in den Unterlagen.",
    "Dazu finde ich keine Angaben.",
    "Das geht aus dem Text nicht hervor.",
    "Leider kann ich das nicht beantworten.",
    "Die Dokumente enthalten dazu keine Informationen.",
    "Das wird im Text nicht erwähnt.",
    "D'après les documents, je ne peux pas répondre.",
    "Les documents ne précisent pas ce point.",
    "Je ne trouve pas la réponse dans les documents.",
    "Cette information n'est pas mentionnée.",
    "Désolé, je n'ai pas cette information.",
    "Ce n'est pas indiqué dans le texte.",
    "Según los documentos, no puedo responder.",
    "Los documentos no lo mencionan.",
    "No encuentro la respuesta en los documentos.",
    "Esa información no aparece en el texto.",
    "Lo siento, no tengo esa información.",
    "No se menciona en el texto.",
    "In base ai documenti, non posso rispondere.",
    "I documenti non lo specificano.",
    "Non trovo la risposta nei documenti.",
    "Questa informazione non è presente.",
    "Non è indicato nel testo.",
    "Com base nos documentos, não posso responder.",
    "Os documentos não mencionam isso.",
    "Não encontrei a resposta nos documentos.",
    "Essa informação não consta.",
    "Não tenho essa informação.",
    "На основе документов я не могу ответить.",
    "В документах об этом не говорится.",
    "Я не нашёл ответа в документах.",
    "Эта информация не указана.",
    "К сожалению, я не знаю.",
    "Нет информации.",
    "抱歉，资料中找不到答案。",
    "根据提供的资料，无法确定答案。",
    "文中没有提到这一点。",
    "我找不到相关信息。",
    "资料里没有相关内容。",
    "很抱歉，我无法回答这个问题。",
    "无法从文中得知。",
    "没有相关信息。",
    "資料には記載がありません。",
    "提供された資料からは分かりません。",
    "申し訳ありませんが、情報が見つかりません。",
    "お答えできません。",
    "文書に記載されていません。",
    "제공된 자료에서는 알 수 없습니다.",
    "자료에 나와 있지 않습니다.",
    "죄송하지만 해당 정보를 찾을 수 없습니다.",
    "문서에 언급되어 있지 않습니다.",
    "관련 내용이 없습니다.",
    "제공된 문서만으로는 답할 수 없습니다.",
    "لا أعرف الإجابة.",
    "لا توجد معلومات عن ذلك في المستندات.",
    "بناء على المستندات، لا يمكنني الإجابة.",
    "لم أجد الإجابة في الوثائق.",
]
ANSWERED = [
    "Based on the provided documents, the answer is 24 months.",
    "According to the context, it cannot be opened before 9.",
    "In the documents, the warranty is 24 months.",
    "The device cannot find a network without an antenna.",
    "Laut den Unterlagen kann ich bis Freitag bestellen.",
    "根据资料，答案是24个月。",
    "The permit is not required.",
    "No permit is mentioned in the 2019 rules, but the 2021 rules ask for one.",
    "제공된 자료에 따르면 24개월입니다.",
    "D'après les documents, la pompe ne peut pas geler.",
    "From the text, the port does not open on Sunday.",
    "According to the handbook, staff do not know the code.",
    "在2019年，资料馆没有开放。",
    "Nothing but steel may be used.",
    "None of the pumps run on oil.",
]


@pytest.mark.parametrize("reply", REFUSED)
def test_another_wording_refuses(reply: str) -> None:
    assert refuses(reply, "Not on file")


@pytest.mark.parametrize("reply", ANSWERED)
def test_an_answer_with_a_negation_does_not(reply: str) -> None:
    assert not refuses(reply, "Not on file")
