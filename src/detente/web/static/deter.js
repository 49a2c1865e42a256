// The judged ranges and what moves are compared with: each change asks for the part anew.

import { asked, changed } from "/static/part.js";
import { dress, wire } from "/static/sliders.js";

const form = document.getElementById("judged");
const rows = [...form.querySelectorAll(".quantity")];

function take() {
  for (const row of rows) {
    const value = row.querySelector(".entry input").value.trim();
    if (value === "") delete asked.set[row.dataset.path];
    else asked.set[row.dataset.path] = value;
  }
  if (form.elements.policy) asked.policy = form.elements.policy.value;
  changed();
}

for (const row of rows) {
  wire(row, take, take);
  dress(row);
}
form.elements.policy?.addEventListener("change", take);
form.addEventListener("submit", (event) => { event.preventDefault(); take(); });
document.addEventListener("dropped", (event) => {
  const row = rows.find((item) => item.dataset.path === event.detail);
  if (!row) return;
  row.querySelector(".entry input").value = "";
  dress(row);
});
