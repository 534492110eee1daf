/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Three tables: calls by context on one kernel, calls by kernel in one context, and calls on two kernels. */
"use strict";

const views = (() => {
	const { model } = kcompat;

	/* All words must match. A word with * or ? is a glob for the complete name. */
	function matcher(text) {
		const tests = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
			if (!/[*?]/.test(word))
				return (name) => name.includes(word);
			const glob = word.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
			const pattern = new RegExp("^" + glob + "$");
			return (name) => pattern.test(name);
		});
		return (...names) => tests.every((test) => names.some((name) => test(name.toLowerCase())));
	}

	const unique = (list) => [...new Set(list)];
	const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

	function field(label, control, className) {
		return element("label", { class: "field " + (className ?? "") }, element("span", {}, label), control);
	}

	/* options: [[value, text]], or [group, [[value, text]]] for a group of options. */
	function select(app, label, name, options, value) {
		const option = ([key, text]) => element("option", { value: key, selected: key === value }, text);
		const control = element("select", { name }, options.map((entry) => Array.isArray(entry[1])
			? element("optgroup", { label: entry[0] }, entry[1].map(option)) : option(entry)));
		control.addEventListener("change", () => app.change(name, control.value));
		return field(label, control);
	}

	function search(app, label, name, hint, done) {
		const control = element("input", { type: "search", name, placeholder: hint, autocomplete: "off",
			spellcheck: "false", value: app.params.get(name) ?? "" });
		for (const type of ["input", "change"])
			control.addEventListener(type, () => {
				if (control.value === (app.params.get(name) ?? ""))
					return;
				app.note(name, control.value);
				done();
			});
		return field(label, control, "wide");
	}

	function toggle(app, label, name, on) {
		const control = element("input", { type: "checkbox", name, checked: on });
		control.addEventListener("change", () => app.change(name, control.checked ? "1" : "0"));
		return element("label", { class: "toggle" }, control, element("span", {}, label));
	}

	const isOn = (app, name, fallback) => (app.params.get(name) ?? (fallback ? "1" : "0")) === "1";

	function kindSelect(app) {
		return select(app, "Calls", "kind", [["kfunc", "kfuncs"], ["helper", "helpers"]], kindOf(app));
	}
	const kindOf = (app) => kcompat.isCall(app.params.get("kind")) ? app.params.get("kind") : "kfunc";

	const anyOf = (list) => [["all", "all"], ...unique(list).sort().map((word) => [word, word])];
	/* Without a choice: the architecture `arch`, and all flavors. */
	const placeSelects = (app, arch = "all") => [
		select(app, "Architecture", "arch", anyOf(model.kernels.map((kernel) => kernel.arch)), app.params.get("arch") ?? arch),
		select(app, "Flavor", "flavor", anyOf(model.kernels.map((kernel) => kernel.flavor)), app.params.get("flavor") ?? "all"),
	];

	function wantedKernels(app, usual = "all") {
		const arch = app.params.get("arch") ?? usual, flavor = app.params.get("flavor") ?? "all";
		return model.kernels.filter((kernel) =>
			(arch === "all" || kernel.arch === arch) && (flavor === "all" || kernel.flavor === flavor));
	}
	const usualArch = () => model.series.at(-1)?.arch ?? "all";

	const how = (kernel) => kernel.sources[0][1];

	function kernelSelect(app, label, name, kernels, chosen) {
		const groups = unique(kernels.map((kernel) => kernel.version)).reverse().map((version) => [
			version, kernels.filter((kernel) => kernel.version === version)
				.map((kernel) => [kernel.label, `${kernel.label} (${how(kernel)})`])]);
		return select(app, label, name, groups, chosen?.label);
	}

	/* The newest probed kernel of the regular series, or the best substitute. */
	function newest(kernels) {
		const regular = kernels.filter((kernel) => kernel.group === "Regular");
		const probed = regular.filter((kernel) => how(kernel) === "probed");
		return probed.at(-1) ?? regular.at(-1) ?? kernels.at(-1);
	}
	const byLabel = (kernels, label) => kernels.find((kernel) => kernel.label === label);

	const part = (state) => ({ text: state.letter, style: "s-" + state.word, label: state.word, meaning: state.meaning });
	const contextNames = (members) => members.map((index) => model.contexts[index].name).join(", ");

	/*
	 * "iter/task" and "iter/udp" become "iter/* ×2". Contexts without a common family become "fentry +2". A
	 * member of a struct_ops type loses "struct_ops/", because a column has no room for it.
	 */
	function columnLabel(members) {
		const names = members.map((index) => model.contexts[index].name);
		if (names.length === 1)
			return names[0].split("/").length > 2 ? names[0].slice(names[0].indexOf("/") + 1) : names[0];
		const family = names[0].slice(0, names[0].lastIndexOf("/") + 1);
		const shared = family.split("/").slice(0, -1).map((_, at, words) => words.slice(0, words.length - at).join("/") + "/")
			.find((prefix) => names.every((name) => name.startsWith(prefix)));
		const room = shared?.split("/").length > 2 ? shared.slice(shared.indexOf("/") + 1) : shared;
		return shared ? `${room}* ×${names.length}` : `${names[0]} +${names.length - 1}`;
	}

	/* Contexts as columns. With fold, contexts of one program type with the same signature share a column. */
	function contextColumns(contexts, fold, signature) {
		const columns = new Map();
		for (const context of contexts) {
			const key = fold ? context.type + "\n" + signature(context.index) : context.index;
			if (!columns.has(key))
				columns.set(key, { members: [], type: context.type });
			columns.get(key).members.push(context.index);
		}
		let before = null;
		return [...columns.values()].map((column) => {
			const label = columnLabel(column.members);
			const mark = column.type !== before;
			before = column.type;
			return { ...column, label, mark, full: contextNames(column.members), title: `${column.type}: ${contextNames(column.members)}`,
			href: app_href("kernels", { context: model.contexts[column.members[0]].name }) };
		});
	}

	function wantedContexts(app, kernels) {
		const wanted = matcher(app.params.get("context"));
		const missing = isOn(app, "missing", false);
		const has = (context) => (kernel) => !["unsupported", "absent", "unknown"]
			.includes(kcompat.support(context.index, kernel.index).state);
		return model.contexts.filter((context) => wanted(context.name, context.type) &&
			(missing || kernels.every(has(context))));
	}

	const subjectRow = (subject) => ({ subject, label: subject.name, href: app_subject(subject), note: subject.isTest ? "test" : null });

	/* The calls of the chosen kind. Only tests of the kernel use some kfuncs: a reader asks for these. */
	const callsOf = (app) => kcompat.ofKind(kindOf(app)).filter((subject) => !subject.isTest || isOn(app, "tests", false));
	function testsToggle(app) {
		const number = kcompat.ofKind(kindOf(app)).filter((subject) => subject.isTest).length;
		return number ? toggle(app, `show ${count(number, kindOf(app))} for tests of the kernel`, "tests", isOn(app, "tests", false)) : null;
	}

	/* The states as filter buttons: a row is shown if it has a selected state. Counts are for the shown table. */
	function legend(app, counts, done, states) {
		const chosen = new Set((app.params.get("states") ?? "").split(",").filter(Boolean));
		const list = element("ul", { class: "legend", "aria-label": "Filter by state" });
		for (const state of states) {
			if (!counts.has(state.word) && !chosen.has(state.word))
				continue;
			const button = element("button", { type: "button", "aria-pressed": String(chosen.has(state.word)), title: state.meaning,
				"data-state": state.word },
			element("i", { class: state.style ?? "s-" + state.word, "aria-hidden": "true" }, state.letter), state.word,
			element("small", {}, counts.get(state.word) ?? 0));
			button.addEventListener("click", () => {
				chosen.has(state.word) ? chosen.delete(state.word) : chosen.add(state.word);
				button.setAttribute("aria-pressed", chosen.has(state.word));
				app.note("states", [...chosen].join(","));
				done();
			});
			list.append(element("li", {}, button));
		}
		return list;
	}

	/* On a small screen, this button shows the other filters. */
	function more(form) {
		const button = element("button", { type: "button", class: "more", "aria-expanded": "false" }, "Filters");
		button.addEventListener("click", () =>
			button.setAttribute("aria-expanded", form.classList.toggle("open")));
		return button;
	}

	/* Scrolls to the cell that a link names, and marks it. */
	function mark(grid, row, column) {
		if (row < 0 || column < 0)
			return;
		grid.go(row, column, false);
		grid.node(row, column)?.scrollIntoView({ block: "nearest", inline: "nearest" });
		grid.select(row, column);
	}

	const statesOf = (app, states) => (app.params.get("states") ?? "").split(",").filter((word) => states.some((state) => state.word === word));

	/*
	 * Draws the title, the controls, and the table that `make` returns for the current filters: {summary, rows,
	 * columns, cell, open, kind}, with `show` instead of `open` for what is no subject. The counts of states ignore the filter by state.
	 */
	function board(app, { title, controls, make, states = model.states.slice(1) }) {
		const status = element("p", { class: "status", role: "status" });
		const pointed = element("p", { class: "pointed-at", "aria-hidden": "true" });
		const place = element("div", { class: "board" });
		const chips = element("div");
		const form = element("form", { class: "controls", role: "search", "aria-label": "Filters" });
		form.addEventListener("submit", (event) => event.preventDefault());

		function draw() {
			const made = make();
			const wanted = statesOf(app, states);
			const counts = new Map();
			const rows = [];
			for (const row of made.rows) {
				let hit = !wanted.length;
				for (const word of made.words(row)) {
					counts.set(word, (counts.get(word) ?? 0) + 1);
					hit ||= wanted.includes(word);
				}
				if (hit)
					rows.push(row);
			}
			const dims = (parts) => wanted.length && !parts.some((one) => wanted.includes(one.label));
			const cell = (row, column) => {
				const parts = made.cell(rows[row], made.columns[column]);
				return dims(parts) ? parts.map((one) => ({ ...one, style: one.style + " dim" })) : parts;
			};
			const focused = document.activeElement?.dataset?.state;
			chips.replaceChildren(legend(app, counts, draw, states));
			if (focused)
				chips.querySelector(`[data-state="${focused}"]`)?.focus();
			status.textContent = `${made.summary(rows)}`;
			pointed.textContent = "";
			const grid = new Grid({ name: title, corner: made.corner, rows, columns: made.columns, cell,
				kind: made.kind, tell: (text) => { pointed.textContent = text; },
				open: (row, column) => made.show ? made.show(rows[row], made.columns[column])
					: app.show(made.open(rows[row], made.columns[column])) });
			place.replaceChildren(rows.length && made.columns.length ? grid.scroller
				: element("p", { class: "note" }, "No row matches these filters."));
			grid.draw();
			app.mark = ({ subject, kernel, members }) => mark(grid, rows.findIndex((row) => row.subject === subject),
				made.columns.findIndex((column) => column.kernel ? column.kernel.index === kernel
					: column.members.includes(members?.[0])));
		}
		const [first, ...others] = controls(draw);
		form.append(first, more(form), ...others);
		app.place(element("h1", { class: "visually-hidden" }, title), form, chips, status, place, pointed);
		draw();
	}

	function matrix(app) {
		const kernels = wantedKernels(app);
		const kernel = byLabel(kernels, app.params.get("kernel")) ?? newest(kernels);
		const subjects = callsOf(app);
		if (!kernel) {
			board(app, { title: "Calls by context on one kernel", controls: () => placeSelects(app), make: () => ({
				rows: [], columns: [], words: () => [], summary: () => "No kernel has this architecture and flavor." }) });
			return;
		}
		const known = isOn(app, "absent", false) ? subjects
			: subjects.filter((subject) => kcompat.fact(subject, kernel.index).state !== "absent");

		function make() {
			const wanted = matcher(app.params.get("q"));
			const signature = (context) =>
				known.map((subject) => kcompat.state(subject, kernel.index, context).letter).join("");
			const columns = contextColumns(wantedContexts(app, [kernel]), isOn(app, "fold", true), signature);
			const state = (row, column) => kcompat.state(row.subject, kernel.index, column.members[0]);
			return { columns, corner: kindOf(app),
				rows: known.filter((subject) => wanted(subject.name)).map(subjectRow),
				words: (row) => columns.map((column) => state(row, column).word),
				cell: (row, column) => [part(state(row, column))],
				open: (row, column) => [{ subject: row.subject, kernel: kernel.index, members: column.members }],
				summary: (rows) => `${count(rows.length, kindOf(app))} × ${count(columns.length, "column")} on ` +
					`${kernel.release || kernel.label}, ${how(kernel)}` };
		}
		board(app, { title: "Calls by context on one kernel", make, controls: (draw) => [
			kernelSelect(app, "Kernel", "kernel", kernels, kernel), kindSelect(app),
			search(app, "Name", "q", "cpumask, or bpf_*_new", draw),
			search(app, "Context", "context", "xdp, tracing, iter/*", draw), ...placeSelects(app),
			element("div", { class: "toggles" },
				toggle(app, "merge contexts with the same answers", "fold", isOn(app, "fold", true)),
				toggle(app, "show absent names", "absent", isOn(app, "absent", false)), testsToggle(app),
				toggle(app, "show unsupported contexts", "missing", isOn(app, "missing", false)))] });
	}

	function contextSelect(app, chosen) {
		const types = unique(model.contexts.map((context) => context.type));
		return select(app, "Context", "context", types.map((type) => [type, model.contexts
			.filter((context) => context.type === type).map((context) => [context.name, context.name])]), chosen.name);
	}

	function kernels(app) {
		const context = model.contexts.find((one) => one.name === app.params.get("context")) ??
			model.contexts.find((one) => one.name === "xdp") ?? model.contexts[0];
		if (!context) {
			app.place(element("p", { class: "note" }, "The snapshots of these kernels have no contexts."));
			return;
		}
		const list = wantedKernels(app, usualArch());
		let before = null;
		const columns = list.map((kernel) => {
			const mark = kernel.version !== before;
			before = kernel.version;
			return { kernel, mark, label: kernel.label, title: `${kernel.release}, ${how(kernel)}`,
				href: app_href("matrix", { kernel: kernel.label, kind: kindOf(app) }) };
		});
		const state = (row, column) => kcompat.state(row.subject, column.kernel.index, context.index);

		function make() {
			const wanted = matcher(app.params.get("q"));
			const differing = isOn(app, "differing", false);
			const rows = callsOf(app).filter((subject) => wanted(subject.name)).map(subjectRow)
				.filter((row) => {
					const words = unique(columns.map((column) => state(row, column).word));
					return words.some((word) => word !== "absent" && word !== "none") && (!differing || words.length > 1);
				});
			return { columns, rows, corner: kindOf(app), state,
				words: (row) => columns.map((column) => state(row, column).word),
				cell: (row, column) => [part(state(row, column))],
				open: (row, column) => [{ subject: row.subject, kernel: column.kernel.index, members: [context.index] }],
				summary: (shown) => `${count(shown.length, kindOf(app))} in ${context.name} on ${count(columns.length, "kernel")}` };
		}
		board(app, { title: "Calls by kernel in one context", make, controls: (draw) => [
			contextSelect(app, context), kindSelect(app),
			search(app, "Name", "q", "cpumask, or bpf_*_new", draw), ...placeSelects(app, usualArch()),
			element("div", { class: "toggles" },
				toggle(app, "only differences between kernels", "differing", isOn(app, "differing", false)), testsToggle(app))] });
	}

	/* The default pair: the newest kernel and its neighbour. */
	function pairOf(app) {
		const b = byLabel(model.kernels, app.params.get("b")) ?? newest(model.kernels);
		const older = model.kernels.filter((kernel) => kernel !== b && kernel.arch === b?.arch && kernel.flavor === b?.flavor);
		const a = byLabel(model.kernels, app.params.get("a")) ??
			older.filter((kernel) => kernel.index < b?.index && how(kernel) === how(b)).at(-1) ?? older.at(-1) ?? b;
		return [a, b];
	}

	function compare(app) {
		const [a, b] = pairOf(app);
		const subjects = callsOf(app).filter((subject) => [a, b].some((kernel) =>
			kcompat.fact(subject, kernel.index).state !== "absent"));
		const both = (subject, context) => [a, b].map((kernel) => kcompat.state(subject, kernel.index, context));
		const differs = (subject, context) => {
			const [x, y] = both(subject, context);
			return x !== y;
		};

		function make() {
			const wanted = matcher(app.params.get("q"));
			const only = isOn(app, "differing", true);
			const named = subjects.filter((subject) => wanted(subject.name));
			const contexts = wantedContexts(app, [a, b]).filter((context) => !only ||
				named.some((subject) => differs(subject, context.index)));
			const columns = contextColumns(contexts, isOn(app, "fold", true), (context) =>
				named.map((subject) => both(subject, context).map((state) => state.letter).join("")).join(""));
			const rows = named.filter((subject) => !only ||
				columns.some((column) => differs(subject, column.members[0]))).map(subjectRow);
			const has = (kernel, subject) => kcompat.fact(subject, kernel.index).state === "present";
			const lacks = (kernel, subject) => kcompat.fact(subject, kernel.index).state === "absent";
			return { columns, rows, corner: kindOf(app), kind: "pairs",
				words: (row) => columns.flatMap((column) => both(row.subject, column.members[0]).map((state) => state.word)),
				cell: (row, column) => {
					const [x, y] = both(row.subject, column.members[0]).map(part);
					return x.label !== y.label ? [x, y] : only ? [{ ...x, style: x.style + " dim" }] : [x];
				},
				open: (row, column) => [a, b].map((kernel) =>
					({ subject: row.subject, kernel: kernel.index, members: column.members })),
				summary: (shown) => `${count(shown.length, kindOf(app))}` + (only ? " with differences" : "") +
					`; ${named.filter((one) => lacks(a, one) && has(b, one)).length} only in ${b.label}, ` +
					`${named.filter((one) => has(a, one) && lacks(b, one)).length} only in ${a.label}. ` +
					`Left half ${a.label} (${how(a)}), right half ${b.label} (${how(b)}).` };
		}
		board(app, { title: "Two kernels side by side", make, controls: (draw) => [
			kernelSelect(app, "Left", "a", model.kernels, a), kernelSelect(app, "Right", "b", model.kernels, b), kindSelect(app),
			search(app, "Name", "q", "cpumask, or bpf_*_new", draw),
			search(app, "Context", "context", "xdp, tracing, iter/*", draw),
			element("div", { class: "toggles" },
				toggle(app, "only differences", "differing", isOn(app, "differing", true)),
				toggle(app, "merge contexts with the same answers", "fold", isOn(app, "fold", true)),
				toggle(app, "show contexts that one kernel lacks", "missing", isOn(app, "missing", false)), testsToggle(app))] });
		app.add(types.compare(app, a, b));
	}

	return { matrix, kernels, compare, board, matcher, select, search, toggle, isOn, count, unique, part, how, newest, contextColumns, contextNames };
})();
