/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `kcompat check` said about the programs of BPF objects: a table of programs by kernels, and the needs that are not met. */
"use strict";

const objects = (() => {
	const { model } = kcompat;

	/* Loading and attaching as one word, as docs/libbpf-tools.md has them. `worst` orders them. */
	const STATES = [
		["ok", "✓", "s-loadable", "all needs of loading and attaching are met; the verifier has the last word"],
		["loads", "l", "s-permitted", "all needs of loading are met; whether it attaches is not known, or depends on the loader"],
		["depends", "c", "s-conditional", "the loader decides, such as by a variable that it sets"],
		["blocked", "b", "s-blocked", "a policy or a missing privilege hides the answer"],
		["unknown", "?", "s-unknown", "no file that was read has the answer, mostly because a module may have the function"],
		["no attach", "a", "s-impossible", "it loads, and a need of attaching is not met"],
		["fails", "✗", "s-refused", "a need of loading is not met"],
	].map(([word, letter, style, meaning]) => ({ word, letter, style, meaning }));
	const byWord = Object.fromEntries(STATES.map((state) => [state.word, state]));
	const WORDS = { unmet: "fails", unknown: "unknown", blocked: "blocked", conditional: "depends" };

	function stateOf([load, attach]) {
		if (load !== "met")
			return byWord[WORDS[load]];
		return byWord[attach === "met" ? "ok" : attach === "unmet" ? "no attach" : "loads"];
	}

	const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
	/* "biopattern-libbpf[1]" is an object inside of a program. */
	const short = (name) => name.replace(/\[\d+\]$/, "").replace(/-libbpf$/, "").replace(/\.(bpf\.)?o$/, "");
	const part = (state) => ({ text: state.letter, style: state.style, label: state.word, meaning: state.meaning });

	/* The programs of all objects in a row: {label, object, name, section, ..., cells}. */
	function rowsOf(check) {
		return check.objects.flatMap(([object, license, programs]) => programs.map(([name, section, context, optional, runs]) =>
			({ label: `${short(object)} ${name}`, title: `${object}: ${section}`, note: optional ? "optional" : null, object, license, name, section,
				context, cells: kcompat.unpack(runs).map((cell) => check.cells[cell]) })));
	}

	const term = (name, ...value) => [element("dt", {}, name), element("dd", {}, ...value)];

	function needSection([kind, name, state, reason, scope, guard, hint, file, line, text]) {
		return element("section", {}, element("h3", { class: "label" }, `Needs ${kind}`), element("p", {}, element("code", {}, name), `: ${state}`),
			element("pre", { tabindex: 0, "aria-label": "Reason" }, reason),
			element("dl", {}, hint ? term("hint", hint) : null, guard ? term("depends on", guard) : null,
				scope === "object" ? term("scope", "the whole object: libbpf refuses it, whichever program is loaded") : null,
				file ? term("source", element("code", {}, `${file}:${line}`)) : null),
			text ? element("pre", { tabindex: 0, "aria-label": "Line of source" }, text.trim()) : null);
	}

	function show(app, check, row, kernel) {
		const cell = row.cells[kernel], state = stateOf(cell), [name, release, source] = check.kernels[kernel];
		const needs = cell[2].map((need) => check.needs[need]);
		app.panel("program", element("span", {}, `${short(row.object)} ${row.name}`), [
			element("section", {}, element("h3", { class: "label" }, "Does it load and attach?"),
				element("p", { class: "verdict" }, element("i", { class: state.style, "aria-hidden": "true" }, state.letter), element("b", {}, state.word)),
				element("p", { class: "meaning" }, state.meaning),
				element("dl", {}, term("kernel", name, element("small", {}, [release || "release unknown", source].join(", "))), term("object", row.object),
					term("section", element("code", {}, row.section)), row.context ? term("context", contextLink(row.context)) : null,
					row.license ? term("license", row.license) : null)),
			...needs.map(needSection),
			needs.length ? null : element("section", {}, element("p", { class: "quiet" }, "No need is left that is not met."))].filter(Boolean));
	}

	const contextLink = (name) => kcompat.find("context", name) ? element("a", { href: app_href("context/" + encodeURIComponent(name)) }, name) : name;

	/* What fails in the rows that are shown, by what it needs. */
	function failures(check, rows) {
		const found = new Map();
		for (const row of rows) {
			row.cells.forEach((cell, kernel) => {
				if (!["fails", "no attach"].includes(stateOf(cell).word))
					return;
				const number = cell[2].find((need) => check.needs[need][2] === "unmet");
				if (number === undefined)
					return;
				const [kind, name, , reason, , , hint] = check.needs[number], same = [kind, name, reason, hint].join("\n");
				const entry = found.get(same) ?? { kind, name, reason, hint, programs: new Set(), kernels: new Set() };
				entry.programs.add(row.label);
				entry.kernels.add(kernel);
				found.set(same, entry);
			});
		}
		return [...found.values()];
	}

	const few = (list) => list.length > 3 ? `${list.slice(0, 2).join(", ")} and ${list.length - 2} more` : list.join(", ");

	function failureRow(check, { kind, name, reason, hint, programs, kernels }) {
		return element("tr", {}, element("th", { scope: "row" }, `${kind} ${name}`), element("td", {}, reason, hint ? [element("br"), element("small", {}, hint)] : null),
			element("td", {}, few([...programs])),
			element("td", {}, kernels.size === check.kernels.length ? "all" : few([...kernels].map((kernel) => check.kernels[kernel][0]))));
	}

	function failureTable(check, rows) {
		const list = failures(check, rows);
		const heads = ["need", "why", "programs", "kernels"].map((text) => element("th", { scope: "col" }, text));
		return list.length ? [element("h2", {}, "What fails, by what it needs"),
			element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "What fails" }, element("table", { class: "plain facts-table" },
				element("thead", {}, element("tr", {}, heads)), element("tbody", {}, list.map((entry) => failureRow(check, entry)))))] : [];
	}

	function drawCheck(app, number, check) {
		const all = rowsOf(check), below = element("section", { class: "page", "aria-label": "Failures" });
		const columns = check.kernels.map(([label, release, source], kernel) => ({ label, kernel, title: [release || label, source].join(", ") }));
		function make() {
			const wanted = views.matcher(app.params.get("q")), kernels = views.matcher(app.params.get("kernel"));
			const shown = columns.filter(({ label }) => kernels(label));
			return { columns: shown, corner: "program", kind: "objects", rows: all.filter((row) => wanted(row.label, row.name, row.section)),
				words: (row) => shown.map(({ kernel }) => stateOf(row.cells[kernel]).word), cell: (row, column) => [part(stateOf(row.cells[column.kernel]))],
				show: (row, column) => show(app, check, row, column.kernel),
				summary: (rows) => {
					below.replaceChildren(...failureTable(check, rows));
					return `${plural(rows.length, "program")} on ${plural(shown.length, "kernel")}`;
				} };
		}
		views.board(app, { title: "Programs of BPF objects by kernel", make, states: STATES, controls: (draw) => [
			model.checks.length > 1 ? views.select(app, "Objects", "check", model.checks.map(({ title }, at) => [String(at), title]), String(number)) : null,
			views.search(app, "Program", "q", "opensnoop, or tcp*", draw), views.search(app, "Kernel", "kernel", "6.12, cloud", draw)].filter(Boolean) });
		app.add(below);
		app.add(element("p", { class: "quiet" }, "What kcompat check predicts. A tool chooses among its programs at run time: beside a program that fails, another one often does the same work."));
	}

	async function draw(app) {
		const number = Math.min(Math.max(0, Number(app.params.get("check") ?? 0) || 0), model.checks.length - 1);
		const note = element("p", { class: "quiet", role: "status" }, "Reading …");
		app.place(element("h1", { class: "visually-hidden" }, "Programs of BPF objects by kernel"), note);
		try {
			const check = await kcompat.readCheck(number);
			if (note.isConnected)
				drawCheck(app, number, check);
		} catch (error) {
			note.replaceWith(element("p", { class: "note", role: "alert" }, error.message));
		}
	}

	/* A card of the first page; null: there are none. */
	function card() {
		if (!model.checks.length)
			return null;
		const titles = model.checks.map(({ title }) => title);
		return ["objects", "BPF objects", `Programs of ${titles.slice(0, 3).join(", ")}${titles.length > 3 ? ", …" : ""}: on which kernels each loads, and why not.`];
	}

	return { draw, card, rowsOf, stateOf };
})();
