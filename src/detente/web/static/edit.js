// Edit: forms and sheets are sent as they are left, what stands beside them follows, and nothing that was typed is lost.

import { say } from "/static/app.js";

const place = document.getElementById("edit");
const paneHome = document.getElementById("pane-place");
const besideHome = document.getElementById("beside-place");
const lost = document.getElementById("lost");
const draft = place.dataset.draft;
const csrf = document.querySelector('meta[name="csrf"]').content;
const typedKey = `detente-typed-${draft}`;
const channel = Math.random().toString(36).slice(2, 14); // names this page, not a secret
const unsentKey = `detente-unsent-${draft}`;

const pane = () => document.getElementById("pane");
const version = () => Number(pane().dataset.version);

// --- what is kept in the browser: what was typed and not sent, by field ---------------------------------------------------

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
}

function write(key, value) {
  try {
    if (Object.keys(value).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch { /* a browser that keeps nothing */ }
}

function nameOf(field) {
  const home = field.form?.closest("#beside") ? "beside" : pane().dataset.part;
  return `${home}|${pane().dataset.entry}|${field.form?.dataset.name ?? field.form?.getAttribute("action")}|${field.name}`;
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.form?.classList.contains("live") || !field.name || field.type === "hidden") return;
  const typed = read(typedKey);
  typed[nameOf(field)] = field.value;
  write(typedKey, typed);
  field.form.classList.add("dirty");
});

function restore() {
  const typed = read(typedKey);
  for (const form of document.querySelectorAll("form.live")) {
    for (const field of form.elements) {
      const kept = field.name && field.type !== "hidden" ? typed[nameOf(field)] : undefined;
      if (kept !== undefined && kept !== field.value) {
        field.value = kept;
        form.classList.add("dirty");
      }
    }
  }
}

function forget(form) {
  const typed = read(typedKey);
  for (const field of form.elements) if (field.name) delete typed[nameOf(field)];
  write(typedKey, typed);
}

// --- the line: what cannot be sent waits, and goes when the server is back --------------------------------------------------

let waiting = [];

function away(again) {
  lost.textContent = "The workbench does not answer. What you typed is kept here and goes when it is back.";
  lost.hidden = false;
  waiting.push(again);
  if (waiting.length === 1) setTimeout(retry, 1500);
}

async function retry() {
  const all = waiting;
  waiting = [];
  for (const again of all) await again();
  if (waiting.length === 0) {
    lost.hidden = true;
    say("The workbench is back; everything is sent.");
  }
}

// --- one side of the page for another ----------------------------------------------------------------------------------

function swap(home, html) {
  const focused = document.activeElement;
  const inside = home.contains(focused);
  const id = focused?.id;
  const at = focused?.dataset?.at;
  home.innerHTML = html;
  for (const item of home.querySelectorAll(".js")) item.hidden = false;
  for (const item of home.querySelectorAll(".nojs")) item.hidden = true;
  if (inside) {
    const next = at ? [...home.querySelectorAll(".cell")].find((cell) => cell.dataset.at === at) : document.getElementById(id);
    next?.focus({ preventScroll: true });
  }
  restore();
  walkable();
}

let besideAsked = null;

async function refreshBeside() {
  besideAsked?.abort();
  const controller = new AbortController();
  besideAsked = controller;
  besideHome.classList.add("busy");
  try {
    const address = new URL(location.href);
    address.searchParams.set("piece", "beside");
    address.searchParams.set("channel", channel);
    const answer = await fetch(address, { signal: controller.signal });
    if (answer.ok && !besideHome.querySelector("form.dirty")) swap(besideHome, await answer.text());
    besideHome.classList.remove("busy");
    const words = document.getElementById("checks-words");
    if (words) say(words.textContent.trim());
    document.dispatchEvent(new CustomEvent("checked"));
  } catch (error) {
    if (error.name !== "AbortError") setTimeout(refreshBeside, 2000);
  }
}

async function refreshPane() {
  const address = new URL(location.href);
  address.searchParams.set("piece", "pane");
  const answer = await fetch(address);
  if (answer.ok) swap(paneHome, await answer.text());
}

// --- forms ---------------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !place.contains(form)) return;
  event.preventDefault();
  send(form, event.submitter);
});

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  const address = new URL(form.action, location.href);
  address.searchParams.set("piece", "pane");
  if (button) button.disabled = true;
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "x-csrf-token": csrf } });
    const html = await answer.text();
    if (answer.status < 500 && html.includes('id="pane"')) {
      if (answer.ok) {
        forget(form);
        form.classList.remove("dirty");
        const next = new URL(answer.url);
        next.searchParams.delete("piece");
        if (answer.redirected) history.replaceState(null, "", next);
      }
      swap(paneHome, html);
      document.getElementById("problem")?.focus();
      if (document.getElementById("saved")) say(document.getElementById("saved").textContent.trim());
      refreshBeside();
    } else {
      lost.textContent = html.includes("<h1") ? new DOMParser().parseFromString(html, "text/html").querySelector("h1").textContent : "This cannot be done.";
      lost.hidden = false;
    }
  } catch {
    away(() => send(form, button));
  }
  if (button?.isConnected) button.disabled = false;
}

