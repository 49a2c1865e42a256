// What if: each move of an assumption is answered with a draft, which is refined while nothing moves.

import { ask, carry, say } from "/static/app.js";
import { Refining, wordsOf } from "/static/refining.js";
import { dress, wire } from "/static/sliders.js";

const place = document.getElementById("what-if");
const form = document.getElementById("assumptions");
const crisis = place.dataset.crisis;
const mostShares = Number(place.dataset.mostShares);
const channel = Math.random().toString(36).slice(2, 14); // names this page, not a secret
const problem = document.getElementById("problem");
const quantities = [...form.querySelectorAll(".quantity")];

// --- what is asked -------------------------------------------------------------------------------------------------

function settings() {
  const set = {};
  for (const item of form.elements) {
    if (item.name?.startsWith("set.") && item.value.trim()) set[item.name.slice(4)] = item.value.trim();
  }
  return { set, policy: form.elements.policy?.value ?? null, seed: Number(form.elements.seed.value) };
}

function put(given) {
  for (const item of form.elements) {
    if (item.name?.startsWith("set.")) item.value = given.set[item.name.slice(4)] ?? "";
  }
  if (form.elements.policy) form.elements.policy.value = given.policy;
  quantities.forEach(dress);
}

// --- asking ----------------------------------------------------------------------------------------------------------

let asked = null;
let timer = 0;
const refining = new Refining({
  place,
  ask: (draws, signal) => {
    asked = settings();
    return ask(`/api/crises/${crisis}/what-if`, { ...asked, draws, channel, shows: true }, signal);
  },
  show,
  refuse,
  done: (data) => finish(data, asked),
});

function changed() {
  clearTimeout(timer);
  refining.changed();
}

function show(data) {
  clear();
  const open = document.getElementById("as-table")?.open;
  const focused = document.activeElement?.dataset?.drop;
  document.getElementById("answer").innerHTML = data.shown.answer;
  document.getElementById("changes").innerHTML = data.shown.changes;
  if (open) document.getElementById("as-table").open = true;
  if (focused) document.getElementById("changes").querySelector("a[data-drop], a")?.focus();
  document.getElementById("short").textContent = data.shown.headline;
  const count = data.changes.length;
  document.getElementById("count").textContent = `${count} assumption${count === 1 ? "" : "s"} changed`;
  history.replaceState(null, "", data.link);
  carry();
  document.dispatchEvent(new CustomEvent("shown", { detail: { draws: data.draws } }));
}

function finish(data, asked) {
  say(data.shown.headline);
  const count = data.changes.length;
  const card = document.getElementById("shares");
  if (count === 0) {
    card.innerHTML = '<h2 class="finding" id="t-why">What moved, and why</h2><p class="muted">Change an assumption, and its share of the difference stands here.</p>';
  } else if (count <= 3) {
    timer = setTimeout(() => split(asked), 250);
  } else if (count <= mostShares) {
    card.innerHTML = '<h2 class="finding" id="t-why">What moved, and why</h2><p><button type="button" class="btn">Split the difference among the changes</button></p>';
    card.querySelector("button").addEventListener("click", () => split(asked));
  } else {
    card.innerHTML = `<h2 class="finding" id="t-why">What moved, and why</h2><p class="muted">At most ${mostShares} changes are split.</p>`;
  }
}

async function split(asked) {
  try {
    const data = await ask(`/api/crises/${crisis}/what-if/shares`, asked);
    if (refining.idle) document.getElementById("shares").innerHTML = data.shown;
  } catch (error) {
    refuse(error);
  }
}

function refuse(error) {
  problem.textContent = wordsOf(error);
  problem.hidden = false;
  for (const row of quantities) {
    const field = row.querySelector(".entry input");
    if (error.at?.endsWith(row.dataset.path)) field.setAttribute("aria-invalid", "true");
  }
  refining.retry(error);
}

function clear() {
  problem.hidden = true;
  for (const field of form.querySelectorAll('[aria-invalid="true"]')) field.removeAttribute("aria-invalid");
}

// --- undo, redo, replay ---------------------------------------------------------------------------------------------

const past = [settings()];
let at = 0;
const undo = document.getElementById("undo");
const redo = document.getElementById("redo");
const replay = document.getElementById("replay");

