// The page: the clock bar, the phones side by side (or one at a time with tabs), and the stream of events.
import { day, el, time } from "./bubbles.js";
import { TelegramPhone } from "./telegram.js";
import { ViberPhone } from "./viber.js";
import { language, setLanguage, t } from "./words.js";

// By person and messenger, as in "700001/viber".
const phones = new Map();
let current = "";
let offset = 0;
const $ = (id) => document.getElementById(id);

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
  });
  return answer.json();
}

function translate() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  $("language").textContent = language === "bg" ? "EN" : "БГ";
  for (const phone of phones.values()) phone.draw();
  tick();
  tabs();
}

function tick() {
  const now = new Date(Date.now() + offset).toISOString();
  $("now").dateTime = now;
  $("now").replaceChildren(el("b", { textContent: time(now) }), ` ${day(now)}`);
}

async function readClock() {
  const clock = await (await fetch("/sandbox/clock")).json();
  offset = new Date(clock.now).getTime() - Date.now();
  tick();
}

function show(key) {
  current = key;
  for (const [other, phone] of phones) phone.node.classList.toggle("current", other === key);
  phones.get(key)?.bottom();
  tabs();
  $("tabs").querySelector("[aria-selected=true]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

const name = (phone) => phone.app[0].toUpperCase() + phone.app.slice(1);

// The first name, unless somebody else has it too; the rest is there to hear.
function shortest(person) {
  const first = ({ name: whole }) => whole.split(" ")[0];
  const same = [...people.values()].some((other) => other.id !== person.id && first(other) === first(person));
  return same ? person.name : first(person);
}

function tabs() {
  const several = [...phones.values()].some((phone) => phone.app === "viber");
  $("tabs").replaceChildren(...[...phones.values()].map((phone) => {
    const tab = el("button", { type: "button", role: "tab", ariaSelected: String(phone.key === current) });
    const seen = shortest(phone.person);
    tab.append(seen, el("span", { className: "unseen", textContent: phone.person.name.slice(seen.length) }));
    // One letter is enough to see, the whole word is there to hear.
    const mark = { role: "img", ariaLabel: name(phone), textContent: phone.app[0].toUpperCase() };
    if (several) tab.append(" ", el("span", { className: `app ${phone.app}`, ...mark }));
    if (phone.unread) tab.append(el("span", { className: "badge", textContent: phone.unread }));
    tab.addEventListener("click", () => show(phone.key));
    return tab;
  }));
  const unread = [...phones.values()].reduce((sum, phone) => sum + phone.unread, 0);
  for (const phone of phones.values()) {
    phone.node.dataset.unread = phone.unread || "";
    phone.$(".app").textContent = several ? name(phone) : "";
    phone.$(".another").hidden = !viber || phones.has(`${phone.person.id}/viber`);
  }
  document.title = (unread ? `(${unread}) ` : "") + (language === "bg" ? "Пясъчник" : "Sandbox");
  $("empty").hidden = phones.size > 0;
}

async function add(person) {
  if (person.telegram) await put(new TelegramPhone(person, tabs));
  if (person.viber) await put(new ViberPhone(person, tabs));
}

// Beside the other phone of the same person.
async function put(phone) {
  if (phones.has(phone.key)) return;
  const beside = [...phones.values()].findLast((other) => other.person.id === phone.person.id);
  phones.set(phone.key, phone);
  if (beside) beside.node.after(phone.node);
  else $("phones").append(phone.node);
  phone.$(".another").addEventListener("click", () => post(`/sandbox/people/${phone.person.id}/viber`, {}));
  if (!current) show(phone.key);
  await phone.load();
  sort();
  tabs();
}

// Tabs in the order of the phones on the page.
function sort() {
  const nodes = [...$("phones").children];
  const sorted = [...phones].sort(([, one], [, other]) => nodes.indexOf(one.node) - nodes.indexOf(other.node));
  phones.clear();
  for (const [key, phone] of sorted) phones.set(key, phone);
}

function listen(after) {
  const stream = new EventSource(`/sandbox/events?after=${after}`);
  stream.onmessage = async (message) => {
    const event = JSON.parse(message.data);
    const { kind, chat_id: id, data } = event;
    if (kind === "clock") { readClock(); return; }
    if (kind === "viber:webhook") { viber = data.set; tabs(); return; }
    if (kind === "person") people.set(data.id, { ...data, blocked: false, commands: [], viber: null });
    if (kind === "viber:phone") people.get(id).viber ||= data;
    if (kind === "person" || kind === "viber:phone") add(people.get(id));
    phones.get(`${id}/${kind.startsWith("viber:") ? "viber" : "telegram"}`)?.take(event);
  };
}

for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => post("/sandbox/clock", JSON.parse(button.dataset.move)));
}
$("language").addEventListener("click", () => { setLanguage(language === "bg" ? "en" : "bg"); translate(); });
$("add").addEventListener("click", () => {
  $("newname").value = "";
  $("newcode").value = "";
  $("phoneschoice").hidden = !viber;
  $("newcomer").showModal();
});
$("cancel").addEventListener("click", () => $("newcomer").close());
$("newcomer").addEventListener("submit", async () => {
  const person = await post("/sandbox/people", {
    name: $("newname").value.trim(), language: $("newlang").value, phones: $("newphones").value.split(" "),
  });
  people.set(person.id, person);
  await add(person);
  const own = [...phones.values()].filter((one) => one.person.id === person.id);
  for (const one of own) one.code = $("newcode").value.trim();
  const [phone] = own;
  show(phone.key);
  phone.node.scrollIntoView({ inline: "end" });
});

const world = await (await fetch("/sandbox/people")).json();
const people = new Map(world.people.map((person) => [person.id, person]));
let viber = world.viber;
for (const person of world.people) await add(person);
translate();
await readClock();
setInterval(tick, 1000);
listen(world.seq);
