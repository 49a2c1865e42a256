// A part of a briefing: it comes as a draft, is refined while nothing changes, and asked anew when something does.

import { ask, carry, say } from "/static/app.js";

const place = document.getElementById("part");
const steps = place.dataset.steps.split(" ").map(Number);
const channel = Math.random().toString(36).slice(2, 14); // names this page, not a secret
const problem = document.getElementById("problem");

/** What is asked: a what-if, and what the page asks beside it. */
export const asked = { ...JSON.parse(place.dataset.asked), options: JSON.parse(place.dataset.options) };

let running = null; // {draws, controller}
let wanted = false;

/** Ask anew: a draft is let through, a refinement is given up. */
export function changed() {
  wanted = true;
  if (running === null) refine(0);
  else if (running.draws > steps[0]) running.controller.abort();
}

async function refine(first) {
  place.classList.add("busy");
  let step = first;
  while (step < steps.length) {
    wanted = false;
    const controller = new AbortController();
    running = { draws: steps[step], controller };
    try {
      const data = await ask(place.dataset.address, { ...asked, draws: steps[step], channel, shows: true }, controller.signal);
      if (!wanted || step === 0) show(data);
      step = wanted ? 0 : step + 1;
    } catch (error) {
      if (error.name !== "AbortError" && error.code !== "request-superseded") {
        refuse(error);
        if (!wanted) break;
      }
      step = 0;
    }
  }
  running = null;
  place.classList.remove("busy");
  if (wanted) refine(0);
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
  problem.textContent = error.code ? `${error.message}. ${error.fix}.` : "The workbench does not answer; what you changed is kept, and goes when it is back.";
  problem.hidden = false;
  if (!error.code) setTimeout(() => running === null && changed(), 2000);
}

place.addEventListener("click", (event) => {
  const button = event.target.closest("a[data-drop]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  delete asked.set[button.dataset.drop];
  document.dispatchEvent(new CustomEvent("dropped", { detail: button.dataset.drop }));
  changed();
});

refine(1); // the page came as a draft
