// A page of a session: it follows by server-sent events, takes over what has changed without touching what is typed, and sends its forms.
// What is typed stays in the browser until it is committed, also over a reload or a restart of the server.

import { say } from "/static/app.js";

const page = document.body;
const { room, who } = page.dataset;
const problem = document.getElementById("problem");
const conn = document.getElementById("conn");
const AGAIN = 1500;
const key = (form, name) => `detente/${room}/${who}/${form.dataset.form}/${name}`;
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const typed = (form) => [...form.elements].filter((item) => item.name && item.type !== "hidden" && item.tagName !== "BUTTON");

// --- what is typed ---------------------------------------------------------------------------------------------------

function keep(item) {
  const form = item.form;
  if (!form?.dataset.form || !item.name || item.type === "hidden") return;
  const place = key(form, item.name);
  try {
    if (item.type === "checkbox") sessionStorage.setItem(`${place}=${item.value}`, item.checked ? "1" : "");
    else if (item.type !== "radio" || item.checked) sessionStorage.setItem(place, item.value);
  } catch { /* a browser that keeps nothing */ }
}

function restore(within) {
  for (const form of within.querySelectorAll("form[data-form]")) {
    for (const item of typed(form)) {
      let kept = null;
      try { kept = sessionStorage.getItem(item.type === "checkbox" ? `${key(form, item.name)}=${item.value}` : key(form, item.name)); } catch { /* as above */ }
      if (kept === null) continue;
      if (item.type === "radio") item.checked = item.value === kept;
      else if (item.type === "checkbox") item.checked = kept === "1";
      else if (item.tagName !== "SELECT" || [...item.options].some((option) => option.value === kept)) item.value = kept;
    }
  }
}

function forget(form) {
  for (const item of typed(form)) {
    try {
      sessionStorage.removeItem(key(form, item.name));
      sessionStorage.removeItem(`${key(form, item.name)}=${item.value}`);
    } catch { /* as above */ }
  }
  const to = form.elements.to;
  const kept = to && to.tagName === "SELECT" ? to.value : null;
  form.reset();
  if (kept !== null) to.value = kept; // the next message goes the same way
  delete form.dataset.command;
}

document.addEventListener("input", (event) => {
  if (event.target.form) delete event.target.form.dataset.command; // another text is another command
  keep(event.target);
});
document.addEventListener("change", (event) => keep(event.target));

// --- what has changed ------------------------------------------------------------------------------------------------

const plain = (node, name) => node.innerHTML.replaceAll(name, ""); // the name of a view stands in every form
const sources = new Map([...document.querySelectorAll("[data-live]")].map((node) => [node.dataset.live, plain(node, page.dataset.seen)]));
let fetching = null;

async function refresh() {
  if (fetching) { fetching.again = true; return fetching.done; }
  fetching = { again: false };
  fetching.done = (async () => {
    do {
      fetching.again = false;
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } while (fetching.again);
  })();
  try { await fetching.done; } finally { fetching = null; }
}

function take(other) {
  const seen = other.body.dataset.seen;
  grow(other, seen);
  for (const next of other.querySelectorAll("[data-live]")) {
    const old = document.querySelector(`[data-live="${next.dataset.live}"]`);
    const now = plain(next, seen);
    if (!old || sources.get(next.dataset.live) === now) continue;
    sources.set(next.dataset.live, now);
    swap(old, next);
  }
  Object.assign(page.dataset, { seen, now: other.body.dataset.now, ends: other.body.dataset.ends });
  for (const item of document.querySelectorAll('input[name="seen"]')) item.value = seen;
  setClock();
  document.dispatchEvent(new Event("taken"));
}

function grow(other, seen) { // parts that come and go as wholes
  for (const next of other.querySelectorAll("[data-grow]")) {
    const old = document.querySelector(`[data-grow="${next.dataset.grow}"]`);
    if (!old) continue;
    const there = new Set([...next.children].map((item) => item.id));
    for (const item of [...old.children]) {
      if (there.has(item.id)) continue;
      for (const live of item.querySelectorAll("[data-live]")) sources.delete(live.dataset.live);
      item.remove();
    }
    for (const item of next.children) {
      if (document.getElementById(item.id)) continue;
      const copy = old.appendChild(document.importNode(item, true));
      restore(copy);
      for (const live of copy.querySelectorAll("[data-live]")) {
        sources.set(live.dataset.live, plain(live, seen));
        if (Number(live.dataset.count)) mark(live, Number(live.dataset.count));
      }
    }
  }
}

