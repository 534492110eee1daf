/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One search box over all names. The arrow keys choose, Enter opens. */
"use strict";

const finder = (() => {
	const { model } = kcompat;
	const MOST = 10; /* suggestions; the last one leads to all */

	/* Linux' own names of types are found, too. */
	const plain = (word) => word.toLowerCase().replace(/^bpf_(prog|map|link)_type_/, "");

	/* The whole name, its begin, the begin of a part, anywhere; -1: not in it. */
	function rank(name, word) {
		const at = name.toLowerCase().indexOf(word);
		if (at < 0)
			return -1;
		if (at === 0)
			return name.length === word.length ? 0 : 1;
		return [...name.matchAll(/[_/.:-]+/g)].some((end) => name.toLowerCase().startsWith(word, end.index + end[0].length)) ? 2 : 3;
	}

	const better = (a, b) => a.order - b.order || a.name.length - b.name.length || (a.name < b.name ? -1 : 1);

	/* [{subject, name, order}]: the subjects whose names have all words, best first. */
	function ranked(text) {
		const list = text.split(/\s+/).filter(Boolean).map(plain);
		if (!list.length || list.some((word) => !word))
			return [];
		return model.subjects.map((subject) => ({ subject, ranks: list.map((word) => rank(subject.name, word)) }))
			.filter(({ ranks }) => !ranks.includes(-1))
			.map(({ subject, ranks }) => ({ subject, name: subject.name, order: Math.max(...ranks) + (subject.isTest ? 10 : 0) }))
			.sort(better);
	}
	const find = (text) => ranked(text).map(({ subject }) => subject);

	/* The version that added it is listed, or between two kernels. */
	function since(subject) {
		if (subject.listed)
			return `Linux ${subject.listed}, as listed`;
		return subject.first < 0 ? "" : `first seen in ${model.kernels[subject.first].version}`;
	}

	const option = (subject) => ({ isName: true, href: app_subject(subject), parts: [element("b", {}, subject.name),
		element("small", {}, model.kinds[subject.kind] + (subject.isTest ? ", for tests" : "")), element("small", { class: "since" }, since(subject))] });
	const storedOption = (item) => ({ isName: true, href: item.href, parts: [element("b", {}, item.name), element("small", {}, types.noun(item.kind)),
		element("small", { class: "since" }, item.since ? `first seen in ${item.since}` : "")] });

	/* `stored`: what is found in the files of stored kernels; null: they are not read yet. */
	function options(text, stored) {
		const found = ranked(text), word = text.trim().toLowerCase();
		const known = new Set(found.map(({ subject }) => subject.kind + "/" + subject.name));
		const more = (stored ?? []).filter((item) => !known.has(item.kind + "/" + item.name))
			.map((item) => ({ item, name: item.name, order: item.low === word ? 0 : item.kind === "function" ? 2.5 : 1.5 }));
		const all = [...found, ...more].sort(better);
		const list = all.slice(0, MOST).map(({ subject, item }) => subject ? option(subject) : storedOption(item));
		if (all.length > MOST)
			list.push({ href: app_href("names", { q: text.trim(), tests: 1 }), parts: [stored ? "All of them" : `All ${all.length} names`] });
		if (word && stored && model.store)
			list.push({ href: app_href("names", { q: text.trim(), tests: 1, inside: 1 }), parts: [`Look inside of all ${types.grouped(model.store.count)} names of types and functions`] });
		return list;
	}

	function box(label, hint) {
		const input = element("input", { type: "search", role: "combobox", id: "find", placeholder: hint, autocomplete: "off", spellcheck: "false",
			"aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list" });
		const list = element("ul", { role: "listbox", id: "found", "aria-label": "Names", hidden: true });
		const none = element("p", { role: "status", class: "quiet" });
		let shown = [], at = -1;

		function choose(next) {
			at = next;
			[...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === at)));
			at < 0 ? input.removeAttribute("aria-activedescendant") : input.setAttribute("aria-activedescendant", list.children[at].id);
			list.children[at]?.scrollIntoView({ block: "nearest" });
		}
		function close() {
			list.hidden = true;
			input.setAttribute("aria-expanded", "false");
			choose(-1);
		}
		/* Again when the files of stored kernels are read. */
		function draw() {
			const text = input.value;
			show(text, null);
			types.suggest(text, MOST + 1).then((stored) => document.activeElement === input && input.value === text && show(text, stored))
				.catch((error) => { none.textContent = error.message; });
		}
		function show(text, stored) {
			const chosen = at > 0 ? shown[at]?.href : null;
			shown = options(text, stored);
			list.replaceChildren(...shown.map(({ parts }, index) => {
				const node = element("li", { role: "option", id: "found-" + index, "aria-selected": "false" }, parts);
				/* The box keeps the focus. */
				node.addEventListener("mousedown", (event) => event.preventDefault());
				node.addEventListener("click", () => open(index));
				return node;
			}));
			list.hidden = !shown.length;
			input.setAttribute("aria-expanded", String(shown.length > 0));
			choose(shown.length ? Math.max(0, shown.findIndex(({ href }) => href === chosen)) : -1);
			none.textContent = !text.trim() || shown.some(({ isName }) => isName) || (model.store && !stored) ? ""
				: model.store ? "No name is like this. A type or function may have it inside of its name, and kcompat show finds data without a type in BTF." : "No name has this in it.";
		}
		function open(index) {
			if (!shown[index])
				return;
			location.hash = shown[index].href;
			close();
		}
		function key(event) {
			const count = list.hidden ? 0 : shown.length;
			if (event.key === "Enter")
				open(Math.max(0, at));
			else if (event.key === "Escape" && count)
				close();
			else if (event.key === "ArrowDown" && count)
				choose((at + 1) % count);
			else if (event.key === "ArrowUp" && count)
				choose((at + count - 1) % count);
			else
				return;
			event.preventDefault();
			event.stopPropagation();
		}
		input.addEventListener("input", draw);
		input.addEventListener("focus", () => input.value && draw());
		input.addEventListener("blur", close);
		input.addEventListener("keydown", key);
		const form = element("form", { class: "find", role: "search", "aria-label": "All names" },
			element("label", { for: "find" }, label), element("div", { class: "combo" }, input, list), none);
		form.addEventListener("submit", (event) => event.preventDefault());
		return form;
	}

	return { box, find, since };
})();
