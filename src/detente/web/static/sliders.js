// Sliders of assumptions: a range until it is touched; arrows move it by 1%, Page keys by 10%, Delete lets it vary again.
// A range is shifted or narrowed by three more: its two ends, and both together.

/** Mark a row whose assumption is set, and one that holds a range. */
function mark(row, value) {
  row.classList.toggle("set", value !== "");
  row.classList.toggle("ranged", value.includes(".."));
}

/** Show what the field of an assumption says on its slider. */
export function dress(row) {
  const field = row.querySelector(".entry input");
  const slider = row.querySelector('input[type="range"]');
  const value = field.value.trim();
  const number = Number(value);
  mark(row, value);
  slider.value = value === "" || Number.isNaN(number) ? row.dataset.reference : number;
  slider.setAttribute("aria-valuetext", value === "" ? `varies, filed ${row.dataset.reference}` : value);
  if (value.includes("..")) {
    const [low, high] = value.split("..").map(Number);
    slider.value = (low + high) / 2;
  }
  const ends = row.querySelectorAll(".reach input");
  if (ends.length > 0) place(ends, value, slider);
}

/** Set the sliders of the ends, and of both together, to what the field says; a pinned value has both ends. */
function place([from, to, both], value, slider) {
  const [low, high] = value === "" ? [slider.min, slider.max] : value.includes("..") ? value.split("..") : [value, value];
  from.value = low;
  to.value = high;
  both.value = (Number(low) + Number(high)) / 2;
}

/** Let an assumption vary again. */
function vary(row, settled) {
  row.querySelector(".entry input").value = "";
  dress(row);
  settled();
}

/** Let arrows move a slider by 1% of its range and Page keys by 10%; Delete lets the assumption vary again. */
function step(row, slider, settled) {
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 0.01, ArrowUp: 0.01, ArrowLeft: -0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      slider.value = Number(slider.value) + by * (slider.max - slider.min);
      slider.dispatchEvent(new Event("input"));
      slider.dispatchEvent(new Event("change"));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      vary(row, settled);
    }
  });
}

/** Make the sliders that shift or narrow a range, when they are first asked for. */
function narrow(row, slider, write, settled) {
  const part = row.querySelector(".reach");
  part.addEventListener("toggle", () => {
    const ends = ["From", "To", "Both together"].map((words) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "range", min: slider.min, max: slider.max, step: "any" });
      input.setAttribute("aria-label", `${slider.getAttribute("aria-label")}: ${words.toLowerCase()}`);
      label.append(words, input);
      part.append(label);
      return input;
    });
    const [from, to, both] = ends;
    place(ends, row.querySelector(".entry input").value.trim(), slider);
    for (const input of ends) {
      input.addEventListener("input", () => {
        if (input === both) {
          const half = (to.value - from.value) / 2;
          const middle = Math.min(Math.max(Number(both.value), Number(slider.min) + half), slider.max - half);
          [from.value, to.value] = [middle - half, middle + half];
        } else if (Number(from.value) > Number(to.value)) {
          (input === from ? to : from).value = input.value;
        }
        both.value = (Number(from.value) + Number(to.value)) / 2;
        write(Number(from.value), Number(to.value));
      });
      input.addEventListener("change", settled);
      step(row, input, settled);
    }
  }, { once: true });
}

/** Make a slider work: moved is called while it moves, settled when it was let go. */
export function wire(row, moved, settled) {
  const field = row.querySelector(".entry input");
  const slider = row.querySelector('input[type="range"]');
  const width = slider.max - slider.min;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(width)));
  const short = (number) => String(Number(Number(number).toFixed(Math.min(digits, 12))));
  const write = (text) => {
    field.value = text;
    mark(row, text);
    slider.setAttribute("aria-valuetext", text);
    moved();
  };
  slider.addEventListener("input", () => {
    const ends = row.querySelectorAll(".reach input");
    if (ends.length > 0) place(ends, slider.value, slider);
    write(short(slider.value));
  });
  slider.addEventListener("change", settled);
  step(row, slider, settled);
  narrow(row, slider, (low, high) => {
    slider.value = (low + high) / 2;
    write(short(low) === short(high) ? short(low) : `${short(low)}..${short(high)}`);
  }, settled);
  field.addEventListener("change", () => { dress(row); settled(); });
  row.querySelector(".vary").addEventListener("click", () => { vary(row, settled); slider.focus(); });
}
