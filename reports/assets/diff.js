// The words in which a text differs from another: the longest common subsequence of words (Wagner and Fischer, 1974).
const LONGEST_DIFF = 600;

function split(text) {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) || [];
}

const ALIKE = 0.4;

// [kind, text] in reading order, kind "same", "new" (only in `now`) or "gone" (only in `before`); null when the texts are
// too long, or have too little in common for the marks to be of use.
function difference(before, now) {
  const a = split(before), b = split(now);
  if (a.length > LONGEST_DIFF || b.length > LONGEST_DIFF) return null;
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const parts = [];
  const put = (kind, text) => {
    const last = parts[parts.length - 1];
    if (last && last[0] === kind) last[1] += text; else parts.push([kind, text]);
  };
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { put("same", b[j]); i++; j++; }
    else if (j < b.length && (i === a.length || common[i * width + j + 1] > common[(i + 1) * width + j])) put("new", b[j++]);
    else if (i < a.length) put("gone", a[i++]);
    else put("new", b[j++]);
  }
  const shared = parts.reduce((sum, [kind, text]) => sum + (kind === "same" ? text.trim().length : 0), 0);
  return shared < ALIKE * Math.min(before.length, now.length) ? null : joined(parts);
}

// Neighbouring changes that only a space keeps apart become one: "gone new, gone new" reads as one of each.
function joined(parts) {
  const found = [];
  let gone = "", now = "";
  const close = () => {
    if (gone) found.push(["gone", gone]);
    if (now) found.push(["new", now]);
    gone = now = "";
  };
  parts.forEach(([kind, text], i) => {
    if (kind === "gone") gone += text;
    else if (kind === "new") now += text;
    else if (!text.trim() && gone && now && i + 1 < parts.length) { gone += text; now += text; }
    else { close(); found.push(["same", text]); }
  });
  close();
  return found;
}
