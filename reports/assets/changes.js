"use strict";
// Every text goes into the page by textContent: replies are data, never markup.
(function () {
  // A text in the language of the page; `{name}` in it stands for a value.
  const TEXTS = {};
  const say = (english, values = {}) => (TEXTS[english] || english).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  if (!find("filters")) return;
  const PAGE = 40;
  const MOST = 600; // words of two replies beyond which differences are not marked
  const NAMES = { knowledge: say("knowledge"), style: say("style") };
  let shown = [];
  let drawn = 0;

  function make(name, className, text) {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) { node.textContent = text; node.dir = "auto"; }
    return node;
  }

  function options(select, names) {
    names.forEach((name, i) => { const node = make("option", "", name); node.value = String(i - 1); select.append(node); });
  }

  function haystack(flip) {
    if (flip.hay === undefined) {
      const [id, question, answers, , tags] = data.questions[flip[0]];
      flip.hay = [id, question, ...answers, ...tags, flip[3][0] || "", flip[4][0] || ""].join("\n").toLowerCase();
    }
    return flip.hay;
  }

  function filter() {
    const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const mode = Number(find("mode").value);
    const axis = Number(find("axis").value);
    const way = [0, -1, 1][Number(find("way").value) + 1];
    shown = data.flips.filter((flip) => (mode < 0 || flip[1] === mode)
      && flip[2].some(([a, w]) => (axis < 0 || a === axis) && (!way || w === way))
      && words.every((word) => haystack(flip).includes(word)));
    drawn = 0;
    find("list").replaceChildren();
    find("count").textContent = say("{n} of {all} flips", { n: shown.length, all: data.flips.length });
    draw();
  }

  function draw() {
    const next = shown.slice(drawn, drawn + PAGE);
    drawn += next.length;
    find("list").append(...next.map(row));
    find("more").hidden = drawn >= shown.length;
    find("more").textContent = say("Show more ({n} left)", { n: shown.length - drawn });
  }

  function row(flip) {
    const [id, question, answers, answerable, tags] = data.questions[flip[0]];
    const node = make("article", "flip");
    const head = make("h3");
    head.append(make("span", "id", id), make("bdi", "", question));
    const about = make("p", "about");
    for (const [axis, way] of flip[2]) {
      about.append(make("span", way > 0 ? "badge up" : "badge down", way > 0 ? say("{axis} gained", { axis: NAMES[data.axes[axis]] }) : say("{axis} lost", { axis: NAMES[data.axes[axis]] })));
    }
    about.append(make("b", "", data.modes[flip[1]].label), " · ",
      make("bdi", "", answerable ? say("accepted: {x}", { x: answers.join(" · ") }) : say("unanswerable: it should refuse")));
    if (tags.length) about.append(" · ", make("bdi", "", tags.join(", ")));
    const both = make("div", "both");
    const [old, now] = marked(flip[3][0] || "", flip[4][0] || "");
    both.append(reply(say("Before"), flip[3], old), reply(say("After"), flip[4], now));
    node.append(head, about, both);
    return node;
  }

  function reply(title, [text, scores], pieces) {
    const node = make("div", "reply");
    const said = make("div", "said");
    if (text === null) said.textContent = say("(no reply)");
    else if (text === "") said.textContent = say("(empty reply)");
    else said.append(...pieces);
    const why = make("ul", "why");
    scores.forEach(([passed, reason], axis) => {
      const item = make("li");
      const glyph = passed === null ? ["na", "–"] : passed ? ["yes", "✓"] : ["no", "✗"];
      const word = passed === null ? say("not scored") : passed ? say("right") : say("wrong");
      item.append(make("span", ...glyph), make("bdi", "", " " + NAMES[data.axes[axis]] + " " + word + (reason ? ": " + reason : "")));
      why.append(item);
    });
    node.append(make("p", "head", title), said, why);
    return node;
  }

  // Both texts as nodes, with the words that the longest common subsequence leaves out marked.
  function marked(before, after) {
    const a = before.match(/\s+|\w+|[^\s\w]/gu) || [];
    const b = after.match(/\s+|\w+|[^\s\w]/gu) || [];
    if (before === after || a.length > MOST || b.length > MOST) return [[document.createTextNode(before)], [document.createTextNode(after)]];
    const wide = b.length + 1;
    const best = new Uint16Array((a.length + 1) * wide);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        best[i * wide + j] = a[i] === b[j] ? best[(i + 1) * wide + j + 1] + 1 : Math.max(best[(i + 1) * wide + j], best[i * wide + j + 1]);
      }
    }
    const left = [], right = [];
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { push(left, "", a[i++]); push(right, "", b[j++]); }
      else if (j >= b.length || (i < a.length && best[(i + 1) * wide + j] >= best[i * wide + j + 1])) push(left, "del", a[i++]);
      else push(right, "ins", b[j++]);
    }
    return [left.map(piece), right.map(piece)];
  }

  function push(pieces, kind, text) {
    const last = pieces[pieces.length - 1];
    if (last && last[0] === kind) last[1] += text;
    else pieces.push([kind, text]);
  }

  function piece([kind, text]) {
    return kind ? make("span", kind, text) : document.createTextNode(text);
  }

  options(find("mode"), [say("every mode"), ...data.modes.map((mode) => mode.label)]);
  options(find("axis"), [say("both axes"), ...data.axes.map((axis) => NAMES[axis])]);
  options(find("way"), [say("gained or lost"), say("lost"), say("gained")]);
  let waiting = 0;
  find("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  for (const id of ["mode", "axis", "way"]) find(id).addEventListener("change", filter);
  find("more").addEventListener("click", draw);
  find("filters").hidden = false;
  filter();
})();
