// Which questions are shown. Outcomes are texts with a character a question: 1 right, 0 wrong, - not scored.
const SAID = { knowledge: "knowledge", style: "style" };
const ANY = "";

function outcomeKinds(index) {
  const two = index.axes.length > 1;
  const wrong = (marks) => marks.includes("0");
  const kinds = [
    ["any", say("any outcome"), () => true],
    ["both", two ? say("right in both") : say("right"), (marks) => [...marks].every((m) => m === "1")],
    ["wrong", say("something wrong"), wrong],
  ];
  if (two) {
    kinds.push(
      ["content-only", say("knowledge right, style wrong"), (marks) => marks === "10"],
      ["form-only", say("knowledge wrong, style right"), (marks) => marks === "01"],
      ["neither", say("both wrong"), (marks) => marks === "00"],
    );
  } else kinds.push(["neither", say("wrong"), wrong]);
  kinds.push(["unscored", say("not scored"), (marks) => marks.includes("-")]);
  return kinds;
}

function marksOf(index, mode, i) {
  let marks = "";
  for (const axis of index.axes) marks += index.outcomes[axis][mode][i];
  return marks;
}

// The questions' numbers that fit; `texts` holds each one's words in lower case, or is null when nothing is searched.
function matching(index, kinds, wanted, texts) {
  const matches = kinds.find(([key]) => key === wanted.outcome)[2];
  const modes = wanted.mode === ANY ? index.modes.map((_, m) => m) : [index.modes.findIndex((m) => m.name === wanted.mode)];
  const tag = index.tags.indexOf(wanted.tag);
  const cause = index.cause_names.indexOf(wanted.cause);
  const words = wanted.find.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = [];
  for (let i = 0; i < index.ids.length; i++) {
    if (wanted.tag !== ANY && !index.tagged[i].includes(tag)) continue;
    const fits = (m) => {
      const marks = marksOf(index, m, i);
      return !marks.includes(" ") && matches(marks) && (wanted.cause === ANY || index.causes[m][i] === cause);
    };
    if (!modes.some(fits)) continue;
    if (wanted.differ && !disagree(index, i)) continue;
    if (words.length && !words.every((word) => texts[i].includes(word))) continue;
    shown.push(i);
  }
  return shown;
}

function disagree(index, i) {
  let first = null;
  for (let m = 0; m < index.modes.length; m++) {
    const marks = marksOf(index, m, i);
    if (marks.includes(" ")) continue;
    if (first === null) first = marks; else if (marks !== first) return true;
  }
  return false;
}

// What a search looks through: id, question, tags, answers, gold reply, documents and every reply.
async function searchable(index, into, from) {
  const found = await block("q" + Math.floor(from / index.block));
  for (let row = 0; row < found.answers.length; row++) {
    const i = from + row;
    into[i] = [
      index.ids[i], index.questions[i], found.replies[row], ...found.answers[row], ...found.documents[row],
      ...index.tagged[i].map((t) => index.tags[t]), ...found.modes.map((replies) => (replies[row] ? replies[row][0] : "")),
    ].join("\n").toLowerCase();
  }
}
