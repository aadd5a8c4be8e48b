# Eight verbs. All of them set up what they need in .venv first, which takes a minute the first time
# and no time later. Wanted on the machine: Python 3.11 and make.
#
#   make run [ARGS="--port 5000"]            start the server; prints address and, once, an API key
#   make test [ARGS="-k decode"]             lint, types and all tests
#   make check                               lint and types
#   make bench [ARGS="--speakers vctk_p326"] benchmarks; writes benchmarks/results, docs/results.md
#   make contract                            the Python SDK's own tests against a server
#   make clients [CLIENTS="openai livekit"]  real clients against a server; docs/compatibility.md
#   make fuzz [FUZZ="--brief"]               made-up requests for all that /openapi.json describes
#   make clean                               remove .venv and everything else that was made here

export PYTHON ?= python3.11
BIN := .venv/bin
# Processes of tests at once, each with one core and up to 2 GB.
JOBS ?= 2
CODE := src tests scripts benchmarks
PATHS := PYTHONPATH=.:scripts:tests/api:tests/work:tests/contract:tests/clients:tests/fuzz

.PHONY: run test check bench contract clients fuzz clean setup setup-test setup-bench

run: setup
	@$(BIN)/menura serve $(ARGS)

test: check
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

check: setup-test
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

contract: setup-test
	@$(PATHS) $(BIN)/python tests/contract/run_contract.py $(ARGS)

clients: setup-test
	@$(PATHS) $(BIN)/python tests/clients/run_clients.py $(CLIENTS)

fuzz: setup-test
	@$(PATHS) $(BIN)/python tests/fuzz/run_fuzz.py $(FUZZ)

bench: setup-bench
	$(BIN)/menura judge -- $(ARGS)

clean:
	rm -rf .venv .tools build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf src/menura.egg-info
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@scripts/setup.sh product

setup-test:
	@scripts/setup.sh test

setup-bench:
	@scripts/setup.sh bench
