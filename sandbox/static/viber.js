// A phone with Viber: one keyboard for the whole chat, places and numbers that are asked for, subscribing.
// Tokens of messages are texts everywhere here: as numbers they would change.
import { el } from "./bubbles.js";
import { board } from "./board.js";
import { Phone } from "./phone.js";
import { t } from "./words.js";

// The square of Liberty in Ruse, and how much of a degree the little map shows.
const RUSE = { lat: 43.84768, lon: 25.95432 };
const SPAN = 0.02;

export class ViberPhone extends Phone {
  get app() { return "viber"; }

  get label() { return `${this.person.name}, Viber`; }

  get url() { return `/sandbox/people/${this.person.id}/viber`; }

  get here() { return RUSE; }

  async waiting() {
    const pending = await (await fetch("/sandbox/viber/pending")).json();
    return new Set(pending.map((event) => event.message_token));
  }

  take({ kind, data }) {
    if (kind === "viber:phone") { Object.assign(this.person.viber, data); this.translate(); return; }
    if (kind === "viber:failed") { this.toast(`${t("failed")}: ${data.desc}`, true); return; }
    if (kind === "viber:taken") super.take({ kind: "seen", data });
    if (kind !== "viber:message") return;
    this.closeSheet();
    super.take({ kind: "message", data });
    if (data.from_bot && this.watched()) this.call("POST", "/reads", {});
  }

  read(redraw = true) {
    if (this.unread && redraw) this.call("POST", "/reads", {});
    super.read(redraw);
  }

  isShown(message) { return super.isShown(message) && !message.silent && message.kind !== "keyboard"; }

  more() {
    const { online } = this.person.viber;
    return [
      { name: t("sticker"), act: () => this.send({ sticker: true }) },
      { name: t("shareOwn"), act: () => this.send({ contact: true }) },
      { name: online ? t("switchOff") : t("switchOn"), act: () => this.call("PUT", "/online", { online: !online }) },
    ];
  }

  leave() { return this.call("PUT", "/subscribed", { subscribed: !this.person.viber.subscribed }); }

  // The bot's newest message decides, whether it is shown in the list or not.
  keyboard() {
    const newest = [...this.messages.values()].findLast((message) => message.from_bot);
    const keys = newest?.board.keys || [];
    const box = this.$(".keyboard");
    box.hidden = keys.length === 0;
    if (keys.length) board(box, newest.board, (key) => this.press(key));
    this.field = keys.length ? newest.board.field : "regular";
  }

  press(key) {
    this.follow = true;
    if (key.action === "location-picker") this.pick(key);
    else if (key.action === "share-phone") this.ask(t("shareAsk"), t("share"), () => this.tap(key));
    else if (key.action !== "none") this.tap(key);
  }

  tap(key, more = {}) { return this.call("POST", "/taps", { label: key.label, ...more }); }

  pick(key) {
    const map = el("button", { type: "button", className: "picker", ariaLabel: t("pick") }, el("i"));
    let place = RUSE;
    map.addEventListener("click", (event) => {
      const box = map.getBoundingClientRect();
      const [right, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      map.style.setProperty("--x", `${100 * right}%`);
      map.style.setProperty("--y", `${100 * down}%`);
      place = { lat: RUSE.lat - (down - 0.5) * SPAN, lon: RUSE.lon + (right - 0.5) * SPAN };
    });
    this.ask(t("pick"), t("sendPlace"), () => this.tap(key, { location: place }), map);
  }

  ask(question, yes, act, ...parts) {
    const answer = (text, name, then) => {
      const button = el("button", { type: "button", className: name, textContent: text });
      button.addEventListener("click", () => { this.closeSheet(); then(); });
      return button;
    };
    this.$(".sheet").replaceChildren(el("p", { textContent: question }), ...parts,
      el("div", { className: "row" }, answer(t("cancel"), "", () => {}), answer(yes, "primary", act)));
    this.$(".sheet").hidden = false;
  }

  closeSheet() { this.$(".sheet").hidden = true; }

  words() {
    const { subscribed, online } = this.person.viber;
    return {
      state: !online ? t("switchedOff") : subscribed ? t("subscribed") : t("unsubscribed"),
      leave: subscribed ? t("unsubscribe") : t("subscribe"),
      start: t("open"),
      more: t("more"),
      silent: this.field === "hidden",
    };
  }
}
