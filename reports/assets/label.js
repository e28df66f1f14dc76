"use strict";
// The page's address ends in the token; everything is asked for below it.
const $ = (id) => document.getElementById(id);
let items = [], axes = [], at = 0, sending = Promise.resolve();

const done = (item) => axes.every((axis) => item.marks[axis]);

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

function show() {
  const item = items[at];
  $("question").textContent = item.question;
  $("reply").textContent = item.reply;
  $("answers").replaceChildren(...item.answers.map((text) => {
    const line = document.createElement("li");
    line.dir = "auto";
    line.textContent = text;
    return line;
  }));
  for (const axis of ["knowledge", "style"]) {
    $(axis).hidden = !axes.includes(axis);
    for (const button of $(axis).querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(item.marks[axis] === button.dataset.mark));
    }
  }
  const ready = items.filter(done).length;
  $("count").textContent = `${at + 1} of ${items.length}, ${ready} done${ready === items.length ? ". Thank you: that is all." : ""}`;
}

function move(step) {
  at = Math.min(Math.max(at + step, 0), items.length - 1);
  show();
}

function mark(axis, value) {
  const index = at, item = items[at], before = item.marks[axis];
  item.marks[axis] = value;
  const finished = done(item);
  show();
  // One after another, so that the file holds the marks in the order in which they were made.
  sending = sending.then(async () => {
    try {
      const reply = await fetch("mark", {
        method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({index, axis, mark: value}),
      });
      if (!reply.ok) throw new Error(String(reply.status));
      trouble("");
    } catch (error) {
      item.marks[axis] = before;
      at = index;
      show();
      trouble("The mark was not stored: is `report --label` still running?");
    }
  });
  if (finished && at < items.length - 1) move(1);
}

function press(button) {
  if (!button || button.parentElement.hidden || !items.length) return;
  if (button.dataset.mark) mark(button.parentElement.id, button.dataset.mark);
  else move(button.dataset.key === "ArrowLeft" ? -1 : 1);
}

document.addEventListener("click", (event) => press(event.target.closest("button")));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const button = document.querySelector(`button[data-key="${CSS.escape(key)}"]`);
  if (button) {
    event.preventDefault();
    press(button);
  }
});

fetch("items").then((reply) => reply.json()).then((data) => {
  ({items, axes} = data);
  at = Math.max(items.findIndex((item) => !done(item)), 0);
  if (items.length) show();
  else trouble("There is no reply to mark.");
}).catch(() => trouble("The replies could not be read: is `report --label` still running?"));