function step() {
  const now = settings();
  if (JSON.stringify(now) !== JSON.stringify(past[at])) {
    past.splice(++at, past.length, now);
  }
  tools();
  changed();
}

function go(by) {
  if (past[at + by] === undefined) return;
  at += by;
  put(past[at]);
  tools();
  changed();
}

function tools() {
  undo.disabled = at === 0;
  replay.disabled = at === 0;
  redo.disabled = at === past.length - 1;
}

async function again() {
  if (at === 0) return;
  put(past[at - 1]);
  changed();
  const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 1000;
  await new Promise((done) => { document.addEventListener("shown", done, { once: true }); });
  setTimeout(() => { put(past[at]); changed(); }, pause);
}

undo.addEventListener("click", () => go(-1));
redo.addEventListener("click", () => go(1));
replay.addEventListener("click", again);
document.getElementById("reset").addEventListener("click", (event) => {
  event.preventDefault();
  put({ set: {}, policy: form.elements.policy?.options[0]?.value });
  step();
});
document.getElementById("copy").addEventListener("click", async () => {
  const link = new URL(document.getElementById("permalink").getAttribute("href"), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    say("The link is copied.");
  } catch {
    document.getElementById("permalink").focus();
  }
});

// --- controls -------------------------------------------------------------------------------------------------------

for (const row of quantities) wire(row, changed, step);

for (const item of form.querySelectorAll("select")) item.addEventListener("change", step);
form.addEventListener("submit", (event) => { event.preventDefault(); step(); });
document.getElementById("changes").addEventListener("click", (event) => {
  const button = event.target.closest("a[data-drop]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const field = form.elements[`set.${button.dataset.drop}`];
  if (field) field.value = "";
  quantities.forEach(dress);
  step();
});

// --- order: by question, or by how far each moves an attack -------------------------------------------------------------

const byQuestion = document.getElementById("by-question");
const byWeight = document.getElementById("by-weight");
const heaviest = document.getElementById("heaviest");
const homes = new Map(quantities.map((row) => [row, row.parentElement]));
let weights = null;

byWeight.addEventListener("click", async () => {
  byWeight.disabled = true;
  try {
    const policy = form.elements.policy?.value;
    weights ??= await (await fetch(`/api/crises/${crisis}/weights${policy ? `?policy=${encodeURIComponent(policy)}` : ""}`)).json();
    const rows = new Map(quantities.map((row) => [row.dataset.path, row]));
    for (const item of weights) {
      const row = rows.get(item.path);
      const words = row.querySelector(".weight");
      words.textContent = item.words;
      words.hidden = false;
      heaviest.append(row);
    }
    order(true);
  } catch (error) {
    refuse(error);
  }
  byWeight.disabled = false;
});
byQuestion.addEventListener("click", () => {
  for (const row of quantities) homes.get(row).append(row);
  order(false);
});

function order(weighed) {
  byWeight.setAttribute("aria-pressed", String(weighed));
  byQuestion.setAttribute("aria-pressed", String(!weighed));
  heaviest.hidden = !weighed;
  for (const group of form.querySelectorAll("details.question")) group.hidden = weighed;
}

const find = document.getElementById("find");
const groups = [...form.querySelectorAll("details.group")];
const opened = new Map(groups.map((group) => [group, group.open]));
find.addEventListener("input", () => {
  const words = find.value.trim().toLowerCase();
  for (const row of quantities) {
    const text = `${row.dataset.path} ${row.querySelector("label").textContent}`.toLowerCase();
    row.hidden = words !== "" && !text.includes(words);
  }
  for (const group of groups) {
    const some = group.querySelector(".quantity:not([hidden])") !== null;
    group.hidden = group === heaviest ? byWeight.ariaPressed !== "true" : !some;
    group.open = words === "" ? opened.get(group) : some;
  }
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=range]), select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    find.focus();
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    go(event.shiftKey ? 1 : -1);
  } else if (event.key.toLowerCase() === "r" && !typing && !event.ctrlKey && !event.metaKey) {
    again();
  }
});

quantities.forEach(dress);
tools();
changed(); // the page came as a draft
