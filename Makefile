# One word each; `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV := .tools/bin/uv
APP := .venv/bin/python
RASA := .venv-rasa/bin/rasa
MODEL := models/helpdesk.tar.gz
# One for each target: they may be made side by side.
LOG = var/log/make-$(subst /,-,$@).log

# uv takes the Pythons that are here: .python-version lets pyenv show both.
export UV_PYTHON_DOWNLOADS := never
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONPATH := $(CURDIR)

# What the model is made of; wording in domain.yml is restored from Rasa's cache.
TRAINING_DATA := config.yml domain.yml $(wildcard data/nlu/*.yml data/rules/*.yml) \
	$(addprefix data/catalog/,errors.yml synonyms.yml vocabulary.yml) \
	$(filter-out %/lessons.py %/bare_answers.py,$(wildcard helpdesk/nlu/*.py)) \
	helpdesk/dialogue/other_wishes.py \
	helpdesk/domain/privacy.py helpdesk/domain/user_code.py

# $(call step,what is being done,command): one line with the time it took; if it fails,
# the end of what it printed.
step = @mkdir -p var/log; printf '%s ... ' "$(1)"; start=$$(date +%s); \
	if ( $(2) ) > $(LOG) 2>&1; then echo "done ($$(( $$(date +%s) - start )) s)"; \
	else echo "failed"; tail -n 30 $(LOG) | cut -c -400; exit 1; fi

.PHONY: lint data-checks help carrier day faults run administrator line-setup train test check format evaluate drift learn converse shell bench reset \
	test-services

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/built .venv-rasa/built $(MODEL) ## start everything, with sample customers: LINE=fake
	@$(APP) -m helpdesk.launch $(if $(LINE),--line $(LINE))

administrator: .venv/built ## let the first administrator in: ID=yamada NAME=山田 (RESCUE=1: again)
	@$(APP) -m helpdesk.add_administrator "$(ID)" "$(NAME)" $(if $(RESCUE),--rescue)

PORT ?= 8090
carrier: .venv/built ## start the reference carrier, for HELPDESK_CARRIER_URL: PORT=8090
	@$(APP) -m helpdesk.carrier_reference --port $(PORT)

line-setup: .venv/built ## draw the menus and bring them to LINE: SAVE=folder only draws
	@$(APP) -m helpdesk.line_setup $(if $(SAVE),--save $(SAVE))

train: $(MODEL) ## train the model, if what it is made of has changed

test: .venv/built .venv-rasa/built $(MODEL) ## every test that needs no other server
	@$(APP) -m pytest -q -n 2 --dist worksteal --ignore=tests/browser
	@mkdir -p var/log; $(RASA) test core --e2e --stories tests/dialogue --model $(MODEL) \
		--fail-on-prediction-errors --out var/rasa-test > var/log/stories.log 2>&1 & \
		stories=$$!; .venv-rasa/bin/python -m pytest -c tests/rasa.ini tests/nlu \
		tests/dialogue; own=$$?; wait $$stories && echo "Rasa's own stories pass" || \
		{ tail -n 30 var/log/stories.log | cut -c -400; exit 1; }; exit $$own
	@$(APP) -m tests.converse --part 1/2 tests/conversations & other=$$!; \
		$(APP) -m tests.converse --part 2/2 tests/conversations; one=$$?; \
		wait $$other && exit $$one

CASES ?= tests/conversations
converse: .venv/built .venv-rasa/built $(MODEL) ## play conversation tests: CASES=folder
	@$(APP) -m tests.converse $(CASES)

DATA ?= tests/nlu/sentences
REPORT ?= var/evaluation.json
# Of the peer: its template has 100, which takes hours on two cores (docs/understanding.md).
EPOCHS ?= 20
# Rasa's cache is not for the peer: it would push out what the model is trained from.
evaluate: .venv-rasa/built $(MODEL) ## measure understanding: DATA=file.jsonl REPORT=out.json PEER=1
	@LOG_LEVEL=ERROR RASA_MAX_CACHE_SIZE=0 .venv-rasa/bin/python -W ignore \
		-m helpdesk.nlu.evaluation "$(DATA)" "$(REPORT)" $(if $(PEER),--peer --epochs $(EPOCHS))

DRIFT ?= var/drift.json
drift: .venv/built .venv-rasa/built $(MODEL) ## compare this week's messages with the last and training
	@mkdir -p var
	@$(APP) -m helpdesk.recent_messages | LOG_LEVEL=ERROR .venv-rasa/bin/python \
		-W ignore -m helpdesk.nlu.drift "$(DRIFT)"

learn: .venv-rasa/built ## add what was taught at the desk to the training data: FILE=lessons.yml
	@LOG_LEVEL=ERROR .venv-rasa/bin/python -W ignore -m helpdesk.nlu.lessons "$(FILE)"

shell: .venv/built .venv-rasa/built $(MODEL) ## talk in the terminal
	@$(APP) -m helpdesk.shell

bench: .venv/built .venv-rasa/built $(MODEL) ## how long a turn takes, early and late
	@$(APP) -m tests.bench

faults: .venv/built .venv-rasa/built $(MODEL) ## kill everything while customers write, and count
	@$(APP) -m tests.faults $(OPTIONS)

day: .venv/built .venv-rasa/built $(MODEL) ## play a working day at the desk, fast, and count
	@$(APP) -m tests.desk_day $(OPTIONS)

# Where the databases could differ: queries, locks, two at once. All the tests of
# services run there too: pytest --postgres tests/services
ON_POSTGRES := tests/storage $(addprefix tests/services/test_,$(addsuffix .py, at_once \
	changes conversations data_is_preserved desk_queue gifts handoffs line_tokens linking \
	notices_sending reports talks turns))
test-services: .venv/built .venv-rasa/built $(MODEL) ## PostgreSQL, browser and fault tests; needs both
	@$(APP) -m pytest -q -n 2 --dist worksteal --postgres $(ON_POSTGRES)
	@$(APP) -m pytest -q -n 2 --dist loadfile tests/browser
	@$(APP) -m tests.faults --messages 100 --customers 20 --seconds 30 --kills 1

check: lint data-checks ## format, lint, types, data

lint: .venv/built
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

data-checks: .venv-rasa/built $(MODEL)
	$(call step,Validating Rasa's data,$(RASA) data validate --fail-on-warnings)
	$(call step,Counting near-duplicates in the training sentences,.venv-rasa/bin/python \
		-m pytest -q -c tests/rasa.ini tests/nlu/test_training_data.py)

format: .venv/built ## put the code in shape
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

reset: ## forget the sample world and all conversations
	@rm -f var/*.db var/*.db-wal var/*.db-shm
	@echo "The databases under var/ are gone; make run fills them anew."

$(UV):
	@mkdir -p .tools
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "python3 is older than 3.11: install Python 3.11 or newer."; exit 1; }
	$(call step,Getting uv,python3 -m venv .tools && .tools/bin/pip install -q uv)

.venv/built: pyproject.toml uv.lock | $(UV)
	$(call step,Building the application's environment,$(UV) sync -q --compile-bytecode)
	@touch $@

.venv-rasa/built: requirements-rasa.txt | $(UV)
	@$(UV) python find -q 3.10 > /dev/null 2>&1 || { echo "Python 3.10 is missing: Rasa\
	 needs it (for example: pyenv install 3.10)."; exit 1; }
	$(call step,Building Rasa's environment (2.7 GB),$(UV) venv -q --allow-existing \
		--python 3.10 .venv-rasa && $(UV) pip sync -q --python .venv-rasa/bin/python \
		--compile-bytecode --require-hashes requirements-rasa.txt)
	@touch $@

$(MODEL): $(TRAINING_DATA) | .venv-rasa/built
	$(call step,Training the model (1 to 2 minutes),$(RASA) train --out models \
		--fixed-model-name helpdesk)
	@touch $@
