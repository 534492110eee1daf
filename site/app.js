/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address holds the current view after the '#': "#/" is the first page, "#/matrix?kernel=6.12+amd64+cloud&q=cpumask" or
 * "#/kfunc/bpf_arena_alloc_pages". With &cell=kfunc/NAME@CONTEXT@KERNEL it also opens the evidence of a cell.
 */
"use strict";

function app_href(view, params) {
	const text = new URLSearchParams(params).toString();
	return "#/" + view + (text ? "?" + text : "");
}
const app_subject = (subject) => `#/${subject.kind}/${encodeURIComponent(subject.name)}`;

const app = (() => {
	const { model } = kcompat;
	const main = document.getElementById("main");
	const panel = document.getElementById("evidence");
	const self = { params: new URLSearchParams(), path: [] };
	let opener = null;

	const ERRNO = { 1: "EPERM", 2: "ENOENT", 3: "ESRCH", 4: "EINTR", 7: "E2BIG", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM",
		13: "EACCES", 14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 28: "ENOSPC", 38: "ENOSYS",
		95: "EOPNOTSUPP", 524: "ENOTSUPP" };

	function read() {
		const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
		self.path = path.split("/").map((word) => {
			try {
				return decodeURIComponent(word);
			} catch {
				return word;
			}
		});
		self.params = new URLSearchParams(query ?? "");
	}

	/* Changes the address only: adds no entry to the history and draws nothing. */
	self.note = (name, value) => {
		value === "" || value === null ? self.params.delete(name) : self.params.set(name, value);
		const text = self.params.toString();
		history.replaceState(null, "", "#/" + self.path.map(encodeURIComponent).join("/") + (text ? "?" + text : ""));
	};

	self.change = (name, value) => {
		self.note(name, value);
		close(false);
		const open = main.querySelector(".controls.open") !== null;
		draw();
		if (open)
			main.querySelector(".more")?.click();
		main.querySelector(`[name="${name}"]`)?.focus();
	};

	self.place = (...nodes) => main.replaceChildren(...nodes);
	self.add = (node) => node && main.append(node);

	const label = (text) => element("h3", { class: "label" }, text);

	/* One line of a definition list. */
	const term = (name, ...value) => [element("dt", {}, name), element("dd", {}, ...value)];

	function derived(subject, kernel, why) {
		const { name, how } = kcompat.source(subject, kernel);
		if (how === "predicted" || why?.predicted)
			return `predicted from the kernel image, no program was loaded (snapshot ${name})`;
		return `probed on the running kernel (snapshot ${name})`;
	}

	/* The contexts of a merged column have the same answers, but may have different reasons. */
	function memberSelect(item, redraw) {
		if (item.members.length < 2)
			return null;
		const control = element("select", { "aria-label": "Context of this column" },
			item.members.map((index) => element("option", { value: index, selected: index === item.members[item.at ?? 0] },
				model.contexts[index].name)));
		control.addEventListener("change", () => {
			item.at = item.members.indexOf(Number(control.value));
			redraw();
		});
		return control;
	}

	async function cellSection(item, redraw) {
		const { subject, kernel, members } = item;
		const context = members[item.at ?? 0];
		const state = kcompat.state(subject, kernel, context);
		const number = kcompat.cells(subject, kernel)?.[context] ?? -1;
		const fact = kcompat.fact(subject, kernel);
		const why = number >= 0 ? await kcompat.why(number, subject.name) : null;
		const line = why ? why.line : fact.reason;
		const isPredicted = why ? why.predicted : kcompat.source(subject, kernel).how === "predicted";
		return element("section", { "data-state": state.word },
			label("May the program call it?"),
			element("p", { class: "verdict" }, element("i", { class: "s-" + state.word, "aria-hidden": "true" }, state.letter),
				element("b", {}, state.word)),
			element("p", { class: "meaning" }, state.meaning),
			label(isPredicted || !why ? "Reason" : "Message that decided"),
			line ? element("pre", { tabindex: 0, "aria-label": "Deciding message" }, line)
				: element("p", { class: "quiet" }, "No message was recorded for this cell."),
			label("Asked where and how"),
			element("dl", {},
				term("kernel", element("a", { href: app_href("matrix", { kernel: model.kernels[kernel].label, kind: subject.kind }) },
					model.kernels[kernel].label), element("small", {}, model.kernels[kernel].release)),
				term("context", memberSelect(item, redraw) ?? element("a", { href: app_href("kernels", { context: model.contexts[context].name, kind: subject.kind }) },
					model.contexts[context].name), element("small", {}, model.contexts[context].type +
						(model.contexts[context].attach ? ", " + model.contexts[context].attach : "") +
						(model.contexts[context].sleepable ? ", sleepable" : ""))),
				why?.errno ? term("errno", `${ERRNO[why.errno] ?? "error"} (${why.errno})`) : null,
				why?.rule ? term("rule", why.rule) : null,
				term("derived", derived(subject, kernel, why))));
	}

	/* Comes below the answers: it is long. */
	async function exampleSection(subject) {
		const example = (await kcompat.words(subject)).example;
		return example ? element("section", { class: "example" }, label("Example"), pages.example(example)) : null;
	}

	/* The answer of a kernel for a subject that is not a call. */
	function factSection({ subject, kernel }) {
		const fact = kcompat.fact(subject, kernel);
		return element("section", { "data-state": fact.state },
			label("Does the kernel have it?"),
			element("p", { class: "verdict" }, element("i", { class: "f-" + fact.state, "aria-hidden": "true" }, pages.mark(fact.state)),
				element("b", {}, fact.state)),
			fact.reason ? label("Reason") : null,
			fact.reason ? element("pre", { tabindex: 0, "aria-label": "Reason" }, fact.reason) : null,
			label("Asked where and how"),
			element("dl", {},
				term("kernel", element("a", { href: app_href("matrix", { kernel: model.kernels[kernel].label }) },
					model.kernels[kernel].label), element("small", {}, model.kernels[kernel].release)),
				fact.target ? term("target", fact.target) : null,
				fact.errno ? term("errno", `${ERRNO[fact.errno] ?? "error"} (${fact.errno})`) : null,
				fact.prototype ? term("signature", element("code", {}, fact.prototype)) : null,
				term("derived", derived(subject, kernel, null))));
	}

	/* items: [{subject, kernel, members}], all with the same subject; members undefined: the subject itself. */
	self.show = async (items, focus = true) => {
		const [first] = items;
		const redraw = () => self.show(items, false);
		let sections;
		try {
			sections = await Promise.all(items.map((item) => item.members ? cellSection(item, redraw) : factSection(item)));
			if (kcompat.isCall(first.subject.kind))
				sections.push(await exampleSection(first.subject).catch((error) => element("p", { class: "note" }, error.message)));
		} catch (error) {
			sections = [element("p", { class: "note", role: "alert" }, error.message)];
		}
		self.panel(model.kinds[first.subject.kind], element("a", { href: app_subject(first.subject) }, first.subject.name), sections, focus);
		const context = first.members ? model.contexts[first.members[first.at ?? 0]].name : "";
		self.note("cell", `${first.subject.kind}/${first.subject.name}@${context}@` +
			items.map((item) => model.kernels[item.kernel].label).join("@"));
	};

	/* Shows sections beside the page. */
	self.panel = (kind, title, sections, focus = true) => {
		if (focus)
			opener = document.activeElement;
		const shut = element("button", { type: "button", class: "close", "aria-label": "Close the evidence" }, "×");
		shut.addEventListener("click", () => close(true));
		panel.replaceChildren(element("header", {}, element("p", { class: "kind" }, kind), element("h2", { tabindex: -1 }, title), shut),
			element("div", {}, sections.filter(Boolean)));
		panel.hidden = false;
		document.body.classList.add("with-evidence");
		if (focus)
			panel.querySelector("h2").focus({ preventScroll: true });
	};

	function close(restore) {
		if (panel.hidden)
			return;
		panel.hidden = true;
		panel.replaceChildren();
		document.body.classList.remove("with-evidence");
		self.note("cell", "");
		if (restore && opener?.isConnected)
			opener.focus({ preventScroll: true });
	}

	/* Opens the evidence that a link names, if that cell exists. */
	function reopen() {
		const [thing, context, ...labels] = (self.params.get("cell") ?? "").split("@");
		const slash = thing.indexOf("/");
		const subject = kcompat.find(thing.slice(0, slash), thing.slice(slash + 1));
		const member = model.contexts.findIndex((one) => one.name === context);
		const items = labels.map((label) => model.kernels.findIndex((kernel) => kernel.label === label))
			.filter((kernel) => kernel >= 0)
			.map((kernel) => ({ subject, kernel, members: member < 0 ? undefined : [member] }));
		if (subject && items.length && (context === "" || member >= 0))
			self.show(items, false).then(() => self.mark?.(items[0]));
	}

	function draw() {
		self.mark = null;
		const [view, ...rest] = self.path;
		const isStored = types.isKind(view);
		const named = model.kinds[view] || isStored ? "names" : view;
		for (const link of document.querySelectorAll("[data-view]"))
			link.dataset.view === named ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
		if (isStored && !kcompat.find(view, rest.join("/")))
			types.page(self, view, rest.join("/"));
		else if (model.kinds[view])
			pages.subject(self, view, rest.join("/"));
		else if (view === "names")
			pages.names(self);
		else if (view === "objects" && model.checks.length)
			objects.draw(self);
		else
			(views[["matrix", "kernels", "compare"].find((name) => name === view)] ?? front.draw)(self);
		document.title = (model.kinds[view] || isStored ? rest.join("/") + " · " : "") + "kcompat";
	}

	function route() {
		read();
		const cell = self.params.get("cell");
		close(false);
		if (cell)
			self.params.set("cell", cell);
		draw();
		if (cell)
			reopen();
		window.scrollTo(0, 0);
	}

	const THEMES = [["", "◐", "system setting"], ["light", "☀", "light"], ["dark", "☾", "dark"]];

	function theme(step) {
		const button = document.getElementById("theme");
		let stored = "";
		/* Some browsers have no storage for local files. */
		try {
			stored = localStorage.getItem("kcompat-theme") ?? "";
		} catch { /* the system setting */ }
		const current = step ? document.documentElement.dataset.theme ?? "" : stored;
		const at = (Math.max(0, THEMES.findIndex(([name]) => name === current)) + step) % THEMES.length;
		const [name, sign, words] = THEMES[at];
		name ? document.documentElement.dataset.theme = name : delete document.documentElement.dataset.theme;
		try {
			localStorage.setItem("kcompat-theme", name);
		} catch { /* the choice is lost when the page closes */ }
		button.textContent = sign;
		button.setAttribute("aria-label", "Colours: " + words);
		button.title = "Colours: " + words;
	}

	document.getElementById("theme").addEventListener("click", () => theme(1));
	theme(0);
	window.addEventListener("kcompat-ready", () => {
		if (model.checks.length)
			document.querySelector('[data-view="names"]').before(element("a", { href: "#/objects", "data-view": "objects" }, "Objects"), "\n");
		window.addEventListener("hashchange", route);
		route();
		document.body.dataset.ready = "";
	});
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape")
			close(true);
		if (event.key === "/" && !event.target.closest("input, select")) {
			event.preventDefault();
			if (!main.querySelector("input[type=search]"))
				location.hash = "#/";
			/* The address changes after this event. */
			setTimeout(() => main.querySelector("input[type=search]")?.focus());
		}
	});
	document.querySelector('script[src="data/core.js"]').addEventListener("error", () =>
		self.place(element("p", { class: "note", role: "alert" }, "data/core.js could not be read.")));
	return self;
})();
