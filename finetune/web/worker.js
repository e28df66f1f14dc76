// The model, in a thread of its own: loads it on one device, checks its logits, retrieves, and writes replies.
// A device that failed cannot be set up anew in the same thread, so each attempt gets a worker of its own.

const GRID = 2 ** -20; // as rag/embed.py rounds vectors
const SPREAD_SHARE = 0.03; // of the logits' standard deviation: what two right computations may differ by
const LEAST_AGREEMENT = 0.99;

// What Python's strip() takes away, which is not quite what trim() does.
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const stripStart = (text) => text.replace(new RegExp(`^${BLANK}`), "");
const stripEnd = (text) => text.replace(new RegExp(`${BLANK}$`), "");
const strip = (text) => stripEnd(stripStart(text));

let submits = 0;
let stopped = false;
let app, tjs, model, tokenizer, embedder, passages, vectors;

self.onmessage = ({ data }) => {
  if (data.type === "stop") stopped = true;
  if (data.type === "start") start(data).catch((error) => post("failed", { reason: message(error) }));
  if (data.type === "ask") reply(data.question).catch((error) => post("trouble", { reason: message(error) }));
};

const post = (type, values) => self.postMessage({ type, ...values });
const message = (error) => String(error?.message ?? error).split("\n")[0];

async function start({ device, hideSubgroups }) {
  const adapter = device === "webgpu" ? await watchGpu(hideSubgroups) : "";
  app = await json("app.json");
  tjs = await import("./runtime/transformers.min.js");
  configure(tjs.env);
  tokenizer = await tjs.AutoTokenizer.from_pretrained("chat");
  samePrompts();
  if (app.retrieves) await loadPassages();
  model = await load("chat", tjs.AutoModelForCausalLM, app.file, device);
  post("status", { text: "Checking the model's logits" });
  const before = submits;
  const check = await compare(await json("check.json"));
  const used = submits - before;
  if (device === "webgpu" && !used) throw new Error("WebGPU was asked for and did no work");
  if (!check.passed) {
    return post("failed", { reason: `its logits are wrong (${describe(check)})`, check });
  }
  const same = app.retrieves ? await sameSamples() : null;
  post("ready", { device, adapter, submits: used, check: describe(check), same, threads: tjs.env.backends.onnx.wasm.numThreads });
}

