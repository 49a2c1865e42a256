// Jobs, on any page: what has data-job is followed by server-sent events, also past a restart of the server; a form with the
// class job-form queues a job without leaving the page, into the place that its data-into names.

import { ask, say } from "/static/app.js";

const csrf = () => document.querySelector('meta[name="csrf"]').content;
const AGAIN = 1500;

/** Follow a job in its place until it has ended; of one that was just queued, show the result even if it is there already. */
export function follow(place, { fresh = false } = {}) {
  if (fresh && place.dataset.status === "done") return void result(place);
  if (["done", "failed", "cancelled"].includes(place.dataset.status)) return;
  const away = place.querySelector(".job-away");
  const cancel = place.querySelector("form");
  cancel?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await fetch(`/api/jobs/${place.dataset.job}`, { method: "DELETE", headers: { "x-csrf-token": csrf() } });
    } catch {
      away.hidden = false;
    }
  });
  let source = null;
  const hear = (event) => {
    away.hidden = true;
    place.dataset.after = event.lastEventId;
    const news = JSON.parse(event.data);
    show(place, news);
    if (!news.ended) return;
    source.close();
    cancel?.remove();
    if (news.status === "done") result(place);
  };
  const open = () => {
    source = new EventSource(`/api/jobs/${place.dataset.job}/events?after=${place.dataset.after}`);
    for (const kind of ["queued", "started", "progress", "left", "done", "failed", "cancelled"]) source.addEventListener(kind, hear);
    source.addEventListener("open", () => { away.hidden = true; });
    source.addEventListener("error", () => {
      away.hidden = false;
      if (source.readyState !== EventSource.CLOSED) return; // the browser itself tries again
      setTimeout(open, AGAIN);
    });
  };
  open();
  addEventListener("pagehide", () => source.close(), { once: true });
}

function show(place, news) {
  const bar = place.querySelector("progress");
  const words = place.querySelector(".job-words");
  if (place.dataset.status !== news.status) say(`${place.querySelector("h2").textContent}: ${news.words}`);
  place.dataset.status = news.status;
  words.textContent = news.words;
  if (news.status === "running" && news.whole > 0) {
    bar.max = news.whole;
    bar.value = news.done;
  } else if (news.status === "running") {
    bar.removeAttribute("value");
  }
}

async function result(place) {
  const answer = await fetch(`/${place.dataset.crisis}/jobs/${place.dataset.job}/result`);
  if (answer.ok) place.querySelector(".job-result").innerHTML = await answer.text();
}

for (const place of document.querySelectorAll("[data-job]")) follow(place);

for (const form of document.querySelectorAll(".job-form")) {
  const problem = form.querySelector(".job-problem");
  let command = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    command ||= Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const data = new FormData(form, event.submitter);
    const asked = { command, set: {}, work: data.get("work"), seed: Number(data.get("seed")), policy: data.get("policy") || null };
    if (data.get("draws")) asked.draws = Number(data.get("draws"));
    for (const [name, value] of data) if (name.startsWith("set.")) asked.set[name.slice(4)] = value;
    try {
      const job = await ask(`/api/crises/${form.dataset.crisis}/jobs`, asked);
      const part = await fetch(`/${form.dataset.crisis}/jobs/${job.id}/panel`);
      document.getElementById("no-jobs")?.remove();
      document.getElementById(form.dataset.into).insertAdjacentHTML("afterbegin", await part.text());
      follow(document.querySelector(`[data-job="${job.id}"]`), { fresh: true });
      problem.hidden = true;
      command = ""; // the next one is another job
    } catch (error) {
      problem.textContent = error.code ? `${error.message}. ${error.fix}.` : "The workbench does not answer; press the button again when it is back: it is still one job.";
      problem.hidden = false;
    }
  });
}
