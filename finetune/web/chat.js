// The page: tries the devices in turn, and shows what is asked, found and answered.

import { answerIn, sourcesIn } from "./answer.js";

const byId = (id) => document.getElementById(id);
const [device, status, progress, log, question, send, stop] =
  ["device", "status", "progress", "log", "question", "send", "stop"].map(byId);

const CPU = { device: "wasm", name: "CPU" };
const tries = [{ device: "webgpu", name: "WebGPU" }, { device: "webgpu", hideSubgroups: true, name: "WebGPU without sub-groups" }, CPU];
const failures = [];
let worker, article, ready, given, found;
let noGpu = "";

function make(tag, text, name) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
}

async function begin() {
  await examples();
  if (await navigator.gpu?.requestAdapter()) return attempt(0);
  noGpu = "this browser offers no WebGPU";
  attempt(tries.indexOf(CPU));
}

function attempt(index) {
  const how = tries[index];
  if (!how) return giveUp();
  status.textContent = `Loading the model for ${how.name}`;
  worker = new Worker("worker.js", { type: "module" });
  const next = (reason) => {
    worker.terminate();
    failures.push(`${how.name}: ${reason}`);
    attempt(index + 1);
  };
  worker.onerror = (event) => (ready ? trouble(event.message) : next(event.message || "its script did not load"));
  worker.onmessage = ({ data }) => {
    if (data.type === "failed") next(data.reason);
    else handlers[data.type]({ ...data, how });
  };
  worker.postMessage({ type: "start", ...how });
}

function giveUp() {
  byId("start").className = "failed";
  progress.hidden = true;
  status.textContent = `This browser cannot run the model. ${failures.join(". ")}.`;
  device.dataset.state = "failed";
  device.textContent = "not running";
}

const megabytes = (bytes) => Math.round(bytes / 1e6);

const handlers = {
  status: ({ text }) => {
    status.textContent = text;
    progress.removeAttribute("value");
  },
  progress: ({ part, have, all }) => {
    progress.value = have / all;
    const what = part === "chat" ? "the model" : "the search in the documents";
    const text = `Loading ${what}, ${megabytes(all)} MB`;
    if (status.textContent !== text) status.textContent = text;
  },
  ready: (data) => {
    ready = data;
    const where = data.device === "webgpu" && data.submits ? "WebGPU" : "CPU";
    device.textContent = where === "WebGPU" ? "on WebGPU" : `on the CPU, ${data.threads} thread${data.threads > 1 ? "s" : ""}`;
    device.dataset.state = failures.length ? "fallback" : "ready";
    if (failures.length) warn(where, data.how);
    facts(data, where);
    byId("start").hidden = true;
    byId("try").hidden = !byId("try").children.length;
    idle();
    question.focus();
  },
  passages: ({ passages }) => {
    found = passages;
    if (!passages.length) return;
    const details = make("details");
    details.append(make("summary", `${passages.length} passage${passages.length > 1 ? "s" : ""} found in the documents`));
    for (const passage of passages) {
      const box = make("div", undefined, "passage");
      const title = make("h3", passage.document);
      title.append(make("span", ` · similarity ${passage.score.toFixed(2)}`));
      const text = make("p", passage.text);
      title.dir = text.dir = "auto";
      box.append(title, text);
      details.append(box);
    }
    article.append(details);
  },
  text: ({ text }) => {
    article.querySelector(".reply").append(text);
    keepInView();
  },
  done: ({ text, tokens, seconds, submits, stopped }) => {
    article.querySelector(".reply").textContent = text;
    const answer = answerIn(text, given.answer);
    if (answer !== null) readable(answer, text);
    const where = submits ? "WebGPU" : "CPU";
    const note = `${tokens} tokens in ${seconds.toFixed(1)} s on ${where === "CPU" ? "the CPU" : where}${stopped ? ", stopped" : ""}`;
    (article.querySelector(".raw") ?? article.querySelector(".reply")).after(make("p", note, "meta"));
    byId("said").textContent = `Answer: ${answer ?? text}`;
    idle();
  },
  trouble: ({ reason }) => trouble(reason),
};

// The answer and where it is said to stand; the reply as it was written is one click away.
function readable(answer, text) {
  const whole = article.querySelector(".reply");
  const shown = make("p", answer, "answer");
  shown.dir = "auto";
  const raw = make("details", undefined, "raw");
  raw.append(make("summary", "The reply as it was written"));
  whole.before(shown);
  const sources = sourcesIn(text, found.map((passage) => passage.document));
  if (sources.length) whole.before(make("p", `Source: ${sources.join(", ")}`, "source"));
  whole.before(raw);
  raw.append(whole);
}

// A device that computes wrongly is a thing to know, not a detail.
function warn(where, how) {
  const why = where === "WebGPU" ? "WebGPU gave wrong logits here until its sub-groups were hidden" : "WebGPU could not be trusted here, so the model runs on the CPU";
  log.before(make("p", `${why}: see below what was checked.`, "notice"));
}

function facts(data, where) {
  const rows = [["Device", where === "WebGPU" ? `WebGPU (${data.adapter || "unnamed GPU"}), ${data.submits} submissions to it in the check${data.how.hideSubgroups ? ", sub-groups hidden" : ""}` : `CPU, WebAssembly with ${data.threads} thread(s)`]];
  const why = failures.length ? failures.join("; ") : noGpu;
  if (why) rows.push(["Why not otherwise", why]);
  rows.push(["Logits, against those of the export", data.check]);
  if (data.same) rows.push(["Search", `${data.same[0]} of ${data.same[1]} sample questions find the same passages as the evaluation`]);
  rows.push(["Network", "the page may ask only the server that it came from"]);
  for (const [name, value] of rows) byId("how").append(make("dt", name), make("dd", value));
  byId("facts").hidden = false;
}

function trouble(reason) {
  const note = make("p", `That went wrong: ${reason}`, "trouble");
  note.setAttribute("role", "alert");
  (article ?? log).append(note);
  idle();
}

function idle() {
  article?.setAttribute("aria-busy", "false");
  send.disabled = question.disabled = false;
  send.hidden = false;
  stop.hidden = true;
  keepInView();
}

function keepInView() {
  const page = document.scrollingElement;
  if (page.scrollHeight - page.scrollTop - innerHeight < 240) page.scrollTop = page.scrollHeight;
}

function ask(text) {
  if (!text.trim() || send.disabled) return;
  byId("try").hidden = true;
  const mine = make("div", text.trim(), "turn mine");
  mine.dir = "auto";
  article = make("article", undefined, "turn");
  article.setAttribute("aria-busy", "true");
  article.setAttribute("aria-label", "Answer");
  const written = make("p", "", "reply");
  written.dir = "auto";
  article.append(written);
  log.append(mine, article);
  found = [];
  question.value = "";
  send.disabled = send.hidden = true;
  stop.hidden = false;
  worker.postMessage({ type: "ask", question: text });
  document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight;
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(question.value);
});
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask(question.value);
  }
});
const halt = () => worker.postMessage({ type: "stop" });
stop.addEventListener("click", halt);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) halt();
});

async function examples() {
  const app = await (await fetch("app.json")).json();
  given = app;
  if (!app.samples.length) return;
  byId("try").append(make("h2", "Try one of these, or ask your own"));
  for (const sample of app.samples.slice(0, 3)) {
    const button = make("button", sample.question);
    button.type = "button";
    button.dir = "auto";
    button.addEventListener("click", () => ask(sample.question));
    byId("try").append(button);
  }
}

begin().catch((error) => {
  failures.push(String(error.message));
  giveUp();
});
