"""A plain python-telegram-bot conversation over the same questions, as its examples teach it: our measure.

It keeps reports in `bot_data` with PicklePersistence; killed, it loses what it had not yet written.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)
from telegram.warnings import PTBUserWarning

from casework import catalogue

CASE, OUTCOME, MET, REASONS, PROMISE, REVIEW = range(6)
BOOK = catalogue.load()
Context = ContextTypes.DEFAULT_TYPE
CASES = {str(n): f"БЯ-{n:03} · Бяла, ул. Дунав {n}" for n in range(1, 7)}
PROMISES = {"1": "утре", "2": "вдругиден", "3": "след 3 дни", "7": "след 7 дни", "14": "след 14 дни", "0": "Без ден"}


def keyboard(choices: dict[str, str], *more: tuple[str, str]) -> InlineKeyboardMarkup:
    rows = [
        [InlineKeyboardButton(label, callback_data=code)]
        for code, label in (*choices.items(), *[(c, t) for c, t in more])
    ]
    return InlineKeyboardMarkup(rows)


def labels(entries: dict[str, Any]) -> dict[str, str]:
    return {code: entry.label("bg") for code, entry in entries.items()}


async def report(update: Update, context: Context) -> int:
    context.user_data.clear()
    await update.message.reply_text("Кой случай посетихте?", reply_markup=keyboard(CASES))
    return CASE


async def tapped(update: Update, context: Context, key: str, question: str, markup: InlineKeyboardMarkup) -> None:
    query = update.callback_query
    await query.answer()
    context.user_data[key] = query.data
    await query.edit_message_text(question, reply_markup=markup)


async def case(update: Update, context: Context) -> int:
    await tapped(update, context, "case", "Как завърши посещението?", keyboard(labels(BOOK.outcomes)))
    return OUTCOME


async def outcome(update: Update, context: Context) -> int:
    await tapped(update, context, "outcome", "Кого срещнахте?", keyboard(labels(BOOK.met)))
    return MET


async def met(update: Update, context: Context) -> int:
    context.user_data["reasons"] = []
    await tapped(update, context, "met", "Защо?", keyboard(labels(BOOK.reasons), ("skip", "Пропусни")))
    return REASONS


async def reason(update: Update, context: Context) -> int:
    query = update.callback_query
    await query.answer()
    chosen = context.user_data["reasons"]
    if query.data in ("done", "skip"):
        await query.edit_message_text("До кой ден обещаха?", reply_markup=keyboard(PROMISES))
        return PROMISE
    chosen.append(query.data)
    marked = {c: f"✓ {t}" if c in chosen else t for c, t in labels(BOOK.reasons).items()}
    await query.edit_message_text("Защо?", reply_markup=keyboard(marked, ("done", "Готово")))
    return REASONS


async def promise(update: Update, context: Context) -> int:
    data = context.user_data
    data["promise"] = update.callback_query.data
    text = "\n".join(f"{key}: {value}" for key, value in data.items())
    await tapped(update, context, "promise", f"Прегледайте.\n{text}", keyboard({"save": "Запази", "drop": "Изтрий"}))
    return REVIEW


async def save(update: Update, context: Context) -> int:
    query = update.callback_query
    await query.answer()
    saved = context.bot_data.setdefault("reports", [])
    saved.append(dict(context.user_data))
    await query.edit_message_text(f"Записано. Доклад № {len(saved)}")
    return ConversationHandler.END


def main(api_url: str, token: str, folder: str) -> None:
    warnings.filterwarnings("ignore", category=PTBUserWarning)
    application = (
        Application.builder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .persistence(PicklePersistence(Path(folder) / "plain.pickle"))
        .build()
    )
    states: dict[object, list[BaseHandler[Update, Context, object]]] = {
        state: [CallbackQueryHandler(handler)]
        for state, handler in (
            (CASE, case),
            (OUTCOME, outcome),
            (MET, met),
            (REASONS, reason),
            (PROMISE, promise),
            (REVIEW, save),
        )
    }
    start = CommandHandler("report", report)
    application.add_handler(ConversationHandler([start], states, [start], name="report", persistent=True))
    application.run_polling(timeout=20)


if __name__ == "__main__":
    main(*sys.argv[1:4])
