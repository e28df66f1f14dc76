"use strict";
// Every text goes into the page by textContent: replies and passages are data, never markup.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const PAGE = 40;
  const NAMES = { knowledge: "content", style: "form" };
  const twoAxes = data.axes.length > 1;
  let shown = [];
  let drawn = 0;

  function make(name, className, text) {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) { node.textContent = text; node.dir = "auto"; }
    return node;
  }

  function add(parent, ...children) {
    for (const child of children) if (child) parent.append(child);
    return parent;
  }

  // true, false, or null where the reply could not be scored; undefined where the axis has no score at all.
  function score(reply, axis) {
    if (!reply) return undefined;
    return reply.scores.find((s) => data.metrics[s[0]].axis === axis && data.metrics[s[0]].primary);
  }
  function passed(reply, axis) {
    const found = score(reply, axis);
    if (!found) return undefined;
    return found[1] === null ? null : found[1] >= data.pass;
  }

  const both = (reply) => data.axes.every((axis) => passed(reply, axis) === true);
  const OUTCOMES = [
    ["any outcome", () => true],
    [twoAxes ? "right in both" : "right", both],
    ["something wrong", (reply) => data.axes.some((axis) => passed(reply, axis) === false)],
    ...data.axes.flatMap((axis) => [
      [NAMES[axis] + " right", (reply) => passed(reply, axis) === true],
      [NAMES[axis] + " wrong", (reply) => passed(reply, axis) === false],
    ]),
    ["not scored", (reply) => data.axes.some((axis) => passed(reply, axis) == null)],
  ];
  if (twoAxes) {
    OUTCOMES.push(
      ["content right, form wrong", (r) => passed(r, "knowledge") === true && passed(r, "style") === false],
      ["content wrong, form right", (r) => passed(r, "knowledge") === false && passed(r, "style") === true],
    );
  }

  function haystack(question) {
    if (question.hay === undefined) {
      const parts = [question.id, question.question, question.reply, ...question.answers, ...question.documents,
        ...question.tags, ...question.replies.map((reply) => (reply ? reply.text : ""))];
      question.hay = parts.join("\n").toLowerCase();
    }
    return question.hay;
  }

  function disagree(question) {
    const seen = new Set();
    for (const reply of question.replies) {
      if (reply) seen.add(data.axes.map((axis) => passed(reply, axis)).join());
    }
    return seen.size > 1;
  }

  function filter() {
    const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const mode = Number(find("mode").value);
    const matches = OUTCOMES[Number(find("outcome").value)][1];
    const differ = find("disagree").checked;
    shown = data.questions.filter((question) => {
      const reply = question.replies[mode];
      if (!reply || !matches(reply)) return false;
      if (differ && !disagree(question)) return false;
      return words.every((word) => haystack(question).includes(word));
    });
    drawn = 0;
    find("list").replaceChildren();
    find("count").textContent = shown.length + " of " + data.questions.length + " questions";
    draw();
  }

  function draw() {
    const next = shown.slice(drawn, drawn + PAGE);
    drawn += next.length;
    find("list").append(...next.map(row));
    find("more").hidden = drawn >= shown.length;
    find("more").textContent = "Show more (" + (shown.length - drawn) + " left)";
  }

  function glyph(value) {
    if (value === true) return make("span", "yes", "✓");
    if (value === false) return make("span", "no", "✗");
    return make("span", "na", "–");
  }

  function chip(reply, index) {
    const node = make("span", index === Number(find("mode").value) ? "chip now" : "chip");
    const spoken = data.axes.map((axis) => NAMES[axis] + " " + word(passed(reply, axis)));
    node.title = data.modes[index].label + ": " + spoken.join(", ");
    return add(node, data.modes[index].label + " ", ...data.axes.map((axis) => glyph(passed(reply, axis))));
  }

  function word(value) {
    return value === true ? "right" : value === false ? "wrong" : "not scored";
  }

  function row(question) {
    const node = make("details", "q");
    const head = make("summary");
    const marks = make("span", "marks");
    question.replies.forEach((reply, i) => { if (reply) marks.append(chip(reply, i)); });
    const ask = add(make("span", "ask"), make("span", "id", question.id), make("bdi", "", question.question));
    node.append(add(head, ask, marks));
    node.addEventListener("toggle", () => {
      if (node.open && node.children.length === 1) node.append(gold(question), replies(question));
    });
    return node;
  }

  function gold(question) {
    const node = make("div", "gold");
    const line = (name, text) => text && node.append(add(make("div"), make("b", "", name), make("bdi", "", text)));
    line("Accepted", question.answerable ? question.answers.join(" · ") : "unanswerable: it should refuse");
    line("House reply", question.reply);
    line("Gold documents", question.documents.join(", "));
    line("Tags", question.tags.join(", "));
    return node;
  }

  function replies(question) {
    const node = make("div", "replies");
    question.replies.forEach((reply, i) => { if (reply) node.append(card(question, reply, data.modes[i])); });
    return node;
  }

  function card(question, reply, mode) {
    const node = make("article", "reply s-" + mode.strategy);
    const spent = reply.tokens[0] + " → " + reply.tokens[1] + " tokens, " + reply.seconds.toFixed(2) + " s";
    const head = add(make("h4", "", mode.label), make("span", "", spent));
    const verdicts = make("ul", "verdicts");
    for (const axis of data.axes) verdicts.append(verdict(reply, axis));
    add(node, head, make("div", "said", reply.text === "" ? "(empty reply)" : reply.text), verdicts);
    return add(node, passages(question, reply), metrics(reply));
  }

  function verdict(reply, axis) {
    const found = score(reply, axis);
    const value = passed(reply, axis);
    const why = found && found[2] ? ": " + found[2] : "";
    const text = " " + NAMES[axis] + " " + word(value) + why;
    return add(make("li"), glyph(value), make("bdi", "", text));
  }

  function passages(question, reply) {
    if (!reply.passages.length) return null;
    const node = add(make("details"), make("summary", "", reply.passages.length + " passages"));
    node.addEventListener("toggle", () => {
      if (node.children.length > 1) return;
      for (const [index, similarity] of reply.passages) {
        const { document: name, position, text } = data.passages[index];
        const hit = question.documents.includes(name);
        const head = add(make("div"), make("b", "", name),
          " #" + position + ", similarity " + similarity.toFixed(2) + (hit ? ", gold document" : ""));
        node.append(add(make("div", hit ? "passage hit" : "passage"), head, make("p", "", text)));
      }
    });
    return node;
  }

  function metrics(reply) {
    if (!reply.scores.length) return null;
    const node = add(make("details"), make("summary", "", "all scores"));
    const list = make("ul", "verdicts");
    for (const [index, value, reason] of reply.scores) {
      const { axis, metric, primary } = data.metrics[index];
      const number = value === null ? "not scored" : String(value);
      list.append(make("li", "", axis + " " + metric + (primary ? " (primary)" : "") + ": " + number + (reason ? ", " + reason : "")));
    }
    return add(node, list);
  }

  function options(select, names) {
    names.forEach((name, i) => { const node = make("option", "", name); node.value = String(i); select.append(node); });
  }

  options(find("mode"), data.modes.map((mode) => mode.label));
  options(find("outcome"), OUTCOMES.map((outcome) => outcome[0]));
  find("mode").value = String(Math.max(0, data.modes.findIndex((mode) => mode.name === data.chosen)));
  let waiting = 0;
  find("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  for (const id of ["mode", "outcome", "disagree"]) find(id).addEventListener("change", filter);
  find("more").addEventListener("click", draw);
  find("filters").hidden = false;
  filter();
})();
