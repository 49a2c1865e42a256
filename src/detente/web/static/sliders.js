// Sliders of assumptions: a range until it is touched; arrows move it by 1%, Page keys by 10%, Delete lets it vary again.

/** Show what the field of an assumption says on its slider. */
export function dress(row) {
  const field = row.querySelector(".entry input");
  const slider = row.querySelector('input[type="range"]');
  const value = field.value.trim();
  const number = Number(value);
  row.classList.toggle("set", value !== "");
  slider.value = value === "" || Number.isNaN(number) ? row.dataset.reference : number;
  slider.setAttribute("aria-valuetext", value === "" ? `varies, filed ${row.dataset.reference}` : value);
}

/** Let an assumption vary again. */
function vary(row, settled) {
  row.querySelector(".entry input").value = "";
  dress(row);
  settled();
}

/** Make a slider work: moved is called while it moves, settled when it was let go. */
export function wire(row, moved, settled) {
  const field = row.querySelector(".entry input");
  const slider = row.querySelector('input[type="range"]');
  const width = slider.max - slider.min;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(width)));
  slider.addEventListener("input", () => {
    field.value = String(Number(Number(slider.value).toFixed(Math.min(digits, 12))));
    row.classList.add("set");
    slider.setAttribute("aria-valuetext", field.value);
    moved();
  });
  slider.addEventListener("change", settled);
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 0.01, ArrowUp: 0.01, ArrowLeft: -0.01, ArrowDown: -0.01, PageUp: 0.1, PageDown: -0.1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      slider.value = Number(slider.value) + by * width;
      slider.dispatchEvent(new Event("input"));
      slider.dispatchEvent(new Event("change"));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      vary(row, settled);
    }
  });
  field.addEventListener("change", () => { dress(row); settled(); });
  row.querySelector(".vary").addEventListener("click", () => { vary(row, settled); slider.focus(); });
}
