// One question with every mode side by side.
class Detail {
  constructor(index) {
    this.index = index;
    this.box = find("detail");
    this.against = find("against");
    options(this.against, [["gold", say("the reference reply")], ...index.modes.map((mode) => [mode.name, mode.label]), ["", say("nothing")]]);
    this.against.addEventListener("change", () => this.draw());
  }

  async show(i) {
    const found = await question(this.index, i);
    const texts = await Promise.all(found.replies.map((r) => Promise.all((r ? r.passages : []).map((p) => passage(this.index, p.place)))));
    this.found = found;
    this.texts = texts;
    this.draw();
  }

  draw() {
    if (!this.found) return;
    const q = this.found;
    find("asked").textContent = q.text;
    find("asked-id").textContent = q.id;
    find("permalink").href = "#q=" + encodeURIComponent(q.id);
    const cards = add(make("div", "replies"));
    q.replies.forEach((reply, m) => { if (reply) cards.append(this.card(q, reply, m)); });
    this.box.replaceChildren(this.gold(q), cards);
  }

  gold(q) {
    const node = make("dl", "gold");
    const line = (name, text) => text && add(node, make("dt", "", name), make("dd", "", text));
    line(say("Accepted"), q.answerable ? q.answers.join(" · ") : say("unanswerable: it should refuse"));
    line(say("Reference reply"), q.gold);
    line(say("Gold documents"), q.documents.join(", "));
    line(say("Tags"), q.tags.join(", "));
    return node;
  }

  card(q, reply, m) {
    const mode = this.index.modes[m];
    const node = make("article", "reply s-" + mode.strategy);
    const spent = say("{in} → {out} tokens, {seconds} s", { in: reply.tokensIn, out: reply.tokensOut, seconds: reply.seconds.toFixed(2) });
    const head = add(make("h4"), make("span", "name", mode.label), make("span", "spent", spent));
    if (mode.name === this.index.chosen) head.firstChild.append(" ", make("span", "tag", say("verdict")));
    add(node, head, this.said(q, reply, mode), checks(this.index, reply));
    if (reply.cause >= 0) {
      const why = this.index.cause_words[reply.cause];
      node.append(add(make("p", "cause"), make("i", "c-" + this.index.cause_names[reply.cause].replaceAll("_", "-")), make("b", "", say("Cause:") + " "), make("bdi", "", why)));
    }
    return add(node, this.passages(q, reply, m), scores(reply));
  }

  said(q, reply, mode) {
    const node = make("div", "said");
    node.tabIndex = 0;
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", say("Reply of {mode}", { mode: mode.label }));
    if (reply.text === "") return add(node, make("span", "na", say("(empty reply)")));
    const other = this.against.value === "gold" ? q.gold
      : (q.replies[this.index.modes.findIndex((x) => x.name === this.against.value)] || {}).text;
    const parts = other && mode.name !== this.against.value ? difference(other, reply.text) : null;
    if (!parts) { node.textContent = reply.text; node.dir = "auto"; return node; }
    for (const [kind, text] of parts) node.append(kind === "same" ? text : make(kind === "new" ? "ins" : "del", "", text));
    return node;
  }

  passages(q, reply, m) {
    if (!reply.passages.length) return null;
    const hits = this.texts[m].filter((p) => q.documents.includes(p.document)).length;
    const several = reply.passages.length === 1 ? say("1 passage") : say("{count} passages", { count: reply.passages.length });
    const node = add(make("details"), make("summary", hits ? "" : "none", hits ? say("{passages}, gold: {hits}", { passages: several, hits }) : say("{passages}, none gold", { passages: several })));
    this.texts[m].forEach((p, i) => {
      const hit = q.documents.includes(p.document);
      const said = (p.where ? " " + p.where + "," : "") + " " + say("#{position}, similarity {value}", { position: p.position, value: reply.passages[i].similarity.toFixed(2) });
      const head = add(make("div", "from"), make("b", "", p.document), said, hit && make("span", "tag gold-tag", say("gold")));
      node.append(add(make("div", hit ? "passage hit" : "passage"), head, marked(p.text, q.answers)));
    });
    return node;
  }
}

// A passage with the accepted answers marked where they stand in it word for word.
function marked(text, answers) {
  const node = make("p");
  node.dir = "auto";
  const lower = text.toLowerCase();
  const known = answers.map((a) => a.toLowerCase()).filter(Boolean);
  let from = 0;
  while (lower.length === text.length && known.length) {
    const next = known.map((a) => [lower.indexOf(a, from), a.length]).filter(([at]) => at >= 0).sort((x, y) => x[0] - y[0] || y[1] - x[1])[0];
    if (!next) break;
    node.append(text.slice(from, next[0]), make("mark", "", text.slice(next[0], next[0] + next[1])));
    from = next[0] + next[1];
  }
  node.append(text.slice(from));
  return node;
}

// Each axis, right or wrong and why; of several checks of form, those that failed and those that passed.
function checks(index, reply) {
  const node = make("ul", "verdicts");
  for (const axis of index.axes) {
    const own = reply.scores.filter((s) => s.axis === axis);
    const first = own.find((s) => s.primary);
    if (!first) continue;
    const mark = first.value === null ? "-" : first.value >= index.pass ? "1" : "0";
    const parts = own.filter((s) => !s.primary && axis === "style");
    const graded = first.value > 0 && first.value < 1 ? " (" + first.value + ")" : "";
    const why = first.reason && !(parts.length && mark === "0") ? ": " + first.reason : "";
    const item = add(make("li"), glyph(mark), make("bdi", "", " " + say(SAID[axis]) + " " + say(GLYPHS[mark][2]) + graded + why));
    const below = make("ul");
    for (const s of parts) if (s.value !== null && s.value < index.pass) {
      below.append(add(make("li"), glyph("0"), make("bdi", "", " " + s.metric + (s.reason ? ": " + s.reason : ""))));
    }
    const passed = parts.filter((s) => s.value !== null && s.value >= index.pass).map((s) => s.metric);
    if (passed.length && mark === "0") below.append(add(make("li"), glyph("1"), make("bdi", "", " " + passed.join(", "))));
    node.append(add(item, below.children.length && below));
  }
  return node;
}

function scores(reply) {
  if (!reply.scores.length) return null;
  const node = add(make("details"), make("summary", "", say("all scores")));
  const list = make("ul", "verdicts");
  for (const s of reply.scores) {
    const number = s.value === null ? say("not scored") : String(s.value);
    list.append(make("li", "", s.axis + " " + s.metric.replaceAll("_", " ") + (s.primary ? " " + say("(primary)") : "") + ": " + number + (s.reason ? ", " + s.reason : "")));
  }
  return add(node, list);
}
