"""A plain aiogram 3 bot over the same questions, as its example of a state machine teaches it: our other measure.

It keeps everything in memory (MemoryStorage, a list of reports); killed, it loses all of it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench import questions
from bench.questions import Choices

router = Router()
reports = list[dict[str, Any]]()


class Report(StatesGroup):
    case = State()
    outcome = State()
    met = State()
    reasons = State()
    promise = State()
    review = State()


def keyboard(choices: Choices) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(text=label, callback_data=code)] for code, label in choices.items()]
    return InlineKeyboardMarkup(inline_keyboard=rows)


@router.message(Command("report"))
async def report(message: Message, state: FSMContext) -> None:
    await state.clear()
    await state.set_state(Report.case)
    await message.answer(questions.WHICH, reply_markup=keyboard(questions.CASES))


@router.callback_query(Report.case)
async def case(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    await state.update_data(case=query.data)
    await state.set_state(Report.outcome)
    await query.message.edit_text(questions.HOW, reply_markup=keyboard(questions.OUTCOMES))


@router.callback_query(Report.outcome)
async def outcome(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    await state.update_data(outcome=query.data)
    await state.set_state(Report.met)
    await query.message.edit_text(questions.WHOM, reply_markup=keyboard(questions.MET))


@router.callback_query(Report.met)
async def met(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    await state.update_data(met=query.data, reasons=[])
    await state.set_state(Report.reasons)
    await query.message.edit_text(questions.WHY, reply_markup=keyboard(questions.REASONS | questions.SKIP))


@router.callback_query(Report.reasons, F.data.in_({"done", "skip"}))
async def reasons_done(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    await state.set_state(Report.promise)
    await query.message.edit_text(questions.BY_WHEN, reply_markup=keyboard(questions.PROMISES))


@router.callback_query(Report.reasons)
async def reason(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    data = await state.get_data()
    chosen = [*data["reasons"], query.data]
    await state.update_data(reasons=chosen)
    await query.message.edit_text(questions.WHY, reply_markup=keyboard(questions.with_marks(chosen)))


@router.callback_query(Report.promise)
async def promise(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    data = await state.update_data(promise=query.data)
    await state.set_state(Report.review)
    await query.message.edit_text(questions.told(data), reply_markup=keyboard(questions.REVIEW))


@router.callback_query(Report.review)
async def save(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    reports.append(await state.get_data())
    await state.clear()
    await query.message.edit_text(questions.receipt(len(reports)))


async def main(api_url: str, token: str) -> None:
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_url)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    await dispatcher.start_polling(bot, polling_timeout=20)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
