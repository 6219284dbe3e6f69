# Every command sets itself up in .venv from the locked requirements.
PYTHON ?= python3.11
VENV := .venv
READY := $(VENV)/.ready
# Of the aiogram bot alone: it wants another pydantic.
BESIDE := .venv-bench
# Of the demo's page.
PORT ?= 8080

# Some of them are also folders here.
.PHONY: install demo sandbox test long coverage bench soak fuzz sbom audit check format words

install: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Everything on this machine: a messenger with a chat page, the bot, and a made-up district.
demo: $(READY)
	$(VENV)/bin/python -m bot.cli demo --port $(PORT)

# The messenger alone, for a bot of your own.
sandbox: $(READY)
	$(VENV)/bin/python -m sandbox --port 8081

# Three at a time: on two cores one of them waits for a process or a messenger more often than not.
test: $(READY)
	$(VENV)/bin/python -m pytest -n 3 --maxschedchunk 4

# What takes longer than everybody has patience for: the rest of the roles, kills, faults and chats (`tests/long.py`).
long: $(READY)
	$(VENV)/bin/python -m pytest -n 3 --maxschedchunk 4 -m long

# Every branch of handlers/, casework/ and storage/ must be taken. Left out is what takes none that the others do not:
# the browser, SIGKILL, the sandbox by itself, the drawn properties, and the transcripts a second time.
coverage: $(READY)
	$(VENV)/bin/coverage erase
	$(VENV)/bin/coverage run -m pytest -n 2 -m "not kill and not browser" -k "not elsewhere_it_goes" \
		--ignore tests/sandbox --ignore tests/properties --ignore tests/house
	$(VENV)/bin/coverage combine --quiet
	$(VENV)/bin/coverage report

# Ours against a plain python-telegram-bot bot, a plain aiogram bot and an echo, as ratios in one run.
bench: $(READY) $(BESIDE)/.ready
	$(VENV)/bin/python -m bench

$(BESIDE)/.ready: requirements-bench.lock
	$(PYTHON) -m venv $(BESIDE)
	$(BESIDE)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# A week at ten times the load of the fullest season, 2,000 kills, every fault; then each point of a story, and a day offline.
soak: $(READY)
	$(VENV)/bin/python -m tests.soak
	OBHVAT_EVERY=1 OBHVAT_UPDATES=10000 $(VENV)/bin/python -m pytest -s tests/soak/test_every_point.py tests/faults/test_a_day_offline.py

# A million inputs for every parser that outsiders reach; any seed can be played again.
fuzz: $(READY)
	$(VENV)/bin/python -m tests.fuzz

# What the bot is made of, as CycloneDX JSON.
sbom: $(READY)
	@$(VENV)/bin/python deploy/sbom.py

# Known weaknesses of what is locked. Strict, because what nobody knows anything of would pass in silence.
audit:
	@command -v pip-audit > /dev/null || { echo "pip-audit is not here. So: pipx install pip-audit"; exit 1; }
	pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock

check: $(READY)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

format: $(READY)
	$(VENV)/bin/ruff check --fix --quiet . || true
	$(VENV)/bin/ruff format .

# Compiles the translations; run it after editing handlers/locale/*/LC_MESSAGES/obhvat.po.
words: $(READY)
	$(VENV)/bin/pybabel compile --domain obhvat --directory handlers/locale --statistics
