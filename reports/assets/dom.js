// Every text goes into the page by textContent: questions, replies and passages are data, never markup.
// A text in the language of the page; `{name}` in it stands for a value.
const TEXTS = {};
const say = (english, values = {}) => (TEXTS[english] || english).replace(/\{(\w+)\}/g, (_, name) => values[name]);

const find = (id) => document.getElementById(id);

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

function options(select, pairs) {
  for (const [value, name] of pairs) {
    const node = make("option", "", name);
    node.value = value;
    select.append(node);
  }
}

const GLYPHS = { 1: ["yes", "✓", "right"], 0: ["no", "✗", "wrong"], "-": ["na", "–", "not scored"], " ": ["na", " ", "no reply"] };

function glyph(mark) {
  const [kind, sign] = GLYPHS[mark];
  const node = make("span", kind, sign);
  node.setAttribute("aria-hidden", "true");
  return node;
}
