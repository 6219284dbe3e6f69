// The page: the clock bar, the phones side by side (or one at a time with tabs), and the stream of events.
import { day, el, time } from "./bubbles.js";
import { Phone } from "./phone.js";
import { language, setLanguage, t } from "./words.js";

const phones = new Map();
let current = 0;
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

function show(id) {
  current = id;
  for (const [number, phone] of phones) phone.node.classList.toggle("current", number === id);
  phones.get(id)?.bottom();
  tabs();
}

function tabs() {
  $("tabs").replaceChildren(...[...phones.values()].map((phone) => {
    const { id, name } = phone.person;
    const tab = el("button", { type: "button", role: "tab", ariaSelected: String(id === current) },
      el("span", { textContent: name }));
    if (phone.unread) tab.append(el("span", { className: "badge", textContent: phone.unread }));
    tab.addEventListener("click", () => show(id));
    return tab;
  }));
  const unread = [...phones.values()].reduce((sum, phone) => sum + phone.unread, 0);
  for (const phone of phones.values()) phone.node.dataset.unread = phone.unread || "";
  document.title = (unread ? `(${unread}) ` : "") + (language === "bg" ? "Пясъчник" : "Sandbox");
  $("empty").hidden = phones.size > 0;
}

async function add(person) {
  if (phones.has(person.id)) return;
  const phone = new Phone(person, tabs);
  phones.set(person.id, phone);
  $("phones").append(phone.node);
  if (!current) show(person.id);
  await phone.load();
  tabs();
}

function listen(after) {
  const stream = new EventSource(`/sandbox/events?after=${after}`);
  stream.onmessage = (message) => {
    const event = JSON.parse(message.data);
    if (event.kind === "clock") { readClock(); return; }
    if (event.kind === "person") {
      add({ ...event.data, blocked: false, commands: [] });
      return;
    }
    phones.get(event.chat_id)?.take(event);
  };
}

for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => post("/sandbox/clock", JSON.parse(button.dataset.move)));
}
$("language").addEventListener("click", () => { setLanguage(language === "bg" ? "en" : "bg"); translate(); });
$("add").addEventListener("click", () => { $("newname").value = ""; $("newcomer").showModal(); });
$("cancel").addEventListener("click", () => $("newcomer").close());
$("newcomer").addEventListener("submit", async () => {
  const person = await post("/sandbox/people", { name: $("newname").value.trim(), language: $("newlang").value });
  await add(person);
  show(person.id);
  phones.get(person.id).node.scrollIntoView({ inline: "end" });
});

const { people, seq } = await (await fetch("/sandbox/people")).json();
for (const person of people) await add(person);
translate();
await readClock();
setInterval(tick, 1000);
listen(seq);
