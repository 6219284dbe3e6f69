// A grid of Viber's buttons: the keyboard of a chat, or the cards of a message.
import { el, icon, signed } from "./bubbles.js";

const ICONS = { "location-picker": "pin", "share-phone": "person", "open-url": "out" };

export function board(box, { keys, columns, background }, tap) {
  box.style.setProperty("--columns", columns);
  box.style.background = background;
  box.replaceChildren(...keys.map((key) => button(key, tap)));
}

function button(key, tap) {
  const link = key.action === "open-url";
  const node = el(link ? "a" : "button", { className: `tile ${key.size} ${key.bold ? "bold" : ""}`, ariaDisabled: String(key.action === "none") });
  if (link) Object.assign(node, { href: key.url, target: "_blank", rel: "noopener noreferrer" });
  else node.type = "button";
  node.style.gridColumn = `${key.column + 1} / span ${key.columns}`;
  node.style.gridRow = `${key.row + 1} / span ${key.rows}`;
  node.style.background = key.background;
  node.style.color = key.ink || (key.background ? contrast(key.background) : "");
  if (ICONS[key.action]) node.append(icon(ICONS[key.action]));
  node.append(el("span", {}, ...signed(key.label)));
  node.addEventListener("click", () => tap(key));
  return node;
}

// A button with a ground of its own and no ink gets the one that can be read on it.
function contrast(colour) {
  const full = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#1c1530" : "#ffffff";
}