function swap(old, next) {
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const again = focus && { form: focus.form?.dataset.form, name: focus.name, value: focus.type === "radio" ? focus.value : null, from: focus.selectionStart, to: focus.selectionEnd };
  const open = new Map([...old.querySelectorAll("details")].map((item) => [item.dataset.key || item.querySelector("summary").textContent, item.open]));
  const thread = old.querySelector(".thread");
  const grew = Number(next.dataset.count || 0) - Number(old.dataset.count || 0);
  old.innerHTML = next.innerHTML;
  restore(old);
  for (const item of old.querySelectorAll("details")) {
    const name = item.dataset.key || item.querySelector("summary").textContent;
    if (open.has(name)) item.open = open.get(name);
  }
  if (thread) scrollDown(old);
  if (again?.name) {
    const item = [...old.querySelectorAll("form[data-form] [name]")].find((one) => one.form.dataset.form === again.form && one.name === again.name && (again.value === null || one.value === again.value));
    item?.focus({ preventScroll: true });
    if (item && again.from !== undefined && again.from !== null) try { item.setSelectionRange(again.from, again.to); } catch { /* a field without a cursor */ }
  }
  if (next.dataset.say && next.dataset.say !== old.dataset.say) say(next.dataset.say);
  if (grew > 0) mark(old, grew);
  for (const name of ["say", "count"]) if (next.dataset[name] !== undefined) old.dataset[name] = next.dataset[name];
}

function scrollDown(within) {
  for (const list of within.querySelectorAll(".thread")) list.scrollTop = list.scrollHeight;
}

// --- sending ---------------------------------------------------------------------------------------------------------

function tell(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  form.dataset.command ||= fresh();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  body.set("id", form.dataset.command);
  const links = form.dataset.form.startsWith("relink-");
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { accept: links ? "text/html" : "application/json" }, body });
    if (!answer.ok) {
      const { error } = await answer.json();
      delete form.dataset.command;
      tell(`${error.message}. ${error.fix}.`);
    } else {
      tell("");
      forget(form);
    }
    await refresh();
  } catch {
    tell("Not sent: the server does not answer. What you wrote is kept here; press the button again when it is back, it is done once.");
  } finally {
    delete form.dataset.busy;
  }
});

// --- following -------------------------------------------------------------------------------------------------------

let source = null;
let since = null;

function link(on) {
  conn.classList.toggle("off", !on);
  if (on) { since = null; conn.textContent = "connected"; return; }
  since ??= new Date();
  conn.textContent = `not connected since ${since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}; your text is kept`;
}

function follow() {
  source = new EventSource(`${page.dataset.events}?after=${page.dataset.seen}`);
  source.addEventListener("open", () => link(true));
  source.addEventListener("changed", () => { link(true); refresh().catch(() => link(false)); });
  source.addEventListener("windows", (event) => {
    const line = document.getElementById("windows");
    if (line) line.hidden = !JSON.parse(event.data).newer;
  });
  source.addEventListener("ended", () => { source.close(); conn.classList.add("off"); conn.textContent = "this link was ended by control"; });
  source.addEventListener("error", () => {
    link(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN); // else the browser itself tries again
  });
}
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) follow(); });

// --- the clock: the server's -----------------------------------------------------------------------------------------

const timer = document.getElementById("timer");
let offset = 0;
let said = new Set();

function setClock() {
  offset = Date.parse(page.dataset.now) - Date.now();
  if (timer.dataset.ends !== page.dataset.ends) { said = new Set(); timer.dataset.ends = page.dataset.ends; }
  showClock();
}

function showClock() {
  const ends = Date.parse(page.dataset.ends);
  timer.hidden = Number.isNaN(ends);
  if (timer.hidden) return;
  const left = Math.max(0, Math.round((ends - Date.now() - offset) / 1000));
  timer.textContent = `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
  timer.classList.toggle("low", left <= 60);
  for (const mark of [60, 15]) {
    if (left > mark || left < mark - 5 || said.has(mark)) continue;
    said.add(mark);
    say(`${mark} seconds left`);
  }
}

// --- tabs of a phone -------------------------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll("[data-tab]")];

function show(name) {
  for (const tab of tabs) {
    const on = tab.dataset.tab === name;
    tab.setAttribute("aria-current", String(on));
    document.getElementById(tab.dataset.tab).classList.toggle("on", on);
    if (on) { const badge = tab.querySelector(".unread"); badge.hidden = true; badge.textContent = ""; }
  }
  scrollDown(document);
}

function mark(node, more) {
  const part = node.closest("section")?.id;
  const tab = tabs.find((item) => item.dataset.tab === part);
  if (!tab || tab.getAttribute("aria-current") === "true") return;
  const badge = tab.querySelector(".unread");
  badge.textContent = String(Number(badge.textContent || 0) + more);
  badge.hidden = false;
}

if (tabs.length > 0) {
  page.classList.add("tabs-on");
  for (const tab of tabs) tab.addEventListener("click", () => { show(tab.dataset.tab); scrollTo(0, 0); });
  show(["orders", "talk", "brief", "beliefs", "news"].includes(location.hash.slice(1)) ? location.hash.slice(1) : "orders");
}

restore(document);
scrollDown(document);
setClock();
setInterval(showClock, 500);
follow();
