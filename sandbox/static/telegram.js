// A phone with Telegram: buttons under messages, a menu of commands, toasts, blocking.
import { el } from "./bubbles.js";
import { Phone } from "./phone.js";
import { t } from "./words.js";

const TYPING_MS = 5000;
// The statue of Tsar Liberator in Sofia: somewhere to be when the browser does not say where it is.
const SOFIA = { lat: 42.69385, lon: 23.33265 };

export class TelegramPhone extends Phone {
  get app() { return "telegram"; }

  get label() { return this.person.name; }

  get url() { return `/sandbox/people/${this.person.id}`; }

  get here() { return SOFIA; }

  async waiting() {
    const pending = await (await fetch("/sandbox/pending")).json();
    const messages = pending.map((update) => update.message).filter((message) => message?.chat.id === this.person.id);
    return new Set(messages.map((message) => message.message_id));
  }

  take(event) {
    const { kind, data } = event;
    if (kind === "typing") { this.typing(true); return; }
    if (kind === "toast") { if (data.text) this.toast(data.text, data.alert); return; }
    if (kind === "blocked") this.person.blocked = data.blocked;
    if (kind === "message" && data.from_bot) this.typing(false);
    super.take(event);
  }

  typing(on) {
    clearTimeout(this.typer);
    this.isTyping = on;
    if (on) this.typer = setTimeout(() => this.typing(false), TYPING_MS);
    this.translate();
  }

  async more() {
    const { people } = await (await fetch("/sandbox/people")).json();
    const { commands } = people.find((person) => person.id === this.person.id);
    return commands.map(({ command, description }) => {
      const name = `/${command.replace(/^\//, "")}`;
      return { name, description, act: () => this.send({ text: name }) };
    });
  }

  leave() { return this.call("PUT", "/blocked", { blocked: !this.person.blocked }); }

  async tap(message, key, button) {
    this.act();
    button.classList.add("waiting");
    setTimeout(() => button.classList.remove("waiting"), 600);
    await this.call("POST", "/taps", { data: key.data, message_id: message.id });
  }

  keyboard(shown) {
    const rows = shown.findLast((message) => message.from_bot && message.keyboard.length)?.keyboard || [];
    const box = this.$(".keyboard");
    box.hidden = rows.length === 0;
    box.replaceChildren(...rows.map((row) => el("div", { className: "keys" }, ...row.map((label) => {
      const button = el("button", { type: "button", className: "key", textContent: label });
      button.addEventListener("click", () => this.send({ text: label }));
      return button;
    }))));
  }

  words() {
    const { blocked } = this.person;
    return {
      state: blocked ? t("blocked") : this.isTyping ? t("typing") : t("online"),
      leave: blocked ? t("unblock") : t("block"),
      start: t("start"),
      more: t("commands"),
      silent: blocked,
    };
  }
}
