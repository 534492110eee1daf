/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the data from the scripts in data/ (src/render/render.h describes it) and unpacks each part on first use. */
"use strict";

const kcompat = (() => {
	const model = {};
	const decoded = new Map();
	let evidence = null;
	let examples = {};
	let loading = null;

	/* "3*a _ b" is [10, 10, 10, -1, 11]. */
	function unpack(runs) {
		let list = decoded.get(runs);
		if (list)
			return list;
		list = [];
		for (const run of runs ? runs.split(" ") : []) {
			const star = run.indexOf("*");
			const word = run.slice(star + 1);
			const number = word === "_" ? -1 : parseInt(word, 36);
			for (let count = star < 0 ? 1 : parseInt(run.slice(0, star), 36); count > 0; count--)
				list.push(number);
		}
		decoded.set(runs, list);
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
		model.subjects = data.subjects.map(([kind, name, facts, rows]) => ({ kind, name, facts, rows }));
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

	/* The outcome for each context; -1: the kernel has no such cell. null: it has no cells for the subject. */
	function cells(subject, kernel) {
		const row = unpack(subject.rows)[kernel] ?? -1;
		return row < 0 ? null : unpack(model.rows[row]);
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

	/* The evidence of a cell: {errno, line, rule, predicted}. The file is loaded on first use. */
	function why(number, name) {
		loading ??= new Promise((resolve, reject) => {
			const script = document.createElement("script");
			script.src = "data/evidence.js";
			script.onload = resolve;
			script.onerror = () => {
				loading = null;
				reject(new Error("data/evidence.js could not be read"));
			};
			document.head.append(script);
		});
		return loading.then(() => {
			const [errno, line, rule, predicted] = evidence[number];
			return { errno, rule, predicted: Boolean(predicted), line: line?.replaceAll("\u0001", name) };
		});
	}

	const source = (subject, kernel) => {
		const [name, how, facts] = model.kernels[kernel].sources[fact(subject, kernel).source ?? 0];
		return { name, how, facts };
	};

	/* A program in C that calls the function: [context, kernel, source]. It comes with the evidence. */
	const example = (subject) => isCall(subject.kind) ? examples[subject.name] : undefined;

	return { model, core, find, ofKind, fact, isCall, cells, state, support, why, example, source,
		evidence: (list) => { evidence = list; }, examples: (map) => { examples = map; } };
})();
