// What every phone has: the list of messages, what can be sent, and what the person has not yet seen.
import { album, bubble, day, el } from "./bubbles.js";
import { t } from "./words.js";

const TOAST_MS = 3500;
// What comes within so much time is read as one.
const TOGETHER_MS = 60_000;
const ABOVE_PX = 6;

const isPhoto = (file) => file.type.startsWith("image/");

export class Phone {
  constructor(person, changed) {
    this.person = person;
    this.changed = changed;
    this.messages = new Map();
    this.seen = new Set();
    this.unread = 0;
    this.firstUnread = 0;
    // Where reading begins: the first message of what the bot said last. A long answer is read from its top.
    this.top = 0;
    this.stuck = true;
    // Of the invitation that the person opens the bot with.
    this.code = "";
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.$ = (selector) => this.node.querySelector(selector);
    this.node.setAttribute("aria-label", this.label);
    this.node.classList.add(this.app);
    this.$("h2").textContent = person.name;
    this.$(".avatar").textContent = person.name.trim().slice(0, 1).toUpperCase();
    this.$(".avatar").style.setProperty("--hue", String((person.id * 67) % 360));
    this.wire();
    this.translate();
  }

  // A messenger says in a class of its own: `app`, `url`, `state`, `leave`, `more`, `tap`, `keyboard`, `words`.
  get key() { return `${this.person.id}/${this.app}`; }

  wire() {
    this.$(".write").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.$(".attach").addEventListener("click", () => this.$(".photos").click());
    this.$(".photos").addEventListener("change", () => this.tray());
    this.$(".place").addEventListener("click", () => this.send({ location: this.here }));
    this.$(".commands").addEventListener("click", () => this.menu());
    this.$(".start").addEventListener("click", () => this.send({ start: this.code }));
    this.$(".leave").addEventListener("click", () => this.leave());
    this.$(".down").addEventListener("click", () => { this.top = 0; this.bottom(); });
    this.$(".list").addEventListener("scroll", () => this.scrolled());
    // An opened menu or tray makes the list shorter, a picture longer; what stood at the bottom must stay there.
    const stay = () => { if (this.stuck) this.bottom(false); };
    new ResizeObserver(stay).observe(this.$(".list"));
    this.$(".list").addEventListener("load", stay, true);
    this.node.addEventListener("focusin", () => this.read());
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") this.$(".menu").hidden = true; });
  }

  async load() {
    const chat = await (await fetch(`${this.url}/chat`)).json();
    const waiting = await this.waiting();
    for (const message of chat.messages) {
      this.messages.set(message.id, message);
      if (!waiting.has(message.id)) this.seen.add(message.id);
    }
    this.draw();
    this.bottom();
  }

  async call(method, path, body) {
    const form = body instanceof FormData;
    const answer = await fetch(this.url + path, {
      method, body: form ? body : JSON.stringify(body), headers: form ? {} : { "Content-Type": "application/json" },
    });
    if (!answer.ok) this.toast((await answer.json()).error, true);
  }

  send(body) {
    this.$(".menu").hidden = true;
    this.act();
    return this.call("POST", "/messages", body);
  }

  // The answer to what the person does now is to be seen.
  act() {
    this.follow = true;
    this.top = 0;
  }

  submit() {
    const input = this.$(".text");
    const files = this.$(".photos").files;
    const text = input.value.trim();
    if (files.length) {
      const form = new FormData();
      [...files].forEach((file, index) => form.append(`${isPhoto(file) ? "photo" : "document"}${index}`, file));
      form.append("caption", text);
      this.send(form);
      this.$(".photos").value = "";
      this.tray();
    } else if (text) {
      this.send({ text });
    }
    input.value = "";
    input.focus();
  }

  tray() {
    const files = [...this.$(".photos").files];
    const tray = this.$(".tray");
    tray.hidden = files.length === 0;
    tray.replaceChildren(...files.map((file) => {
      if (!isPhoto(file)) return el("span", { textContent: file.name });
      const image = el("img", { alt: file.name, src: URL.createObjectURL(file) });
      image.addEventListener("load", () => URL.revokeObjectURL(image.src));
      return image;
    }));
    if (files.length) {
      const cancel = el("button", { type: "button", textContent: "✕", ariaLabel: t("cancel") });
      cancel.addEventListener("click", () => { this.$(".photos").value = ""; this.tray(); });
      tray.append(el("span", { textContent: `${files.length} ${t("attached")}` }), cancel);
      this.$(".text").focus();
    }
    this.translate();
  }

