// The month slider: each move asks for the pictures of that month; the address follows.

import { asked, changed } from "/static/part.js";

const slider = document.getElementById("at");
const words = document.getElementById("month-words");
const chosen = document.getElementById("case");
const months = Object.entries(JSON.parse(slider.dataset.months));

function take() {
  const [month, name] = months[Number(slider.value)];
  words.textContent = name;
  slider.setAttribute("aria-valuetext", name);
  asked.options = { case: chosen.value, month };
  changed();
}

slider.addEventListener("input", take);
chosen.addEventListener("change", take);
