"""Mail: single messages and mailboxes, with who wrote when; older text that is quoted and signatures are left out."""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path

from eval.errors import UserError
from rag.readers.marks import MESSAGE, mark, unmarked
from rag.readers.reading import Reading

HEADERS = ("From", "To", "Date")
_QUOTED = re.compile(r"^\s*>")
_INTRODUCED = re.compile(
    r"^\s*(?:on .{5,200} wrote:|am .{5,200} schrieb.*:|le .{5,200} a écrit\s*:|el .{5,200} escribió:|"
    r".{5,120}(?:작성|님이 작성):|"
    r"-{2,}\s*(?:original message|ursprüngliche nachricht|forwarded message|원본 메시지|原始邮件)\s*-{2,})\s*$",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
"""How a mailbox writes lines that would begin a message."""
_SIGNATURE = re.compile(r"^-- ?$")


def read_message(file: Path) -> Reading:
    """One message; raises UserError for a file that is none."""
    with file.open("rb") as stream:
        message = email.message_from_binary_file(stream, policy=default)
    if not any(message.get(name) for name in ("From", "Subject", "Date", "To")):
        raise UserError(f"{file}: has no mail headers; save the message again as .eml")
    return _reading([message], file)


def read_mailbox(file: Path) -> Reading:
    """All messages of a mailbox in mbox format, in their order."""
    box = mailbox.mbox(file, factory=None, create=False)
    try:
        kept = [_ESCAPED.sub(rb"\1", box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118
        messages = [email.message_from_bytes(data, policy=default) for data in kept]
    finally:
        box.close()
    if not messages:
        raise UserError(f"{file}: holds no message; export the mailbox again as mbox")
    return _reading(messages, file)


def _reading(messages: list[Message] | list[EmailMessage], file: Path) -> Reading:
    blocks: list[str] = []
    attached: list[str] = []
    left = 0
    subjects = []
    for number, message in enumerate(_with_attached(messages), 1):
        subject = _header(message, "Subject") or "(no subject)"
        subjects.append(subject)
        head = [
            f"{mark(MESSAGE, str(number))}## {subject}",
            *(f"{name}: {value}" for name in HEADERS if (value := _header(message, name))),
        ]
        body, dropped = _own_text(_body(message))
        left += dropped
        attached += [name for part in _attachments(message) if (name := part.get_filename() or part.get_content_type())]
        blocks.append("\n".join(head) + ("\n\n" + body if body else ""))
    gaps = [f"attachment '{name}' is not read; save it into the corpus" for name in attached]
    return Reading("\n\n".join(blocks), (subjects[0],) if len(subjects) == 1 else (), gaps=tuple(gaps), hidden=left)


def _with_attached(messages: list[Message] | list[EmailMessage]) -> Iterator[Message]:
    """The messages, each before those that are attached to it as messages."""
    for message in messages:
        yield message
        inner = [part.get_payload() for part in message.walk() if part.get_content_type() == "message/rfc822"]
        for payload in inner:
            yield from (m for m in (payload if isinstance(payload, list) else []) if isinstance(m, Message))


def _header(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _attachments(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return  # what is below it belongs to the attached message
        if not part.is_multipart() and (part.get_content_disposition() == "attachment" or part.get_filename()):
            yield part


def _body(message: Message) -> str:
    """The plain text, else the HTML text."""
    if not isinstance(message, EmailMessage):
        return ""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, KeyError, UnicodeError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("latin-1") if isinstance(payload, bytes) else str(payload)
    content = str(content).replace("\r\n", "\n")
    if part.get_content_type() == "text/html":
        from rag.readers.markup import html_text

        return unmarked(html_text(content).text)
    return content


def _own_text(body: str) -> tuple[str, int]:
    """(what the sender wrote, characters of quotations and signature left out)."""
    kept: list[str] = []
    dropped = 0
    lines = body.split("\n")
    for i, line in enumerate(lines):
        rest = "\n".join(lines[i:])
        if _SIGNATURE.match(line) or (_INTRODUCED.match(line) and not _answers_below(lines[i + 1 :])):
            dropped += len("".join(rest.split()))
            break
        if _QUOTED.match(line) or _INTRODUCED.match(line):
            dropped += len("".join(line.split()))
            continue
        kept.append(line.rstrip())
    return "\n".join(kept).strip(), dropped


def _answers_below(lines: list[str]) -> bool:
    """Whether new text stands between or below the quoted lines."""
    if not any(_QUOTED.match(line) for line in lines):
        return False
    return any(line.strip() and not _QUOTED.match(line) for line in lines)
