# Two commands need nothing but Go and make: `make run` and `make test`. What needs more says so.
# `make` alone lists all targets by the comments behind them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
FUNCTIONS := $(notdir $(patsubst %/bootstrap,%,$(wildcard functions/*/bootstrap)))
BUILD := .build
# The PDF reader's compiled cache belongs to the system and architecture that made it.
ARCH ?= $(shell go env GOHOSTARCH)
FN ?= intake
EVENT ?= events/$(FN)
FUZZTIME ?= 60s
# infra is a Go module of its own: its programs are built there and run here.
TOOLS := $(CURDIR)/$(BUILD)/infra
tool = go build -C infra -o $(TOOLS)/ ./$(1) && $(TOOLS)/$(notdir $(1))
BENCH := go run -C infra ./bench
# The small reader of papers is several times faster with the processor's vector instructions, which Go has as an
# experiment (simd/archsimd). Without it, everything works and says the same.
export GOEXPERIMENT ?= simd
# Starts an S3 and a DynamoDB once, and runs a command that finds them in its environment.
LOCALAWS = $(call tool,localaws/serve) --

.PHONY: run evaluate test test-all race model conformance cost loadtest build invoke preflight deploy lint accuracy ocr-accuracy \
	train towns spellings names mutants corruption hostile coldstart tika fuzz bench browser screenshots reproducible clean

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## the whole system on this machine, with the sample meeting
	$(call tool,local) $(ARGS)

OUT ?= evaluation.jsonl
evaluate: ## what becomes of a set of papers: make evaluate SET=folder [OUT=file] [READING=file] (scans need tesseract)
	$(BENCH) evaluate -set "$(abspath $(SET))" -out "$(abspath $(OUT))" $(if $(READING),-reading "$(abspath $(READING))") $(ARGS)

test: ## every test but the slowest, under a minute; names what it left out
	go build -C infra -o $(TOOLS)/ ./testreport
	$(LOCALAWS) $(TOOLS)/testreport -in .,infra -- -count=1 -short ./...

test-all: ## every test that needs Go alone: the crash table and random histories too, some minutes
	go build -C infra -o $(TOOLS)/ ./testreport
	$(LOCALAWS) $(TOOLS)/testreport -in .,infra -- -count=1 -timeout 30m ./...

# The crash table and the histories take one step after another and race with nothing; they are in `make test-all`.
race: ## the same under the race detector (needs a C compiler)
	$(LOCALAWS) sh -c "go test -race -timeout 30m -skip 'KilledAtEveryCall|AllOrders|TestModel' ./... && go test -C infra -race -timeout 30m ./..."

N ?= 1000
model: ## random histories of the whole system, with faults: make model N=10000
	$(LOCALAWS) go test ./internal/review -run AllOrders -rapid.checks=$(N) -timeout 0 -v
	$(LOCALAWS) go test ./internal/e2e -run '^TestModel$$' -rapid.checks=$(N) -rapid.shrinktime=2m -timeout 0 -v

MOTO ?= 5.2.5
SES_LOCAL ?= 2.10.2
DYNOXIDE ?= 3.2.0
conformance: ## the tests against moto, dynoxide and aws-ses-v2-local (needs Python with venv, Rust, Node with npm)
	test -x .cache/moto/bin/moto_server || { python3 -m venv .cache/moto && .cache/moto/bin/pip install --quiet 'moto[server]==$(MOTO)'; }
	test -x .cache/dynoxide/bin/dynoxide || cargo install --quiet --locked --root .cache/dynoxide dynoxide-rs --version $(DYNOXIDE)
	test -x .cache/ses/node_modules/.bin/aws-ses-v2-local || npm install --silent --no-audit --no-fund --prefix .cache/ses aws-ses-v2-local@$(SES_LOCAL)
	$(call tool,conformance)

cost: ## what a document costs at AWS's list prices, by counting
	$(LOCALAWS) go test ./internal/e2e -run '^$$' -bench Cost -benchtime 1x

SESSIONS ?= 100
loadtest: ## ten documents for each of 100 sessions at once, and a kill -9 in the middle: make loadtest SESSIONS=500
	$(BENCH) loadtest -sessions $(SESSIONS)
	$(BENCH) loadtest -sessions 20 -kill

build: $(addprefix build-,$(FUNCTIONS)) ## every function, ready to deploy
	@test "$(ARCH)" = "$$(go env GOHOSTARCH)" -a "$$(go env GOHOSTOS)" = linux || \
		{ echo "make build: PDFium's cache can be made for this machine's own system alone; build on linux/$(ARCH)." >&2; exit 1; }
	$(call tool,pdfcache) -dir $(BUILD)/intake/pdfium

build-%:
	GOOS=linux GOARCH=$(ARCH) CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w -buildid=' \
		-o $(BUILD)/$*/bootstrap ./functions/$*/bootstrap

reproducible: build ## two builds give the same bytes
	cd $(BUILD) && find . -type f -name bootstrap | sort | xargs sha256sum > ../.sums
	rm -rf $(BUILD) && $(MAKE) build
	cd $(BUILD) && sha256sum -c ../.sums && rm ../.sums

invoke: build ## the built function on an event: make invoke FN=intake EVENT=events/intake.json
	$(call tool,invoke) -fn $(FN) -event $(EVENT)

# The stack's name: that of an earlier `sam deploy --guided`, if there was one.
STACK ?= $(or $(shell sed -n 's/^stack_name *= *"\(.*\)"/\1/p' samconfig.toml 2>/dev/null | head -1),dossier)
architecture = Architecture=$(if $(filter arm64,$(ARCH)),arm64,x86_64)
preflight: ## what AWS lacks for a deployment, before anything is made: make preflight STACK=name PARAMETERS="Name=value ..."
	@mkdir -p $(BUILD)
	@go build -C infra -o $(TOOLS)/ ./preflight
	@$(TOOLS)/preflight -template template.yaml -stack "$(STACK)" $(architecture) $(PARAMETERS) >$(BUILD)/deployment
	@echo "AWS has what the stack $(STACK) needs."

# The first deployment leaves the table unprotected, so that one that fails is taken back; the second protects it.
SAM = sam deploy --template-file template.yaml --stack-name "$(STACK)" --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --resolve-s3
deploy: preflight build ## needs the SAM CLI and AWS credentials: make deploy STACK=name PARAMETERS="Name=value ..." [ARGS=--guided]
	$(SAM) --parameter-overrides $(architecture) $$(cat $(BUILD)/deployment) $(PARAMETERS) $(ARGS)
	grep -q true $(BUILD)/deployment || $(SAM) --parameter-overrides $(architecture) TableProtection=true $(PARAMETERS) $(filter-out --guided,$(ARGS))

lint: ## go vet, staticcheck, formatting, and the template (needs cfn-lint)
	go vet ./... && go vet -C infra ./...
	go build -C infra -o $(TOOLS)/ honnef.co/go/tools/cmd/staticcheck
	$(TOOLS)/staticcheck ./...
	cd infra && $(TOOLS)/staticcheck ./...
	test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	cfn-lint template.yaml infra/monitoring.yaml

CORPUS ?= ../shared/corpus
PAPERS ?= ../shared/papers
accuracy: ## labelled papers that the readers never saw, text against pdftotext and LibreOffice, Arabic PDFs (needs both, tesseract, chromium, fonts)
	$(BENCH) papers -papers "$(abspath $(PAPERS))" -cache "$(CURDIR)/$(BUILD)/papers" -sets near-misses,lookalikes-south
	go test -count=1 -v -run Accuracy ./internal/letter ./internal/match
	$(BENCH) accuracy -corpus "$(abspath $(CORPUS))" -papers "$(abspath $(PAPERS))"

names: ## labelled pairs of names against what match makes of them: make names PAIRS=file
	$(BENCH) names -pairs "$(abspath $(PAIRS))" $(ARGS)

# The same papers make the same weights on one machine. It takes about an hour on two cores.
train: ## the weights of the readers of papers, from labelled papers (needs Python with venv, and tesseract)
	python3 -m venv $(BUILD)/train && $(BUILD)/train/bin/pip install --quiet -r infra/train/requirements.txt
	$(BENCH) learn -papers "$(abspath $(PAPERS))" -cache "$(CURDIR)/$(BUILD)/papers" -examples "$(CURDIR)/$(BUILD)/examples.jsonl" \
		-words "$(CURDIR)/internal/encoder/words/weights.bin"
	$(BUILD)/train/bin/python infra/train/train.py $(BUILD)/examples.jsonl "$(abspath $(PAPERS))/tools/e5.py" internal/encoder/weights.bin \
		--leave-out near-misses,notes,mails,asia-pacific,lookalikes-south --predict $(BUILD)/heldout.jsonl
	$(BUILD)/train/bin/python infra/train/check.py internal/encoder/weights.bin infra/train/sample.json internal/encoder/testdata/sample.json

CLDR ?= 48.2.0
towns: ## the names of towns in many languages, from the Unicode CLDR (needs npm)
	rm -rf $(BUILD)/cldr && mkdir -p $(BUILD)/cldr
	npm install --silent --no-audit --no-fund --prefix $(BUILD)/cldr cldr-dates-full@$(CLDR) cldr-bcp47@$(CLDR)
	go run -C infra ./towns "$(CURDIR)/$(BUILD)/cldr/node_modules/cldr-dates-full" "$(CURDIR)/$(BUILD)/cldr/node_modules/cldr-bcp47" "$(CURDIR)/internal/letter/towns.tsv"

spellings: ## how names in other scripts are spelled in Latin letters, learned from pairs of names
	go run -C infra ./spellings "$(abspath $(PAPERS)/../names)" "$(CURDIR)/internal/fold/spelling/spellings.tsv"

ocr-accuracy: ## how well scanned letters are read (needs LibreOffice, poppler and tesseract)
	$(BENCH) ocr-accuracy

mutants: ## wrong rules put in one at a time: which ones do the tests notice? make mutants ARGS="-changed 10 -limit 8m" for a part
	go build -C infra -o $(TOOLS)/ ./mutants
	$(LOCALAWS) $(TOOLS)/mutants $(ARGS)

corruption: ## a thousand broken files through one process
	$(BENCH) corruption -corpus "$(abspath $(CORPUS))" -own $(CURDIR)/internal/extract/testdata/office

hostile: ## files that are small and cost much, each read with the memory of the intake function: CPU, memory and outcome
	$(BENCH) hostile

coldstart: ## from the start of a process to the first slide and the first PDF page
	$(call tool,pdfcache) -dir $(BUILD)/intake/pdfium
	$(BENCH) coldstart -cache $(CURDIR)/$(BUILD)/intake/pdfium

TIKA ?= 3.3.2
tika: ## the speed of reading against Apache Tika and pdftotext (needs Java, Maven and poppler)
	mvn -q dependency:copy -Dartifact=org.apache.tika:tika-server-standard:$(TIKA) -DoutputDirectory=$(CURDIR)/.cache
	$(BENCH) tika -corpus "$(abspath $(CORPUS))" -tika $(CURDIR)/.cache/tika-server-standard-$(TIKA).jar

# When a fuzz run's time is up, Go may report "context deadline exceeded" as a failure of the target, without an input that
# fails; a count (FUZZTIME=1000x) has no deadline. An input that fails is always written down and said.
fuzz: ## every fuzz target, each for a minute: make fuzz FUZZTIME=10s
	@for m in . infra; do for p in $$(go list -C $$m ./...); do \
		for f in $$(go test -C $$m -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "$$p $$f"; \
			out=$$(go test -C $$m -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p 2>&1) && { echo "$$out" | tail -1; continue; }; \
			echo "$$out" | grep -q 'context deadline exceeded' && ! echo "$$out" | grep -q 'Failing input' || { echo "$$out"; exit 1; }; \
		done; done; done

bench: ## benchmarks, for benchstat
	$(LOCALAWS) go test -run '^$$' -bench . -benchmem ./...
	go test -C infra -run '^$$' -bench . -benchmem ./...

AXE_CORE ?= 4.14.1
browser: ## the pages in a browser, checked by axe-core, with a picture of each in .build/screenshots (needs chromium, and npm)
	test -f .cache/axe/node_modules/axe-core/axe.min.js || npm install --silent --no-audit --no-fund --prefix .cache/axe axe-core@$(AXE_CORE)
	mkdir -p $(BUILD)/screenshots
	AXE=$(CURDIR)/.cache/axe/node_modules/axe-core/axe.min.js PICTURES=$(CURDIR)/$(BUILD)/screenshots go test -C infra -count=1 -tags browser -run TestBrowser -timeout 8m ./local/system

screenshots: browser ## the same

clean: ## remove what was built, and what `make run` keeps
	rm -rf $(BUILD) .dossier