async function json(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

// Counts what is really sent to the GPU, and hides sub-groups, whose kernels give wrong logits on some drivers.
async function watchGpu(hideSubgroups) {
  const submit = GPUQueue.prototype.submit;
  GPUQueue.prototype.submit = function (...buffers) {
    submits += 1;
    return submit.apply(this, buffers);
  };
  if (hideSubgroups) {
    const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "features");
    Object.defineProperty(GPUAdapter.prototype, "features", {
      get() {
        return new Set([...get.call(this)].filter((name) => !name.includes("subgroup")));
      },
    });
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("there is no GPU for this browser");
  const { vendor, architecture, description } = adapter.info ?? {};
  return description || [vendor, architecture].filter(Boolean).join(" ");
}

function configure(env) {
  const here = (path) => new URL(path, self.location.href).href;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = new URL("models/", self.location.href).pathname;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const { wasm } = env.backends.onnx;
  const build = "runtime/ort-wasm-simd-threaded.asyncify";
  wasm.wasmPaths = { mjs: here(`${build}.mjs`), wasm: here(`${build}.wasm`) };
  wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1;
}

function load(name, kind, file, device) {
  const loaded = {};
  return kind.from_pretrained(name, {
    device,
    dtype: "fp32", // what the graph takes and gives, whatever its weights are stored as
    model_file_name: file,
    use_external_data_format: true,
    progress_callback: (event) => {
      if (event.status !== "progress" || !event.total) return;
      loaded[event.file] = [event.loaded, event.total];
      const [have, all] = Object.values(loaded).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
      post("progress", { part: name, have, all });
    },
  });
}

// The prompt token for token as in Python, or no chat.
function samePrompts() {
  for (const sample of app.samples) {
    const own = tokens(app.before + sample.turn + app.after);
    if (own.length !== sample.tokens.length || own.some((token, i) => token !== sample.tokens[i])) {
      throw new Error("this browser reads the prompt as other tokens than the evaluation did");
    }
  }
}

const tokens = (text) => Array.from(tokenizer(text, { add_special_tokens: false }).input_ids.data, Number);

async function loadPassages() {
  passages = await json("passages.json");
  vectors = new Float32Array(await (await fetch("vectors.bin")).arrayBuffer());
  embedder = {
    tokenizer: await tjs.AutoTokenizer.from_pretrained("embedder"),
    model: await load("embedder", tjs.AutoModel, app.embedder.file, "wasm"),
  };
}

async function embed(question) {
  const inputs = await embedder.tokenizer(app.embedder.prompt + question, { truncation: true, max_length: app.embedder.longest });
  inputs.token_type_ids ??= new tjs.Tensor("int64", new BigInt64Array(inputs.input_ids.data.length), inputs.input_ids.dims);
  const { sentence_embedding } = await embedder.model(inputs);
  return Float64Array.from(sentence_embedding.data, (x) => Math.round(x / GRID) * GRID);
}

// Cosine with every passage; they are sorted by document and position, which breaks ties as in Python.
async function retrieve(question) {
  const asked = await embed(question);
  const size = asked.length;
  const scores = passages.map((_, row) => {
    let sum = 0;
    for (let i = 0; i < size; i += 1) sum += asked[i] * vectors[row * size + i];
    return sum;
  });
  const rows = scores.map((_, row) => row).sort((a, b) => scores[b] - scores[a] || a - b);
  return rows.slice(0, app.top_k).map((row) => {
    const [document, position, text] = passages[row];
    return { document, position, text, score: scores[row] };
  });
}

function turn(question, found) {
  return [...found.map((p) => `[${p.document}]\n${p.text}`).reverse(), `Question: ${strip(question)}`].join("\n\n");
}

async function sameSamples() {
  let same = 0;
  for (const sample of app.samples) same += turn(sample.question, await retrieve(sample.question)) === sample.turn;
  return [same, app.samples.length];
}

// One pass: logits of the last `keep` tokens (0: all), and the cache to go on with.
async function step(ids, past, length, keep) {
  const int64 = (values, dims) => new tjs.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  const out = await model({
    input_ids: int64(ids, [1, ids.length]),
    attention_mask: int64(new Array(length).fill(1), [1, length]),
    num_logits_to_keep: int64([keep], []),
    past_key_values: past,
  });
  const next = {};
  for (const [name, value] of Object.entries(out)) {
    if (name.startsWith("present.")) next[name.replace("present.", "past_key_values.")] = value;
  }
  free(past);
  const logits = out.logits.location === "gpu-buffer" ? await out.logits.ort_tensor.getData(true) : out.logits.data;
  return { logits, width: out.logits.dims.at(-1), past: next };
}

function free(past) {
  for (const value of Object.values(past ?? {})) if (value.location === "gpu-buffer") value.dispose();
}

async function compare(expected) {
  const whole = expected.tokens.length - expected.steps;
  const check = { rows: 0, agreed: 0, difference: 0, allowed: SPREAD_SHARE * expected.spread };
  let { logits, width, past } = await step(expected.tokens.slice(0, whole), null, whole, 0);
  for (let row = 0; row < whole; row += 1) compareRow(check, expected, row, logits.subarray(row * width, (row + 1) * width));
  for (let row = whole; row < expected.tokens.length; row += 1) {
    ({ logits, past } = await step([expected.tokens[row]], past, row + 1, 1));
    compareRow(check, expected, row, logits);
  }
  free(past);
  check.agreement = check.agreed / check.rows;
  check.passed = check.agreement >= LEAST_AGREEMENT && check.difference <= check.allowed; // a NaN passes neither
  return check;
}

function compareRow(check, expected, row, logits) {
  const best = logits[expected.best[row]];
  check.rows += 1;
  check.agreed += logits[argmax(logits)] - best <= check.allowed;
  const far = (value, wanted) => {
    const difference = Math.abs(value - wanted);
    if (!(difference <= check.difference)) check.difference = difference;
  };
  far(best, expected.best_logits[row]);
  expected.watched.forEach((token, i) => far(logits[token], expected.logits[row][i]));
}

const describe = ({ rows, agreement, difference, allowed }) =>
  `${rows} positions, ${(100 * agreement).toFixed(0)} % agree, largest difference ${difference.toPrecision(2)}, allowed ${allowed.toPrecision(2)}`;

function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

// Greedy, as evaluated. A piece of text is sent once what follows cannot change it.
async function reply(question) {
  stopped = false;
  const began = performance.now();
  const before = submits;
  const found = app.retrieves ? await retrieve(question) : [];
  post("passages", { passages: found });
  let ids = tokens(app.before + turn(question, found) + app.after);
  if (app.context && ids.length + app.least > app.context) throw new Error("the question is too long for the model");
  const most = app.context ? Math.min(app.max_new_tokens, app.context - ids.length) : app.max_new_tokens;
  let length = ids.length;
  let past = null;
  let logits;
  let sent = "";
  const prompt = length;
  const written = [];
  let count = 0;
  while (count < most && !stopped) {
    ({ logits, past } = await step(ids, past, length, 1));
    const token = argmax(logits);
    count += 1;
    if (app.stops.includes(token)) break;
    written.push(token);
    ids = [token];
    length += 1;
    const text = stripEnd(stripStart(tokenizer.decode(written, { skip_special_tokens: true })).replace(/\ufffd+$/, ""));
    if (text.length > sent.length) post("text", { text: text.slice(sent.length) });
    sent = text.length > sent.length ? text : sent;
    await new Promise((done) => setTimeout(done)); // lets a stop through
  }
  free(past);
  const text = strip(tokenizer.decode(written, { skip_special_tokens: true }));
  const seconds = (performance.now() - began) / 1000;
  post("done", { text, tokens: count, prompt, seconds, submits: submits - before, stopped });
}
