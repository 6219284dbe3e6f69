// One message as a bubble. Text is only ever set as text: nothing that a bot sends becomes markup here.
import { board } from "./board.js";
import { language, t } from "./words.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", spoiler: "span",
};

export function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

const SHAPES = {
  person: "M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8zM4.500 20.500a7.500 7.500 0 0 1 15 0",
  out: "M13 4h7v7M20 4L10.500 13.500M17 14v5.500H4.500V7H10",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  pin: "M12 21.5s-7-6.4-7-11.6a7 7 0 0 1 14 0c0 5.200-7 11.600-7 11.600zM12 7.400a2.600 2.600 0 1 0 0 5.200a2.600 2.600 0 0 0 0-5.200z",
};

// Drawn, not written: not every machine has a font with these signs.
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

// The bot's sign of what is overdue, drawn too.
export const signed = (text) => text.split("❗").flatMap((part, index) =>
  (index ? [el("span", { className: "sign", textContent: "❗" }), part] : [part]));

export const time = (iso) => new Date(iso).toLocaleTimeString("bg-BG", {
  hour: "2-digit", minute: "2-digit", timeZone: "Europe/Sofia",
}).replace(/\s*ч\.?$/, "");

export const day = (iso) => new Date(iso).toLocaleDateString(language === "bg" ? "bg-BG" : "en-GB", {
  weekday: "long", day: "numeric", month: "long", timeZone: "Europe/Sofia",
});

function words(runs) {
  const body = el("div", { className: "words" });
  for (const run of runs) {
    let node = el("span", {}, ...signed(run.text));
    for (const style of [...run.styles].reverse()) {
      if (TAGS[style]) node = el(TAGS[style], style === "spoiler" ? { className: "spoiler" } : {}, node);
    }
    if (run.href) node = el("a", { href: run.href, target: "_blank", rel: "noopener noreferrer" }, node);
    body.append(node);
  }
  return body;
}

function picture(message) {
  const source = `/sandbox/files/${message.photo.path}`;
  const image = el("img", { src: source, alt: message.text || "photo", loading: "eager" });
  image.width = message.photo.width;
  image.height = message.photo.height;
  return el("a", { href: source, target: "_blank", className: "picture" }, image);
}

function attachment(message) {
  if (message.photo) return picture(message);
  if (message.document) {
    const { path, name, size } = message.document;
    return el("a", { className: "file", href: `/sandbox/files/${path}`, download: name },
      el("span", { className: "fileicon" }, icon("file")),
      el("span", {}, el("b", { textContent: name }),
        el("small", { textContent: `${Math.max(1, Math.round(size / 1024))} ${t("kb")}` })));
  }
  if (message.location) {
    const { lat, lon } = message.location;
    return el("div", { className: "map" }, icon("pin"), el("small", { textContent: `${lat.toFixed(5)}, ${lon.toFixed(5)}` }));
  }
  if (message.contact) {
    const { name, phone_number: number } = message.contact;
    return el("div", { className: "file" }, el("span", { className: "fileicon" }, icon("person")),
      el("span", {}, el("b", { textContent: name }), el("small", { textContent: number })));
  }
  if (message.cards?.keys.length || message.runs.length) return null;
  if (message.kind !== "text") return el("div", { className: "words", textContent: t(message.kind) || message.kind });
  return null;
}

export function bubble(message, seen, tap) {
  const box = el("article", { className: `bubble ${message.from_bot ? "theirs" : "mine"}` });
  box.dataset.id = message.id;
  box.dataset.sender = message.sender;
  const inner = el("div", { className: "skin" });
  const part = attachment(message);
  if (part) inner.append(part);
  if (message.photo) inner.classList.add("media");
  if (message.text) inner.append(words(message.runs));
  if (message.cards?.keys.length) {
    const cards = el("div", { className: "board" });
    board(cards, message.cards, (key) => tap(key));
    inner.append(cards);
  }
  const ticks = message.from_bot ? "" : seen ? "✓✓" : "✓";
  // A question that becomes the next one is no news; what a person changed is.
  const changed = message.edited && !message.from_bot ? `${t("edited")} ` : "";
  inner.append(el("div", { className: "stamp" }, `${changed}${time(message.date)}`,
    el("span", { className: seen ? "ticks seen" : "ticks", textContent: ticks })));
  box.append(inner);
  for (const row of message.buttons || []) box.append(keys(row, message, tap));
  return box;
}

function keys(row, message, tap) {
  const line = el("div", { className: "keys" });
  for (const key of row) {
    if (key.url) {
      line.append(el("a", { className: "key", href: key.url, target: "_blank", rel: "noopener", textContent: key.label }));
      continue;
    }
    const button = el("button", { type: "button", className: "key" }, ...signed(key.label));
    button.addEventListener("click", () => tap(message, key, button));
    line.append(button);
  }
  return line;
}

// Photos of one album stand in one grid; only the first bubble keeps its words and the stamp.
export function album(messages, seen) {
  const box = el("article", { className: `bubble ${messages[0].from_bot ? "theirs" : "mine"}` });
  box.dataset.id = messages.at(-1).id;
  const grid = el("div", { className: `grid n${Math.min(messages.length, 5)}` }, ...messages.map(picture));
  const inner = el("div", { className: "skin media" }, grid);
  for (const message of messages) if (message.text) inner.append(words(message.runs));
  const ticks = messages[0].from_bot ? "" : seen ? "✓✓" : "✓";
  inner.append(el("div", { className: "stamp" }, time(messages[0].date),
    el("span", { className: seen ? "ticks seen" : "ticks", textContent: ticks })));
  box.append(inner);
  return box;
}
