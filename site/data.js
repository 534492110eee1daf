/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the data from the scripts in data/ (src/render/render.h describes it) and unpacks each part on first use. */
"use strict";

const kcompat = (() => {
	const model = { checks: [] };
	const decoded = new Map();
	let evidence = null;
	let texts = null;
	let examples = {};
	const loading = new Map();

	const SAME = -2;

	/* "3*a _ b =" is [10, 10, 10, -1, 11, SAME]. */
	function unpackRow(runs) {
		const list = [];
		for (const run of runs ? runs.split(" ") : []) {
			const star = run.indexOf("*");
			const word = run.slice(star + 1);
			const number = word === "_" ? -1 : word === "=" ? SAME : parseInt(word, 36);
			for (let count = star < 0 ? 1 : parseInt(run.slice(0, star), 36); count > 0; count--)
				list.push(number);
		}
		return list;
	}

	function unpack(runs) {
		let list = decoded.get(runs);
		if (!list)
			decoded.set(runs, list = unpackRow(runs));
		return list;
	}

	function core(data) {
		model.states = data.states.map(([word, letter, meaning], index) => ({ word, letter, meaning, index }));
		model.byWord = Object.fromEntries(model.states.map((state) => [state.word, state]));
		model.supports = data.supports.map(([word, meaning]) => ({ word, meaning }));
		model.kinds = data.kinds;
		model.flags = data.flags;
		model.baseline = data.baseline;
		model.kernels = data.kernels.map((kernel, index) => ({ ...kernel, index }));
		model.contexts = data.contexts.map(([name, type, attach, sleepable], index) =>
			({ name, type, attach, sleepable: Boolean(sleepable), index }));
		const tests = new Set(data.tests);
		model.series = data.series.map((index) => model.kernels[index]);
		model.subjects = data.subjects.map(([kind, name, facts, rows, first, before, listed], index) =>
			({ kind, name, facts, rows, first, before, listed, index, isTest: kind === "kfunc" && tests.has(name) }));
		model.byName = new Map(model.subjects.map((subject) => [subject.kind + "/" + subject.name, subject]));
		model.facts = data.facts;
		model.rows = data.rows;
		const byLetter = new Map(model.states.map((state) => [state.letter, state]));
		model.outcomes = Array.from(data.outcomes, (letter) => byLetter.get(letter));
		window.dispatchEvent(new Event("kcompat-ready"));
	}

	const find = (kind, name) => model.byName.get(kind + "/" + name);
	const ofKind = (kind) => model.subjects.filter((subject) => subject.kind === kind);
	const fact = (subject, kernel) => model.facts[unpack(subject.facts)[kernel]];
	const isCall = (kind) => kind === "kfunc" || kind === "helper";

	/* Row `number` is decoded from the last row before it that stands for itself. */
	const rows = [];
	function rowAt(number) {
		let first = number;
		while (!rows[first] && model.rows[first].includes("="))
			first--;
		for (let at = first; at <= number; at++) {
			rows[at] ??= Int32Array.from(unpackRow(model.rows[at]), (value, context) =>
				value === SAME ? rows[at - 1][context] : value);
		}
		return rows[number];
	}

	/* The outcome for each context; -1: the kernel has no such cell. null: it has no cells for the subject. */
	function cells(subject, kernel) {
		const row = unpack(subject.rows)[kernel] ?? -1;
		return row < 0 ? null : rowAt(row);
	}

	function state(subject, kernel, context) {
		const row = cells(subject, kernel);
		if (row)
			return row[context] < 0 ? model.byWord.none : model.outcomes[row[context]];
		const said = fact(subject, kernel).state;
		return model.byWord[said === "absent" || said === "unknown" ? said : "none"];
	}

	/* The fact of a kernel about a context. */
	function support(context, kernel) {
		const subject = find("context", model.contexts[context].name);
		return subject ? fact(subject, kernel) : { state: "unknown" };
	}

	/* Runs a script of data/ on first use. */
	function load(file) {
		if (!loading.has(file))
			loading.set(file, new Promise((resolve, reject) => {
				const script = document.createElement("script");
				script.src = file;
				script.onload = resolve;
				script.onerror = () => {
					loading.delete(file);
					reject(new Error(`${file} could not be read`));
				};
				document.head.append(script);
			}));
		return loading.get(file);
	}

	/* The evidence of a cell: {errno, line, rule, predicted}. */
	const why = (number, name) => load("data/evidence.js").then(() => {
		const [errno, line, rule, predicted] = evidence[number];
		return { errno, rule, predicted: Boolean(predicted), line: line?.replaceAll("\u0001", name) };
	});

	/*
	 * What is said about a subject. lines: [[label, text], ...], a line without a label continues the one before.
	 * example: [context, kernel, source] of a program in C that calls it.
	 */
	const words = (subject) => load("data/texts.js").then(() => ({
		lines: unpack(texts.verdicts[subject.index]).map((number) => texts.lines[number]),
		commit: texts.commits[subject.index] || null,
		prototype: subject.kind === "helper" ? texts.prototypes[subject.name] : undefined,
		example: isCall(subject.kind) ? examples[subject.name] : undefined,
	}));

	/* The types and functions of stored kernels. `first`: the least name of each file, without large letters. */
	const files = { names: [], about: [] };
	function store(data) {
		const low = (list) => list.map((name) => name.toLowerCase());
		const kinds = Object.entries(data.kinds).map(([word, [noun, number, count, kernels]]) =>
			({ word, noun, number, count, kernels: new Set(kernels) }));
		model.store = { kinds: Object.fromEntries(kinds.map((kind) => [kind.word, kind])), other: data.other, bytes: data.bytes,
			byNumber: new Map(kinds.map((kind) => [kind.number, kind])), first: { names: low(data.names), about: low(data.about) },
			count: kinds.reduce((sum, kind) => sum + kind.count, 0) };
	}

	/* The file that has the name if one has it. */
	function fileOf(stem, name) {
		const first = model.store.first[stem], word = name.toLowerCase();
		let low = 0, high = first.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			first[middle] <= word ? low = middle + 1 : high = middle;
		}
		return Math.max(0, low - 1);
	}

	const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	function names(number, text, kinds, runs, patterns) {
		let before = "";
		const numbers = unpackRow(runs);
		files.names[number] = (text ? text.split("\n") : []).map((line, index) => {
			const name = before = before.slice(0, DIGITS.indexOf(line[0])) + line.slice(1);
			const digit = DIGITS.indexOf(kinds[index]);
			return { name, low: name.toLowerCase(), other: digit === model.store.other,
				kind: model.store.byNumber.get(digit)?.word ?? "function", pattern: patterns[numbers[index]] };
		});
	}

	const part = (stem, number) => load(`data/${stem}-${number}.js`).then(() => files[stem][number]);

	/* All names that begin with the word, in the order of their letters: at most those of `most` files. */
	async function namesFrom(prefix, most = Infinity) {
		const word = prefix.toLowerCase(), found = [];
		/* Several kinds of a name stand in one file. */
		for (let at = fileOf("names", word), end = at + most; at < Math.min(end, model.store.first.names.length); at++) {
			if (found.length && !model.store.first.names[at].startsWith(word))
				break;
			found.push(...(await part("names", at)).filter(({ low }) => low.startsWith(word)));
		}
		return found;
	}

	/* Reads all of them, one file after the other. */
	async function allNames(tell) {
		const all = [];
		for (let at = 0; at < model.store.first.names.length; at++) {
			tell?.(at / model.store.first.names.length);
			all.push(...await part("names", at));
		}
		return all;
	}

	/* By kernel: -1 it has none; else equal numbers mean equal types. sets: of functions (src/render/render.h). */
	function pattern(text) {
		const [runs, sets] = text.split("|");
		return { forms: unpack(runs), sets: sets === undefined ? null : [[], ...sets ? sets.split(",").map((set) => set.split(".")) : []] };
	}

	/* Everything that is stored under a name: [{kind, lines, forms, ...}], an empty list if nothing is. */
	async function stored(name) {
		const said = await part("about", fileOf("about", name));
		return (Object.hasOwn(said.items, name) ? said.items[name] : []).map(([kind, lines, runs, facts, units, prototypes]) => ({
			kind: model.store.byNumber.get(kind).word, name, lines: unpackRow(lines).map((line) => said.lines[line]), ...pattern(said.runs[runs]),
			facts: facts === undefined ? null : unpack(said.runs[facts]).map((number) => said.facts[number] ?? null),
			units: units === undefined ? null : unpack(said.runs[units]).map((number) => said.units[number] ?? null),
			prototypes: prototypes === undefined ? null : ["", ...unpackRow(prototypes).map((number) => said.prototypes[number])],
		}));
	}

	/* Results of `kcompat check`. */
	const checks = (list) => { model.checks = list.map(([title, objects, programs, kernels]) => ({ title, objects, programs, kernels })); };
	const read = [];
	const readCheck = (number) => load(`data/check-${number}.js`).then(() => read[number]);

	const source = (subject, kernel) => {
		const [name, how, facts] = model.kernels[kernel].sources[fact(subject, kernel).source ?? 0];
		return { name, how, facts };
	};

	return { model, core, unpack, checks, readCheck, check: (number, data) => { read[number] = data; }, store, names, namesFrom, allNames, pattern, stored, about: (number, data) => { files.about[number] = data; }, find, ofKind, fact, isCall, cells, state, support, why, words, source,
		evidence: (list) => { evidence = list; }, texts: (said) => { texts = said; }, examples: (map) => { examples = map; } };
})();
