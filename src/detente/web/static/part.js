// A part of a briefing: it comes as a draft, is refined while nothing changes, and asked anew when something does.

import { ask, carry, say } from "/static/app.js";
import { Refining, wordsOf } from "/static/refining.js";

const place = document.getElementById("part");
const channel = Math.random().toString(36).slice(2, 14); // names this page, not a secret
const problem = document.getElementById("problem");

/** What is asked: a what-if, and what the page asks beside it. */
export const asked = { ...JSON.parse(place.dataset.asked), options: JSON.parse(place.dataset.options) };

const refining = new Refining({
  place,
  ask: (draws, signal) => ask(place.dataset.address, { ...asked, draws, channel, shows: true }, signal),
  show,
  refuse,
});

/** Ask anew. */
export function changed() {
  refining.changed();
}

function show(data) {
  problem.hidden = true;
  const open = [...place.querySelectorAll("details[open][id]")].map((item) => item.id);
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const again = focused?.id ? `#${CSS.escape(focused.id)}` : focused?.dataset?.drop ? ".given a" : focused?.getAttribute("href") ? `a[aria-label="${CSS.escape(focused.getAttribute("aria-label") ?? "")}"]` : null;
  place.innerHTML = data.shown;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (again) place.querySelector(again)?.focus();
  history.replaceState(null, "", data.link);
  carry();
  if (!data.draft) say(data.finding);
  document.dispatchEvent(new CustomEvent("shown", { detail: { draws: data.draws } }));
}

function refuse(error) {
  problem.textContent = wordsOf(error);
  problem.hidden = false;
  refining.retry(error);
}

place.addEventListener("click", (event) => {
  const button = event.target.closest("a[data-drop]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  delete asked.set[button.dataset.drop];
  document.dispatchEvent(new CustomEvent("dropped", { detail: button.dataset.drop }));
  changed();
});

refining.refine(1); // the page came as a draft