// --- sheets: arrows walk, Enter edits, Escape leaves -------------------------------------------------------------------

function walkable() {
  const first = document.querySelector(".sheet .cell");
  if (first && !document.querySelector('.sheet .cell[tabindex="0"]')) first.tabIndex = 0;
  const unsent = read(unsentKey);
  for (const cell of document.querySelectorAll(".sheet .cell")) {
    if (unsent[cell.dataset.at]) {
      cell.textContent = unsent[cell.dataset.at].shown;
      cell.classList.add("late");
    }
    cell.setAttribute("aria-label", `${cell.dataset.name}: ${cell.textContent || "empty"}`);
  }
}

function step(cell, by) {
  const td = cell.closest("td");
  const row = td.parentElement;
  const column = [...row.cells].indexOf(td);
  const to = {
    ArrowRight: () => row.cells[column + 1],
    ArrowLeft: () => row.cells[column - 1],
    ArrowDown: () => row.nextElementSibling?.cells[column],
    ArrowUp: () => row.previousElementSibling?.cells[column],
    Home: () => row.cells[1],
    End: () => row.cells[row.cells.length - 1],
  }[by]?.();
  const next = to?.querySelector(".cell");
  if (!next) return;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

document.addEventListener("keydown", (event) => {
  const cell = event.target;
  if (cell.classList?.contains("cell")) {
    if (/^(Arrow|Home|End)/.test(event.key)) {
      event.preventDefault();
      step(cell, event.key);
    }
    return;
  }
  const typing = cell.matches?.("input, textarea, select");
  if (!typing && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    document.getElementById(event.shiftKey ? "redo" : "undo")?.click();
  }
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.(".cell");
  if (cell) open(cell);
});

function open(cell, text = cell.textContent) {
  const td = cell.parentElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.rows = Math.max(1, Math.ceil(text.length / 28));
  field.setAttribute("aria-label", cell.dataset.name);
  if (cell.dataset.choices) field.title = `One of: ${cell.dataset.choices}`;
  cell.hidden = true;
  td.append(field);
  field.focus();
  field.select();
  let left = false;
  const leave = (keeps) => {
    if (left) return;
    left = true;
    const changed = keeps && field.value !== cell.textContent;
    field.remove();
    cell.hidden = false;
    if (document.activeElement === document.body) cell.focus();
    if (changed) set(cell, field.value);
  };
  field.addEventListener("keydown", (press) => {
    if (press.key === "Enter" && !press.shiftKey) { press.preventDefault(); leave(true); }
    else if (press.key === "Escape") { press.preventDefault(); leave(false); }
    else if (press.key === "Tab") leave(true);
  });
  field.addEventListener("blur", () => leave(true));
}

function set(cell, shown, base = version()) {
  const was = cell.textContent;
  cell.textContent = shown;
  cell.classList.add("late");
  cell.parentElement.querySelector(".problem")?.remove();
  const unsent = read(unsentKey);
  unsent[cell.dataset.at] = { shown, base, was, command: crypto.randomUUID?.() ?? String(Math.random()).slice(2) };
  write(unsentKey, unsent);
  return put(cell.dataset.at);
}

async function put(at) {
  const given = read(unsentKey)[at];
  if (!given) return;
  const cell = () => [...document.querySelectorAll(".cell")].find((item) => item.dataset.at === at);
  try {
    const answer = await fetch(`/api/drafts/${draft}`, {
      method: "PATCH",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify({ base: given.base, at: JSON.parse(at), shown: given.shown, command: given.command }),
    });
    const data = await answer.json();
    drop(at);
    if (answer.ok) {
      await refreshPane();
      refreshBeside();
    } else {
      refuse(cell(), data, given);
    }
  } catch {
    away(() => put(at));
  }
}

function drop(at) {
  const unsent = read(unsentKey);
  delete unsent[at];
  write(unsentKey, unsent);
}

function refuse(cell, data, given) {
  if (!cell) return;
  cell.classList.remove("late");
  cell.classList.add("bad");
  const words = document.createElement("div");
  words.className = "problem";
  words.setAttribute("role", "alert");
  if (data.theirs === undefined) {
    words.textContent = `${data.error.message}. ${data.error.fix}. [${data.error.code}]`;
    words.append(button("Type it again", () => { words.remove(); cell.classList.remove("bad"); cell.textContent = given.was; open(cell, given.shown); }));
    words.append(button("Leave it as it was", () => { words.remove(); cell.classList.remove("bad"); cell.textContent = given.was; cell.focus(); }));
  } else {
    words.textContent = `Changed elsewhere: it is now ${JSON.stringify(data.theirs)}; yours is ${JSON.stringify(data.yours)}. `;
    words.append(button("Keep theirs", () => refreshPane()));
    words.append(button("Use yours", () => { cell.classList.remove("bad"); set(cell, given.shown, data.version); }));
  }
  cell.parentElement.append(words);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

restore();
walkable();
for (const at of Object.keys(read(unsentKey))) put(at);
