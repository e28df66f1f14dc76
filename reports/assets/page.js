// The question browser: filters, list, detail, links to a question (#q=ID) or a filter (#mode=rag&cause=not_used).
class Browser {
  constructor(index) {
    Object.assign(TEXTS, index.texts);
    this.index = index;
    this.kinds = outcomeKinds(index);
    this.texts = null;
    this.detail = new Detail(index);
    this.list = new List(index, (i) => this.choose(i, true));
    this.options();
    this.heads();
    this.listen();
    find("browser").hidden = false;
    find("waiting").hidden = true;
    this.filter().then(() => this.follow());
  }

  options() {
    const { modes, tags, cause_names: causes, cause_words: words } = this.index;
    options(find("mode"), [[ANY, say("any mode")], ...modes.map((mode) => [mode.name, mode.label])]);
    options(find("outcome"), this.kinds.map(([key, name]) => [key, name]));
    options(find("tag"), [[ANY, say("any tag")], ...tags.map((tag) => [tag, tag])]);
    options(find("cause"), [[ANY, say("any cause")], ...causes.map((name, i) => [name, words[i]])]);
    find("tag").parentElement.hidden = !tags.length;
    find("cause").parentElement.hidden = !causes.length;
  }

  heads() {
    find("heads").append(...this.index.modes.map((mode) => make("span", "s-" + mode.strategy, mode.label)));
  }

  listen() {
    let waiting = 0;
    find("search").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.filter(), find("search").value ? 80 : 0);
    });
    for (const id of ["mode", "outcome", "tag", "cause", "differ"]) find(id).addEventListener("change", () => this.filter());
    find("clear").addEventListener("click", () => this.set({}));
    find("previous").addEventListener("click", () => this.list.step(-1));
    find("next").addEventListener("click", () => this.list.step(1));
    window.addEventListener("hashchange", () => this.follow());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  wanted() {
    const value = (id) => find(id).value;
    return { mode: value("mode"), outcome: value("outcome"), tag: value("tag"), cause: value("cause"), differ: find("differ").checked, find: value("search") };
  }

  set(wanted) {
    for (const id of ["mode", "tag", "cause"]) find(id).value = wanted[id] || ANY;
    find("outcome").value = wanted.outcome || "any";
    find("search").value = wanted.find || "";
    find("differ").checked = false;
    return this.filter();
  }

  async filter() {
    const wanted = this.wanted();
    if (wanted.find.trim()) await this.read();
    const started = performance.now();
    const shown = matching(this.index, this.kinds, wanted, this.texts);
    this.list.show(shown);
    find("count").textContent = say("{shown} of {all} questions", { shown: shown.length, all: this.index.ids.length });
    find("clear").hidden = shown.length === this.index.ids.length;
    find("pane").hidden = !shown.length;
    this.tell(shown.length ? "" : say("No question fits all of these filters."));
    if (shown.length) await this.choose(shown.includes(this.list.chosen) ? this.list.chosen : shown[0], false);
    performance.measure("filter", { start: started });
  }

  // The words of every question, unpacked block by block with pauses between, so that the page stays quick.
  read() {
    this.reading ||= (async () => {
      const texts = [];
      for (let from = 0; from < this.index.ids.length; from += this.index.block) {
        await searchable(this.index, texts, from);
        await new Promise((done) => setTimeout(done, 0));
      }
      this.texts = texts;
    })();
    return this.reading;
  }

  // What there is to say where nothing can be shown.
  tell(words) {
    find("list-status").textContent = words;
    find("list-status").hidden = !words;
  }

  async choose(i, link) {
    this.tell("");
    this.list.mark(i);
    find("place").textContent = say("{at} of {all}", { at: this.list.shown.indexOf(i) + 1, all: this.list.shown.length });
    if (link) history.replaceState(null, "", "#q=" + encodeURIComponent(this.index.ids[i]));
    await this.detail.show(i);
  }

  // Shows what the address names: a question, or a filter.
  async follow() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const id = asked.get("q");
    if (id !== null) {
      const i = this.index.ids.indexOf(id);
      if (i < 0) {
        this.tell(say("There is no question {id} in this run.", { id }));
        find("questions").scrollIntoView({ behavior: "instant" });
        return;
      }
      if (!this.list.shown.includes(i)) await this.set({});
      await this.choose(i, false);
    } else if (["mode", "outcome", "tag", "cause", "find"].some((key) => asked.has(key))) {
      await this.set(Object.fromEntries(asked));
    } else return;
    find("questions").scrollIntoView({ behavior: "instant" });
  }

  // n or j: next, p or k: previous, /: search; only while the browser is in view, and never while somebody types.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const box = find("questions").getBoundingClientRect();
    if (box.top > innerHeight * 0.75 || box.bottom < 0) return;
    const by = { n: 1, j: 1, p: -1, k: -1 }[event.key];
    if (by) this.list.step(by);
    else if (event.key === "/") { event.preventDefault(); find("search").focus(); }
  }
}

(async () => {
  if (!window.DecompressionStream) {
    find("waiting").textContent = say("Browsing needs a browser of 2023 or later. The replies stand in predictions/*.jsonl too.");
    return;
  }
  const browser = new Browser(await block("index"));
  setTimeout(() => browser.read(), 1500);
})();
