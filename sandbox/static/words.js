// The words of the page, Bulgarian first.
const WORDS = {
  bg: {
    hour: "+1 час", morning: "Утре 07:59", evening: "Утре 17:35", add: "+ Човек", name: "Име", code: "Код от покана (ако има)",
    lang: "Език", cancel: "Отказ", create: "Добави", empty: "Още няма никого. Добавете човек с „+ Човек“.",
    write: "Съобщение", send: "Изпрати", attach: "Прикачи снимки или таблица", place: "Изпрати местоположение",
    commands: "Команди", block: "Блокирай", unblock: "Отблокирай", online: "бот", typing: "ботът пише…",
    blocked: "ботът е блокиран", edited: "редактирано", start: "Старт", down: "Най-долу", none: "Няма команди",
    sticker: "Стикер 👍", voice: "🎤 Гласово съобщение", contact: "👤 Контакт", deleted: "изтрито съобщение",
    fresh: "Нови съобщения", caption: "Надпис (по желание)", kb: "КБ", attached: "за изпращане",
    phones: "Телефон", open: "Отвори чата", more: "Още", subscribed: "абонат на бота", unsubscribed: "без абонамент",
    subscribe: "Абонирай", unsubscribe: "Отпиши", switchedOff: "телефонът е изключен", switchOff: "Изключи телефона",
    switchOn: "Включи телефона", shareOwn: "Сподели моя номер", shareAsk: "Ботът иска телефонния ви номер.",
    share: "Сподели", pick: "Посочете място на картата", sendPlace: "Изпрати мястото", failed: "Не се показа",
  },
  en: {
    hour: "+1 hour", morning: "Tomorrow 07:59", evening: "Tomorrow 17:35", add: "+ Person", name: "Name", code: "Code of an invitation (if any)",
    lang: "Language", cancel: "Cancel", create: "Add", empty: "Nobody is here yet. Add someone with “+ Person”.",
    write: "Message", send: "Send", attach: "Attach photos or a table", place: "Send location",
    commands: "Commands", block: "Block", unblock: "Unblock", online: "bot", typing: "the bot is typing…",
    blocked: "the bot is blocked", edited: "edited", start: "Start", down: "To the bottom", none: "No commands",
    sticker: "Sticker 👍", voice: "🎤 Voice message", contact: "👤 Contact", deleted: "deleted message",
    fresh: "New messages", caption: "Caption (optional)", kb: "KB", attached: "to send",
    phones: "Phone", open: "Open the chat", more: "More", subscribed: "subscribed", unsubscribed: "not subscribed",
    subscribe: "Subscribe", unsubscribe: "Leave", switchedOff: "the phone is off", switchOff: "Switch the phone off",
    switchOn: "Switch the phone on", shareOwn: "Share my number", shareAsk: "The bot asks for your phone number.",
    share: "Share", pick: "Point at a place on the map", sendPlace: "Send this place", failed: "Not shown",
  },
};

export let language = localStorage.getItem("sandbox-language") || "bg";
export const t = (name) => WORDS[language][name];

export function setLanguage(code) {
  language = code;
  localStorage.setItem("sandbox-language", code);
}
