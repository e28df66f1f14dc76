"""The papers of the tutorial, made again: `python docs/tutorial/make_papers.py`. Everything in them is invented.

Needs the packages of the extra `dev`.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

PAPERS = Path(__file__).with_name("papers")

BIKES = [
    ("Fen Runner", "11.4 kg", "18", "EUR 1,290", "red"), ("Marsh Hare", "12.1 kg", "21", "EUR 1,440", "moss green"),
    ("Dyke Rider", "13.8 kg", "8", "EUR 980", "slate"), ("Low Tide", "15.2 kg", "7", "EUR 860", "sand"),
    ("Reed Cutter", "10.6 kg", "22", "EUR 2,150", "straw"), ("Sluice", "14.5 kg", "3", "EUR 690", "white"),
    ("Heron Step", "16.9 kg", "9", "EUR 1,120", "grey blue"), ("Peat Line", "12.9 kg", "11", "EUR 1,380", "brown"),
    ("Osier", "17.3 kg", "5", "EUR 1,050", "willow"), ("Causeway", "13.2 kg", "20", "EUR 1,610", "black"),
    ("Bittern", "18.8 kg", "10", "EUR 2,480", "bronze"), ("Mill Race", "9.7 kg", "24", "EUR 3,020", "silver"),
]  # fmt: skip
COLUMNS = ("weight", "gears", "price", "colour")
SERVICE = [
    ("first service", "after 300 km"), ("chain oil", "every 150 km"), ("brake pads", "below 2 mm"),
    ("spoke tension", "110 kgf"), ("pedal torque", "35 Nm"), ("bottom bracket torque", "40 Nm"),
    ("tyre pressure", "4.5 bar"), ("saddle clamp torque", "12 Nm"),
]  # fmt: skip
SUPPLIERS = [
    ("Tollgate Spokes", "Ely Ness", "1.250,00"), ("Harrow Tubes", "Wick", "8.400,50"),
    ("Oke & Daughter", "Saltby", "615,75"),
    ("Pillar Paint", "Dunmere", "2.090,00"), ("Quill Saddles", "Ashwold", "3.310,25"),
]  # fmt: skip
FAQ = [
    ("How long is a demonstration bike lent?", "Three days"), ("Who signs a loan?", "Ines Markby"),
    ("How many bikes fit on the trailer?", "14"), ("Which door is open on Sundays?", "The yard door"),
]  # fmt: skip
LAUNCH = [("Peat Line 2", "12 May 2025"), ("Causeway Cargo", "1 September 2025"), ("Osier Step", "3 February 2026")]
LEAVE = [
    ("annual leave", "27 days"),
    ("notice period", "6 weeks"),
    ("workshop tool allowance", "EUR 180"),
    ("probation", "4 months"),
]


def main() -> None:
    """Write all papers and the spreadsheet of questions."""
    (PAPERS / "workshop").mkdir(parents=True, exist_ok=True)
    _catalogue(PAPERS / "catalogue.xlsx")
    _manual(PAPERS / "workshop" / "service-manual.docx")
    _handbook(PAPERS / "handbook.pdf")
    _slides(PAPERS / "launches.pptx")
    _mail(PAPERS / "workshop" / "moved-store.eml")
    lines = ["Supplier;Seat;Yearly order (EUR)", *(";".join(row) for row in SUPPLIERS)]
    (PAPERS / "suppliers.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))  # as a German Excel saves it
    faq = "\n\n".join(f"## {question}\n\n{answer}." for question, answer in FAQ)
    (PAPERS / "faq.md").write_text(f"# Questions at the counter\n\n{faq}\n", encoding="utf-8")
    rows = "".join(
        f"<tr><td>{day}</td><td>{hours}</td></tr>" for day, hours in (("Tuesday", "10 to 18"), ("Sunday", "11 to 14"))
    )
    page = f"<title>Opening hours</title><h1>Opening hours</h1><table><tr><th>Day</th><th>Open</th></tr>{rows}</table>"
    (PAPERS / "opening-hours.html").write_text(page, encoding="utf-8")
    (PAPERS / "old-logo.ai").write_bytes(b"%!PS not a document\n")
    _questions(PAPERS / "questions.xlsx")


def _questions(path: Path) -> None:
    from openpyxl import Workbook

    asked = [(f"What is the {column} of the {bike[0]}?", bike[i], "catalogue.xlsx")
             for bike in BIKES for i, column in enumerate(COLUMNS, 1)]  # fmt: skip
    asked += [
        (f"What does the service manual say on {key}?", value, "workshop/service-manual.docx") for key, value in SERVICE
    ]
    asked += [(f"Where is {name} seated?", seat, "suppliers.csv") for name, seat, _ in SUPPLIERS]
    asked += [(question, answer, "faq.md") for question, answer in FAQ]
    asked += [(f"When does the {bike} come out?", day, "launches.pptx") for bike, day in LAUNCH]
    asked += [(f"What does the handbook grant as {key}?", value, "handbook.pdf") for key, value in LEAVE]
    book = Workbook()
    sheet = book.active
    sheet.title = "Questions"
    sheet.append(["Question", "Answer", "Full reply"])
    for question, answer, document in asked:
        sheet.append([question, answer, f"Fennmark desk: {answer} [{document}]"])
    book.save(path)


def _catalogue(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Bikes"
    sheet.append(["Bike", *(c.capitalize() for c in COLUMNS)])
    for bike in BIKES:
        sheet.append(list(bike))
    drafts = book.create_sheet("Drafts")
    drafts.append(["Not for customers"])
    drafts.sheet_state = "hidden"
    book.save(path)


def _manual(path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading("Service manual", 0)
    document.add_paragraph(
        "For the workshop at Fennmark Cycle Works. Figures hold for all bikes unless a sheet says otherwise."
    )
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Work", "Figure"
    for work, figure in SERVICE:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = work, figure
    document.save(str(path))


def _handbook(path: Path) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    story = [Paragraph("Staff handbook", styles["Title"])]
    story += [
        Paragraph(f"The {key} is {value} for everybody on the payroll.", styles["Normal"]) for key, value in LEAVE
    ]
    SimpleDocTemplate(str(path), title="Staff handbook", invariant=1).build(story)


def _slides(path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    for bike, day in LAUNCH:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = bike
        slide.placeholders[1].text_frame.text = f"On sale from {day}."
        slide.notes_slide.notes_text_frame.text = f"Say at the counter that the {bike} comes out on {day}."
    deck.save(str(path))


def _mail(path: Path) -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "The spare part store has moved"
    message["From"] = "Ines Markby <ines@fennmark.example>"
    message["Date"] = "Mon, 03 Feb 2025 09:00:00 +0100"
    message.set_content(
        "All,\n\nspare parts now lie in hall 3, behind the paint room. The key hangs at the yard door.\n\n-- \nInes\n"
    )
    path.write_bytes(message.as_bytes())


if __name__ == "__main__":
    main()
