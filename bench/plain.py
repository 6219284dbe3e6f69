"""A plain python-telegram-bot conversation over the same questions, as its examples teach it: our measure.

It keeps reports in `bot_data` with PicklePersistence; killed, it loses what it had not yet written.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

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

from bench import questions
from bench.questions import Choices

CASE, OUTCOME, MET, REASONS, PROMISE, REVIEW = range(6)
Context = ContextTypes.DEFAULT_TYPE


def keyboard(choices: Choices) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=code)] for code, label in choices.items()])


async def report(update: Update, context: Context) -> int:
    context.user_data.clear()
    await update.message.reply_text(questions.WHICH, reply_markup=keyboard(questions.CASES))
    return CASE


async def tapped(update: Update, context: Context, key: str, question: str, choices: Choices) -> None:
    query = update.callback_query
    await query.answer()
    context.user_data[key] = query.data
    await query.edit_message_text(question, reply_markup=keyboard(choices))


async def case(update: Update, context: Context) -> int:
    await tapped(update, context, "case", questions.HOW, questions.OUTCOMES)
    return OUTCOME


async def outcome(update: Update, context: Context) -> int:
    await tapped(update, context, "outcome", questions.WHOM, questions.MET)
    return MET


async def met(update: Update, context: Context) -> int:
    context.user_data["reasons"] = []
    await tapped(update, context, "met", questions.WHY, questions.REASONS | questions.SKIP)
    return REASONS


async def reason(update: Update, context: Context) -> int:
    query = update.callback_query
    await query.answer()
    chosen = context.user_data["reasons"]
    if query.data in ("done", "skip"):
        await query.edit_message_text(questions.BY_WHEN, reply_markup=keyboard(questions.PROMISES))
        return PROMISE
    chosen.append(query.data)
    await query.edit_message_text(questions.WHY, reply_markup=keyboard(questions.with_marks(chosen)))
    return REASONS


async def promise(update: Update, context: Context) -> int:
    context.user_data["promise"] = update.callback_query.data
    await tapped(update, context, "promise", questions.told(context.user_data), questions.REVIEW)
    return REVIEW


async def save(update: Update, context: Context) -> int:
    query = update.callback_query
    await query.answer()
    saved = context.bot_data.setdefault("reports", [])
    saved.append(dict(context.user_data))
    await query.edit_message_text(questions.receipt(len(saved)))
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
