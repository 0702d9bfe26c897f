/* SPDX-License-Identifier: BSD-3-Clause */
/* The page is whole without this. It adds: a table of all connections that sorts, filters and
   searches; a range of time to choose; one connection's picture at a time; copying of filters.
   Text goes into the page as text only, never as markup. */
"use strict";
(function () {
	const PAGE_ROWS = 50;
	const $ = (id) => document.getElementById(id);
	let data = null;	/* the columns, once they are parsed */
	let shown = [];		/* indices of the rows that pass, in order */
	const view = { page: 0, column: -1, descending: false, range: null };

	function make(tag, attributes, ...children) {
		const element = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes || {}))
			if (value !== null && value !== undefined)
				element.setAttribute(name, value);
		element.append(...children);
		return element;
	}

	/* --- words ------------------------------------------------------------------------- */

	function duration(us) {
		const s = us / 1e6;
		if (s < 1e-3) return us + " µs";
		if (s < 1) return (s * 1e3).toPrecision(3) + " ms";
		if (s < 60) return s.toPrecision(3) + " s";
		if (s < 3600) return Math.floor(s / 60) + " min " + Math.floor(s % 60) + " s";
		return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min";
	}
	const count = (n) => n.toLocaleString("en");
	const endpoint = (address, port) =>
		address.includes(":") ? "[" + address + "]:" + port : address + ":" + port;
	const client = (i) => endpoint(data.addresses[data.client[i]], data.cport[i]);
	const server = (i) => endpoint(data.addresses[data.server[i]], data.sport[i]);
	const state = (i, side) => data.stateNames[side ? data.states[i] & 15 : data.states[i] >> 4];
	/* A record tells how bad its worst anomaly is; one by itself may be better or worse than its kind is as a rule. */
	function severityIn(i, k) {
		const worst = data.severity[i] - 1;
		return data.severities[data.kinds[i].length === 1 ? worst : Math.min(worst, data.kindSeverities[k])];
	}
	const kinds = (i) => (data.kinds[i] || []).map((k) => data.kindNames[k]);

	function filterOf(i) {
		const a = data.addresses[data.client[i]], b = data.addresses[data.server[i]];
		const field = a.includes(":") ? "ipv6.addr" : "ip.addr";
		return `${field}==${a} && ${field}==${b} && tcp.port==${data.cport[i]} && tcp.port==${data.sport[i]}`;
	}

	/* --- columns: what is shown, and what is sorted by ----------------------------------- */

	const tone = (name, text) => make("span", { class: "tone " + name }, text);
	const columns = [
		{ key: (i) => data.id[i], cell: (i) => make("a", { href: "#c" + data.id[i] }, String(data.id[i])) },
		{ key: (i) => data.start[i], cell: (i) => "+" + (data.start[i] / 1e6).toFixed(6), number: true },
		{ key: (i) => data.length[i], cell: (i) => duration(data.length[i]), number: true },
		{ key: (i) => data.client[i] * 65536 + data.cport[i], cell: client },
		{ key: (i) => data.server[i] * 65536 + data.sport[i], cell: server },
		{ key: (i) => data.handshake[i],
		  cell: (i) => tone(data.handshakeTones[data.handshake[i]], data.handshakes[data.handshake[i]]) },
		{ key: (i) => data.teardown[i],
		  cell: (i) => tone(data.teardownTones[data.teardown[i]], data.teardowns[data.teardown[i]]) },
		{ key: (i) => data.severity[i] * 8 + (data.kinds[i] || []).length, cell: badges, worstFirst: true },
		{ key: (i) => data.states[i] >> 4, cell: (i) => state(i, 0) },
		{ key: (i) => data.states[i] & 15, cell: (i) => state(i, 1) },
		{ key: (i) => data.packets[i], cell: (i) => count(data.packets[i]), number: true },
		{ key: (i) => data.bytes[i], cell: (i) => count(data.bytes[i]), number: true },
		{ key: (i) => data.again[i], cell: (i) => count(data.again[i]), number: true },
	];

	function badges(i) {
		const cell = document.createDocumentFragment();
		for (const k of data.kinds[i] || [])
			cell.append(make("span", { class: "badge sev-" + severityIn(i, k) }, data.kindNames[k]), " ");
		return cell;
	}

	/* --- filtering and sorting ----------------------------------------------------------- */

	/* Words are looked up once in each list of names; rows then compare numbers. */
	function wordTest(word) {
		const has = (names) => names.map((name) => name.toLowerCase().includes(word));
		const address = has(data.addresses), handshake = has(data.handshakes);
		const teardown = has(data.teardowns), states = has(data.stateNames), kind = has(data.kindNames);
		const port = /^:?\d{1,5}$/.test(word) ? Number(word.replace(":", "")) : -1;
		const ends = /[.:\]]/.test(word) && word.includes(":");
		return (i) => address[data.client[i]] || address[data.server[i]] ||
			data.cport[i] === port || data.sport[i] === port || data.id[i] === port ||
			handshake[data.handshake[i]] || teardown[data.teardown[i]] ||
			states[data.states[i] >> 4] || states[data.states[i] & 15] ||
			(data.kinds[i] && data.kinds[i].some((k) => kind[k])) ||
			(ends && (client(i).includes(word) || server(i).includes(word)));
	}

	function tests() {
		const list = $("search").value.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
		const chosen = (id, column) => {
			const value = $(id).value;
			if (value !== "") list.push((i) => column[i] === Number(value));
		};
		chosen("by-handshake", data.handshake);
		chosen("by-teardown", data.teardown);
		if ($("by-anomaly").value === "any") list.push((i) => data.severity[i] > 0);
		else if ($("by-anomaly").value !== "") {
			const k = Number($("by-anomaly").value);
			list.push((i) => data.kinds[i] && data.kinds[i].includes(k));
		}
		if (view.range) {
			const [from, to] = view.range;
			list.push((i) => data.start[i] <= to && data.start[i] + data.length[i] >= from);
		}
		return list;
	}

	function select() {
		const list = tests(), n = data.id.length;
		shown = [];
		for (let i = 0; i < n; i++)
			if (list.every((test) => test(i))) shown.push(i);
		if (view.column >= 0) {
			const keys = new Float64Array(n), key = columns[view.column].key;
			for (const i of shown) keys[i] = key(i);
			const sign = view.descending ? -1 : 1;
			shown.sort((a, b) => sign * (keys[a] - keys[b]) || a - b);
		}
		view.page = 0;
		render();
	}

	function render() {
		const from = view.page * PAGE_ROWS, body = document.createDocumentFragment();
		for (const i of shown.slice(from, from + PAGE_ROWS)) {
			const row = make("tr");
			columns.forEach((column, k) => row.append(
				make(k ? "td" : "th", k ? { class: column.number ? "n" : null } : { scope: "row" }, column.cell(i))));
			body.append(row);
		}
		$("conn-rows").replaceChildren(body);
		const all = data.id.length, last = Math.min(from + PAGE_ROWS, shown.length);
		$("conn-count").textContent = shown.length === 0 ? `none of ${count(all)} connections` :
			`${count(from + 1)}–${count(last)} of ${count(shown.length)}` +
			(shown.length === all ? " connections" : ` that match, of ${count(all)} connections`);
		$("previous").disabled = from === 0;
		$("next").disabled = last >= shown.length;
	}

	function sortBy(column) {
		view.descending = view.column === column ? !view.descending : !!(columns[column].number || columns[column].worstFirst);
		view.column = column;
		document.querySelectorAll("#conn-table thead th").forEach((th, k) => {
			if (k === column) th.setAttribute("aria-sort", view.descending ? "descending" : "ascending");
			else th.removeAttribute("aria-sort");
		});
		select();
	}

	/* --- the table's tools ----------------------------------------------------------------- */

	function choice(id, label, options) {
		return make("label", {}, label + " ", make("select", { id },
			make("option", { value: "" }, "any"),
			...options.map(([value, text]) => make("option", { value }, text))));
	}

	function buildTools() {
		const names = (list) => list.map((name, i) => [i, name]);
		const present = new Set(data.kinds.flatMap((k) => k || []));
		$("conn-tools").append(
			make("label", { class: "search" }, "Search ", make("input", { id: "search", type: "search",
				placeholder: "address, port, state, outcome, anomaly" })),
			choice("by-handshake", "Handshake", names(data.handshakes)),
			choice("by-teardown", "Teardown", names(data.teardowns)),
			choice("by-anomaly", "Anomaly", [["any", "with any"]].concat(
				names(data.kindNames).filter(([i]) => present.has(i)))),
			make("p", { class: "pager" },
				make("button", { id: "previous", type: "button" }, "Previous"),
				make("button", { id: "next", type: "button" }, "Next"), " ",
				make("span", { id: "conn-count", role: "status" })));
		let timer = 0;
		$("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(select, 120); });
		for (const id of ["by-handshake", "by-teardown", "by-anomaly"]) $(id).addEventListener("change", select);
		$("previous").addEventListener("click", () => { view.page--; render(); });
		$("next").addEventListener("click", () => { view.page++; render(); });
		document.querySelectorAll("#conn-table thead th").forEach((th, k) => {
			const button = make("button", { type: "button", class: "sort" }, th.textContent);
			button.addEventListener("click", () => sortBy(k));
			th.replaceChildren(button);
		});
	}

	/* --- a range of time --------------------------------------------------------------------- */

	function applyRange() {
		const svg = $("timeline-svg"), brush = $("brush"), [low, high] = data.range;
		const left = Number(svg.dataset.left), plot = Number(svg.dataset.plot);
		if (view.range) {
			const x = (t) => left + plot * (t - low) / (high - low);
			brush.setAttribute("x", x(view.range[0]));
			brush.setAttribute("width", Math.max(x(view.range[1]) - x(view.range[0]), 1));
			$("from").value = (view.range[0] / 1e6).toFixed(6);
			$("to").value = (view.range[1] / 1e6).toFixed(6);
		} else {
			brush.setAttribute("width", 0);
			$("from").value = $("to").value = "";
		}
		let hidden = 0;
		for (const item of document.querySelectorAll(".cases > li")) {
			const from = Number(item.dataset.from) - data.originUs, to = Number(item.dataset.to) - data.originUs;
			item.hidden = !!view.range && (from > view.range[1] || to < view.range[0]);
			hidden += item.hidden;
		}
		$("range-note").textContent = !view.range ? "" :
			"Connections and anomalies of this range only" + (hidden ? `; ${count(hidden)} cases of anomalies are hidden.` : ".");
		select();
	}

	function buildBrush() {
		const svg = $("timeline-svg"), [low, high] = data.range;
		const number = (id, label) => make("label", {}, label + " ",
			make("input", { id, type: "number", step: "any" }));
		const clear = make("button", { type: "button", id: "clear-range" }, "Whole capture");
		$("brush-tools").append("Drag over the timeline, or type seconds: ", number("from", "from"), number("to", "to"),
			clear, " ", make("span", { id: "range-note", role: "status" }));
		const set = (from, to) => { view.range = [Math.min(from, to), Math.max(from, to)]; applyRange(); };
		for (const id of ["from", "to"])
			$(id).addEventListener("change", () => {
				if ($("from").value === "" && $("to").value === "") view.range = null;
				else view.range = [$("from").value === "" ? low : $("from").value * 1e6, $("to").value === "" ? high : $("to").value * 1e6];
				applyRange();
			});
		clear.addEventListener("click", () => { view.range = null; applyRange(); });
		const time = (event) => {
			const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
			const at = ((event.clientX - box.left) * scale - Number(svg.dataset.left)) / Number(svg.dataset.plot);
			return low + Math.min(Math.max(at, 0), 1) * (high - low);
		};
		let begun = null;
		svg.addEventListener("pointerdown", (event) => {
			if (event.pointerType === "touch") return; /* a finger scrolls; it has the two fields */
			begun = time(event);
			svg.setPointerCapture(event.pointerId);
			event.preventDefault();
		});
		svg.addEventListener("pointermove", (event) => { if (begun !== null) set(begun, time(event)); });
		svg.addEventListener("pointerup", (event) => {
			if (begun !== null && Math.abs(time(event) - begun) < (high - low) / 500) { view.range = null; applyRange(); }
			begun = null;
		});
	}

	/* --- one connection at a time ---------------------------------------------------------------- */

	/* Of one that has no picture: what its row tells. */
	function describe(i) {
		const facts = [["client", client(i)], ["server", server(i)],
			["begun", "+" + (data.start[i] / 1e6).toFixed(6) + " s, lasted " + duration(data.length[i])],
			["handshake", data.handshakes[data.handshake[i]]], ["teardown", data.teardowns[data.teardown[i]]],
			["last states", state(i, 0) + " / " + state(i, 1)],
			["packets, bytes", count(data.packets[i]) + ", " + count(data.bytes[i])],
			["anomalies", kinds(i).join(", ") || "none"]];
		const list = make("dl", { class: "facts" });
		for (const [name, value] of facts) list.append(make("dt", {}, name), make("dd", {}, value));
		list.append(make("dt", {}, "display filter"),
			make("dd", {}, addCopy(make("span", { class: "filter" }, make("code", {}, filterOf(i))))));
		return make("section", { class: "conn open", id: "c" + data.id[i] },
			make("h3", { tabindex: "-1" }, "Connection " + data.id[i] + " ",
				make("span", { class: "ends" }, client(i) + " → " + server(i))),
			list, make("p", { class: "left" }, "This page holds no picture of it. To draw it: ",
				addCopy(make("span", { class: "filter" }, make("code", {}, `shakedown ladder --conn ${data.id[i]} FILE`)))));
	}

	function open(moves) {
		const match = /^#c(\d+)$/.exec(location.hash);
		const sections = [...document.querySelectorAll("#pictures > .conn")];
		let target = match && sections.find((s) => s.id === "c" + match[1]);
		$("elsewhere").replaceChildren();
		if (match && !target) {
			const i = data.id.indexOf(Number(match[1]));
			if (i >= 0) $("elsewhere").append(target = describe(i));
		}
		if (!match && moves) {
			const details = location.hash.startsWith("#k-") && $(location.hash.slice(1));
			if (details) details.open = true;
			return;
		}
		for (const section of sections) section.classList.toggle("open", section === (target || sections[0]));
		if (target && moves) {
			target.scrollIntoView();
			target.querySelector("h3").focus({ preventScroll: true });
		}
	}

	function buildPicker() {
		const sections = [...document.querySelectorAll("#pictures > .conn")];
		if (!sections.length) return;
		const list = make("ul", { class: "picker", "aria-label": "connections with pictures" });
		for (const section of sections) {
			const worst = section.querySelector(".found .badge");
			list.append(make("li", {}, make("a", { href: "#" + section.id,
				class: worst ? [...worst.classList].join(" ") : "badge" },
				section.id.slice(1), worst ? " " + section.querySelector(".found a").textContent : "")));
		}
		$("elsewhere").before(list);
	}

	/* --- copying --------------------------------------------------------------------------------- */

	function copyText(text) {
		if (navigator.clipboard) return navigator.clipboard.writeText(text);
		const area = make("textarea", {});
		area.value = text;
		document.body.append(area);
		area.select();
		const done = document.execCommand("copy");
		area.remove();
		return done ? Promise.resolve() : Promise.reject();
	}

	function addCopy(holder) {
		const button = make("button", { type: "button", class: "copy" }, "Copy");
		button.addEventListener("click", () => copyText(holder.querySelector("code").textContent).then(
			() => { button.textContent = "Copied"; setTimeout(() => { button.textContent = "Copy"; }, 1500); },
			() => { button.textContent = "Select and copy by hand"; }));
		holder.append(" ", button);
		return holder;
	}

	/* On paper nothing can be unfolded; afterwards all is as it was. */
	function unfoldForPrint() {
		let folded = [];
		addEventListener("beforeprint", () => {
			folded = [...document.querySelectorAll("details:not([open])")];
			for (const details of folded) details.open = true;
		});
		addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
	}

	function start() {
		data = JSON.parse($("data").textContent);
		document.documentElement.classList.add("js");
		document.querySelectorAll(".filter").forEach(addCopy);
		buildTools();
		buildBrush();
		buildPicker();
		select();
		open(location.hash !== "");
		addEventListener("hashchange", () => open(true));
		unfoldForPrint();
		document.documentElement.dataset.ready = String(Math.round(performance.now()));
	}

	/* What can be read is painted first. */
	requestAnimationFrame(() => setTimeout(start, 0));
})();
