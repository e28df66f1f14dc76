// The list of questions: only the rows in view exist, so that ten thousand scroll like ten.
const ROW = 62;
const BEYOND = 6;

class List {
  constructor(index, choose) {
    this.index = index;
    this.choose = choose;
    this.shown = [];
    this.chosen = -1;
    this.box = find("list");
    this.bed = add(make("div", "bed"));
    this.bed.setAttribute("role", "presentation");
    this.box.append(this.bed);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose(Number(row.dataset.question));
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  show(shown) {
    this.shown = shown;
    this.bed.style.height = shown.length * ROW + "px";
    this.drawn = "";
    this.draw();
  }

  mark(question) {
    this.chosen = question;
    const at = this.shown.indexOf(question);
    if (at >= 0) {
      const top = at * ROW, height = this.box.clientHeight;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      else if (top + ROW > this.box.scrollTop + height) this.box.scrollTop = top + ROW - height;
    }
    this.drawn = "";
    this.draw();
    this.box.setAttribute("aria-activedescendant", at >= 0 ? "row-" + question : "");
  }

  step(by) {
    const at = this.shown.indexOf(this.chosen);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), this.shown.length - 1);
    if (this.shown.length) this.choose(this.shown[next]);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.step(by);
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - BEYOND);
    const last = Math.min(this.shown.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + BEYOND);
    if (this.drawn === first + ":" + last) return;
    this.drawn = first + ":" + last;
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.row(this.shown[at], at));
    this.bed.replaceChildren(...rows);
  }

  row(i, at) {
    const node = make("div", i === this.chosen ? "row chosen" : "row");
    node.id = "row-" + i;
    node.dataset.question = i;
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", String(i === this.chosen));
    node.setAttribute("aria-setsize", this.shown.length);
    node.setAttribute("aria-posinset", at + 1);
    node.style.transform = "translateY(" + at * ROW + "px)";
    const marks = add(make("div", "marks"));
    const spoken = [];
    this.index.modes.forEach((mode, m) => {
      const both = marksOf(this.index, m, i);
      marks.append(add(make("span", "mark"), ...[...both].map(glyph)));
      spoken.push(mode.label + " " + [...both].map((mark) => say(GLYPHS[mark][2])).join(", "));
    });
    node.setAttribute("aria-label", this.index.questions[i] + ". " + spoken.join("; "));
    return add(node, make("div", "ask", this.index.questions[i]), marks);
  }
}
