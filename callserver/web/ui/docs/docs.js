// Shows the OpenAPI document of the server this page came from. Text only ever goes in as text.

const METHODS = ["get", "post", "put", "delete"];
const page = (id) => document.getElementById(id);
let api = {};

function make(tag, traits = {}, ...inside) {
  const node = Object.assign(document.createElement(tag), traits);
  node.append(...inside.filter((one) => one !== null && one !== undefined));
  return node;
}

const pretty = (value) => JSON.stringify(value, null, 2);

function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split("/").reduce((at, name) => at[name], api);
}

// `code` between backquotes, as docstrings write it.
function told(text) {
  const parts = (text ?? "").split("`");
  const nodes = parts.map((part, at) => (at % 2 ? make("code", {}, part) : part));
  return make("p", { className: "told" }, ...nodes);
}

function kind(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.type === "array") return `list of ${kind(schema.items) || "anything"}`;
  return [schema.type ?? "anything", schema.format].filter(Boolean).join(", ");
}

function limits(schema) {
  const shown = [];
  const words = { minimum: "≥", maximum: "≤", exclusiveMinimum: ">", minLength: "length ≥",
    maxLength: "length ≤", maxItems: "items ≤", maxProperties: "fields ≤", pattern: "like",
    default: "default" };
  for (const [name, word] of Object.entries(words)) {
    if (schema?.[name] !== undefined) shown.push(`${word} ${JSON.stringify(schema[name])}`);
  }
  return shown.join(", ");
}

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((one) => make("th", { scope: "col" }, one)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

// The fields of a shape, and of the shapes in it, each once.
function shapes(schema, seen = new Set()) {
  const names = [...JSON.stringify(schema ?? {}).matchAll(/#\/components\/schemas\/([\w.-]+)/g)];
  const nodes = [];
  for (const [, name] of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const shape = api.components.schemas[name];
    const required = new Set(shape.required ?? []);
    const rows = Object.entries(shape.properties ?? {}).map(([field, one]) => [
      make("code", {}, field + (required.has(field) ? "" : "?")), kind(one),
      [one.description, limits(one)].filter(Boolean).join(" "),
    ]);
    nodes.push(make("h3", {}, name), told(shape.description));
    if (shape.enum) nodes.push(make("p", {}, make("code", {}, kind(shape))));
    if (rows.length) nodes.push(table(["field", "type", ""], rows));
    nodes.push(...shapes(shape, seen));
  }
  return nodes;
}

function parameters(operation) {
  const rows = (operation.parameters ?? []).map((one) => [
    make("code", {}, one.name + (one.required ? "" : "?")), one.in, kind(one.schema),
    [one.description, limits(one.schema)].filter(Boolean).join(" "),
  ]);
  return rows.length ? [make("h3", {}, "Takes"), table(["name", "in", "type", ""], rows)] : [];
}

function answers(operation) {
  return Object.entries(operation.responses).flatMap(([status, reference]) => {
    const answer = resolve(reference);
    const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
    const line = make("p", {}, make("strong", {}, `${status} `));
    line.append(...told(answer.description).childNodes);
    if (Number(status) >= 400 || !content) return [line];
    if (content.example === undefined) return [line, make("p", { className: "muted" }, type)];
    const more = make("details", {}, make("summary", {}, "Fields"));
    more.append(make("div", { className: "inside" }, ...shapes(content.schema)));
    return [line, make("pre", {}, pretty(content.example)), more];
  });
}

function sent(operation) {
  const [media, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (!body) return null;
  const { example } = body;
  const isForm = media === "application/x-www-form-urlencoded";
  const form = () => new URLSearchParams(example).toString();
  return { ...body, media, text: isForm ? form() : media.endsWith("json") ? pretty(example) : example };
}

function trial(path, method, operation) {
  const form = make("form", {});
  const fields = (operation.parameters ?? []).filter((one) => one.in !== "header").map((one) => {
    const input = make("input", { name: one.name, required: one.required });
    if (one.in === "path") input.value = one.example ?? "";
    form.append(make("label", {}, `${one.name} `, input), " ");
    return [one, input];
  });
  const content = sent(operation);
  const body = content && make("textarea", { rows: 8, value: content.text });
  const shown = make("pre", { hidden: true });
  shown.setAttribute("aria-live", "polite");
  form.append(...[body].filter(Boolean), make("button", {}, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const [one, input] of fields) {
      if (one.in === "path") url = url.replace(`{${one.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.set(one.name, input.value);
    }
    const headers = page("token").value ? { Authorization: `Bearer ${page("token").value}` } : {};
    if (body) headers["Content-Type"] = content.media;
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const answer = await fetch(query.size ? `${url}?${query}` : url, {
        method: method.toUpperCase(), headers, body: body?.value, credentials: "omit",
      });
      const text = await answer.text();
      const isJson = answer.headers.get("Content-Type")?.includes("json") && text;
      shown.textContent = `${answer.status}\n${isJson ? pretty(JSON.parse(text)) : text}`;
    } catch (error) {
      shown.textContent = String(error);
    }
  });
  return [make("h3", {}, "Try"), form, shown];
}

function inside(path, method, operation) {
  const body = sent(operation);
  const streams = operation.responses["200"]?.content ?? {};
  return make("div", { className: "inside" },
    told(operation.description), ...parameters(operation),
    ...(body ? [make("h3", {}, `Body (${body.media})`), make("pre", {}, body.text),
      ...shapes(body.schema)] : []),
    make("h3", {}, "Answers"), ...answers(operation),
    ...("text/event-stream" in streams ? [] : trial(path, method, operation)));
}

function entry(path, method, operation) {
  const node = make("details", { id: operation.operationId },
    make("summary", {}, make("span", { className: `method ${method}` }, method.toUpperCase()),
      make("code", { className: "path" }, path),
      make("span", { className: "muted" }, operation.summary)));
  node.dataset.words = `${method} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase();
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(inside(path, method, operation));
  });
  return node;
}

function show() {
  const rooms = new Map(api.tags.map((tag) => [tag.name,
    make("section", { id: `room-${tag.name}` }, make("h2", {}, tag.name), told(tag.description))]));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((one) => one in methods)) {
      rooms.get(methods[method].tags[0]).append(entry(path, method, methods[method]));
    }
  }
  page("about").replaceChildren(...told(api.info.description).childNodes);
  page("rooms").replaceChildren(...[...rooms.keys()].map((name) =>
    make("a", { href: `#room-${name}` }, name)));
  page("operations").replaceChildren(...rooms.values());
}

function narrow() {
  const words = page("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of page("operations").children) {
    const entries = [...section.querySelectorAll("details[id]")];
    for (const one of entries) one.hidden = !words.every((word) => one.dataset.words.includes(word));
    section.hidden = entries.every((one) => one.hidden);
  }
}

function open() {
  const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (node?.tagName === "DETAILS") node.open = true;
  node?.scrollIntoView();
}

try {
  api = await (await fetch("/api/v1/openapi.json", { credentials: "omit" })).json();
  show();
  page("find").addEventListener("input", narrow);
  addEventListener("hashchange", open);
  open();
} catch (error) {
  page("operations").replaceChildren(make("p", {}, `The document cannot be read: ${error}`));
}
