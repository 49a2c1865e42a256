// Watch: a slider goes through the days, a file fills the field of the table, and the draft is refined.

import { say } from "/static/app.js";

/** Let the slider of the days show one day at a time, at first the one that is shown already. */
function arrange(place) {
  const days = [...document.querySelectorAll("details.day")];
  const slider = document.getElementById("day");
  if (!slider || days.length < 2) return;
  const choose = (number) => {
    days.forEach((day, other) => { day.open = other === number; day.hidden = other !== number; });
    document.getElementById("which").textContent = days[number].dataset.title;
    slider.setAttribute("aria-valuetext", days[number].dataset.title);
  };
  slider.addEventListener("input", () => choose(Number(slider.value)));
  slider.value = Math.min(place ?? days.length - 1, days.length - 1);
  choose(Number(slider.value));
}

arrange();

for (const field of document.querySelectorAll('input[type="file"][data-into]')) {
  field.addEventListener("change", async () => {
    const [file] = field.files;
    const problem = document.getElementById(`${field.id}-problem`);
    problem.textContent = "";
    if (!file) return;
    if (file.size > Number(field.dataset.most)) {
      problem.textContent = `${file.name} has ${file.size.toLocaleString("en")} bytes; send at most ${Number(field.dataset.most).toLocaleString("en")}, or use detente watch.`;
      field.value = "";
      return;
    }
    document.getElementById(field.dataset.into).value = await file.text();
  });
}

async function refine() {
  const status = document.getElementById("status");
  if (Number(status.dataset.draws) >= Number(status.dataset.finer)) return;
  const address = new URL(location.href);
  address.searchParams.set("draws", status.dataset.finer);
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (document.querySelector("#film:focus-within")) return; // somebody reads here
    const place = Number(document.getElementById("day")?.value);
    const parts = ["h1", "#status", "#film", "#signs", "#made-from"].map((name) => [document.querySelector(name), page.querySelector(name)]);
    for (const [now, finer] of parts) if (now && finer) now.replaceWith(document.adoptNode(finer));
    for (const item of document.querySelectorAll("#film .js")) item.hidden = false;
    arrange(place);
    say(document.querySelector("h1").textContent);
  } catch { /* the draft stands */ }
}

if (location.pathname.endsWith("/watch")) setTimeout(refine, 400);
