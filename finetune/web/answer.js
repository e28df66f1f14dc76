// What of a reply people want to read: its answer, and the documents that it names; the whole reply stays at hand.

// Where the data set says that the answer stands: `$.path[0]` into JSON, or `/pattern with one group/`; null: not found.
export function answerIn(reply, where) {
  if (!where) return null;
  if (where.startsWith("/")) {
    try {
      return new RegExp(where.slice(1, -1)).exec(reply)?.[1]?.trim() || null;
    } catch {
      return null;
    }
  }
  let value;
  try {
    value = JSON.parse(reply.slice(reply.indexOf("{"), reply.lastIndexOf("}") + 1));
  } catch {
    return null;
  }
  for (const [, name, number] of where.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    const key = name ?? Number(number);
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return null;
    value = value[key];
  }
  if (Array.isArray(value)) value = value.join(", ");
  return value === null || typeof value === "object" || value === "" ? null : String(value);
}

// The documents among those that were given which the reply names, each once, in the order in which it names them.
export function sourcesIn(reply, documents) {
  const named = [...new Set(documents)].filter((name) => reply.includes(name));
  return named.sort((a, b) => reply.indexOf(a) - reply.indexOf(b));
}
