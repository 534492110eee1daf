/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the data from the scripts in data/ (src/render/render.h describes it) and unpacks each part on first use. */
"use strict";

const kcompat = (() => {
	const model = {};
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

	const source = (subject, kernel) => {
		const [name, how, facts] = model.kernels[kernel].sources[fact(subject, kernel).source ?? 0];
		return { name, how, facts };
	};

	return { model, core, find, ofKind, fact, isCall, cells, state, support, why, words, source,
		evidence: (list) => { evidence = list; }, texts: (said) => { texts = said; }, examples: (map) => { examples = map; } };
})();
