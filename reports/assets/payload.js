"use strict";
// The questions are packed in blocks; each is unpacked once, when it is first looked at.
const unpacked = new Map();

function bytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const found = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
  return found;
}

function block(name) {
  if (!unpacked.has(name)) unpacked.set(name, unpack(name));
  return unpacked.get(name);
}

async function unpack(name) {
  const element = document.getElementById("d-" + name);
  const packed = new Blob([bytes(element.textContent)]);
  element.remove();
  return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

// One question with its replies, scores and causes, as the detail shows it.
async function question(index, i) {
  const size = index.block;
  const found = await block("q" + Math.floor(i / size));
  const row = i % size;
  const scores = index.modes.map(() => []);
  for (const [mode, metric, values, reasons] of found.scores) {
    if (values[row] !== "") scores[mode].push({ ...index.metrics[metric], value: values[row], reason: reasons[row] || "" });
  }
  const replies = index.modes.map((mode, m) => reply(found.modes[m][row], scores[m], index.causes[m][i]));
  return {
    id: index.ids[i], text: index.questions[i], answers: found.answers[row], gold: found.replies[row],
    documents: found.documents[row], answerable: Boolean(found.answerable[row]),
    tags: index.tagged[i].map((t) => index.tags[t]), replies,
  };
}

function reply(raw, scores, cause) {
  if (!raw) return null;
  const [text, tokensIn, tokensOut, seconds, ...rest] = raw;
  const passages = [];
  for (let i = 0; i < rest.length; i += 2) passages.push({ place: rest[i], similarity: rest[i + 1] });
  return { text, tokensIn, tokensOut, seconds, passages, scores, cause };
}

async function passage(index, place) {
  const [document, position, text, where] = (await block("p" + Math.floor(place / index.block)))[place % index.block];
  return { document, position, text, where };
}
