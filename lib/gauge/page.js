// SPDX-License-Identifier: GPL-2.0-or-later
// Shows each event as it comes.  Every event is the whole picture, so nothing
// is kept here.  Names are strangers' words: they are set as text, never as
// HTML.
"use strict";

const $ = id => document.getElementById(id);

function size(n) {
	const units = ["", "K", "M", "G", "T"];
	let u = 0;
	while (n >= 1024 && u < units.length - 1) {
		n /= 1024;
		u++;
	}
	return (u && n < 10 ? n.toFixed(1) : Math.round(n)) + units[u];
}

function time(s) {
	const two = n => String(n).padStart(2, "0");
	s = Math.max(0, Math.round(s));
	const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
	return (h ? h + ":" + two(m) : m) + ":" + two(s % 60);
}

const count = n => n.toLocaleString("en");

function cell(text, className) {
	const td = document.createElement("td");
	td.textContent = text;
	if (className)
		td.className = className;
	return td;
}

function row(...cells) {
	const tr = document.createElement("tr");
	tr.append(...cells);
	return tr;
}

function fact(name, value, className) {
	const div = document.createElement("div");
	const dt = document.createElement("dt"), dd = document.createElement("dd");
	dt.textContent = name;
	dd.textContent = value;
	if (className)
		dd.className = className;
	div.append(dt, dd);
	return div;
}

function facts(r) {
	const all = [];
	const of = r.total ? " of " + count(r.total) +
		(r.total_state === "counting" ? "+" : "") : "";
	all.push(fact("documents", count(r.documents) + of));
	all.push(fact("bytes", size(r.bytes) +
		(r.total_bytes ? " of " + size(r.total_bytes) : "")));
	all.push(fact("per second", count(r.per_s) + " (" +
		size(r.bytes_per_s) + "B)"));
	all.push(fact("for", time(r.elapsed_ms / 1000)));
	if (r.eta_s !== undefined)
		all.push(fact("left, about", time(r.eta_s)));
	all.push(fact("errors", count(r.errors), r.errors ? "bad" : ""));
	all.push(fact("partial", count(r.partial), r.partial ? "warn" : ""));
	all.push(fact("infected", count(r.infected), r.infected ? "bad" : ""));
	return all;
}

function stage(s) {
	const state = s.state !== "running" ? s.state :
		s.blocked ? "waits for the next" :
		s.held || s.busy ? "working" : "idle";
	return row(cell(s.stage),
		cell(state, s.state === "lost" ? "word bad" : "word"),
		cell(count(s.in)), cell(count(s.out)), cell(count(s.per_s)),
		cell(size(s.out_bytes)), cell(count(s.partial)),
		cell(count(s.skipped)),
		cell(count(s.error), s.error ? "bad" : ""),
		cell(s.busy), cell(s.held));
}

// How it stands, in words, and in the colour that goes with them.
function standing(r) {
	if (r.state === "done")
		return ["done, exit status " + r.status,
			["done", "warn"][r.status] || "bad"];
	if (r.state === "lost")
		return ["killed", "bad"];
	return ["running" + (r.percent === undefined ? "" :
		", " + r.percent + " %"), "running"];
}

function show(r) {
	const [words, colour] = standing(r);
	$("run").textContent = r.run || "";
	$("state").textContent = words;
	$("state").className = colour;
	document.title = (r.percent === undefined ? "" : r.percent + "% ") +
		"docpipe " + (r.run || "");
	$("bar").className = r.percent === undefined ? "unknown" : colour;
	$("bar").setAttribute("aria-valuenow", r.percent || 0);
	$("bar").firstElementChild.style.width = (r.percent || 0) + "%";
	$("facts").replaceChildren(...facts(r));
	$("stages").replaceChildren(...r.stages.map(stage));
	$("nostages").hidden = r.stages.length > 0;
	$("work").replaceChildren(...r.work.map(w =>
		row(cell(w.stage), cell(time(w.ms / 1000), w.stuck ? "bad" : ""),
			cell(w.name, "name"))));
	$("now").hidden = r.work.length === 0;
	document.querySelector("main").hidden = false;
	if (r.state !== "running")
		events.close();
}

const events = new EventSource("/events");
events.onmessage = e => show(JSON.parse(e.data));
events.onerror = () => {
	if (!document.querySelector("main").hidden)
		$("state").textContent = "the connection is lost";
	$("state").className = "lost";
};