  async menu() {
    const menu = this.$(".menu");
    if (!menu.hidden) { menu.hidden = true; return; }
    const entries = await this.more();
    menu.replaceChildren(...(entries.length ? entries : [null]).map((entry) => {
      if (!entry) return el("li", { className: "none", textContent: t("none") });
      const button = el("button", { type: "button" }, el("b", { textContent: entry.name }), ` ${entry.description || ""}`);
      button.addEventListener("click", () => { menu.hidden = true; entry.act(); });
      return el("li", {}, button);
    }));
    menu.hidden = false;
  }

  take({ kind, data }) {
    if (kind === "seen") this.seen.add(data.id);
    if (kind === "message" || kind === "edited") this.messages.set(data.id, data);
    if (kind === "deleted" && this.messages.has(data.id)) this.messages.get(data.id).deleted = true;
    if (kind === "message" && data.from_bot && !this.watched()) {
      this.firstUnread ||= data.id;
      this.unread += 1;
    }
    if (kind === "message" && !data.from_bot) {
      this.top = 0;
      this.read(false);
    }
    if (data.from_bot) this.said(kind, data);
    const stick = this.follow || this.stuck;
    this.draw();
    if (stick) this.bottom(false);
    this.follow = false;
    this.changed();
  }

  said(kind, message) {
    const began = this.messages.get(this.top);
    const apart = began && new Date(message.date) - new Date(began.date) > TOGETHER_MS;
    if (kind === "edited" || (kind === "message" && (!began || apart))) this.top = message.id;
  }

  watched() { return document.hasFocus() && this.node.offsetParent !== null && this.stuck; }

  read(redraw = true) {
    if (!this.unread && !this.firstUnread) return;
    this.unread = 0;
    this.firstUnread = 0;
    if (redraw) this.draw();
    this.changed();
  }

  toast(text, alert) {
    const toast = this.$(".toast");
    toast.textContent = text;
    toast.classList.toggle("alert", Boolean(alert));
    toast.hidden = false;
    clearTimeout(this.toaster);
    this.toaster = setTimeout(() => { toast.hidden = true; }, alert ? 2 * TOAST_MS : TOAST_MS);
  }

  atBottom() {
    const list = this.$(".list");
    return list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  }

  bottom(reading = true) {
    const list = this.$(".list");
    const end = list.scrollHeight - list.clientHeight;
    const began = this.top && list.querySelector(`[data-id="${this.top}"]`);
    list.scrollTop = began ? Math.min(end, began.offsetTop - list.offsetTop - ABOVE_PX) : end;
    this.put = list.scrollTop;
    this.stuck = true;
    this.arrow();
    if (reading) this.read();
  }

  scrolled() {
    const byHand = Math.abs(this.$(".list").scrollTop - this.put) > 1;
    if (byHand) this.top = 0;
    this.stuck = !byHand || this.atBottom();
    this.arrow();
    if (this.atBottom()) this.read();
  }

  // At the lower end of the list, whatever stands below it.
  arrow() {
    const list = this.$(".list");
    this.$(".down").hidden = this.atBottom();
    this.$(".down").style.bottom = `${this.node.clientHeight - list.offsetTop - list.clientHeight + ABOVE_PX}px`;
  }

  draw() {
    const list = this.$(".list");
    const was = list.scrollTop;
    const shown = [...this.messages.values()].filter((message) => this.isShown(message));
    const nodes = [];
    let lastDay = "";
    for (let index = 0; index < shown.length; index += 1) {
      const message = shown[index];
      if (day(message.date) !== lastDay) {
        lastDay = day(message.date);
        nodes.push(el("div", { className: "day", textContent: lastDay }));
      }
      if (message.id === this.firstUnread) nodes.push(el("div", { className: "fresh", textContent: t("fresh") }));
      const group = [message];
      while (message.album && message.photo && shown[index + 1]?.album === message.album) group.push(shown[index += 1]);
      const seen = group.every((one) => this.seen.has(one.id));
      nodes.push(group.length > 1 ? album(group, seen) : bubble(message, seen, (...what) => this.tap(...what)));
    }
    list.replaceChildren(...nodes);
    list.scrollTop = was;
    this.keyboard(shown);
    this.translate();
  }

  isShown(message) { return !message.deleted; }

  translate() {
    const label = (selector, text) => {
      this.$(selector).setAttribute("aria-label", text);
      this.$(selector).title = text;
    };
    const words = this.words();
    this.$(".state").textContent = words.state;
    this.$(".state").classList.toggle("typing", Boolean(this.isTyping));
    this.$(".leave").textContent = words.leave;
    this.$(".start").textContent = words.start;
    this.$(".start").hidden = this.messages.size > 0 || words.silent;
    this.$(".write").hidden = words.silent;
    this.$(".text").placeholder = this.$(".photos").files.length ? t("caption") : t("write");
    label(".text", t("write"));
    label(".send", t("send"));
    label(".attach", t("attach"));
    label(".place", t("place"));
    label(".commands", words.more);
    label(".down", t("down"));
  }
}
