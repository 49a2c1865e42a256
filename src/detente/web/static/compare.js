// Compare: rows are found while one types; the form does the same without scripts, over all rows.

const field = document.getElementById("q");
const rows = [...document.querySelectorAll(".found tbody tr")];

field?.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  let left = 0;
  for (const row of rows) {
    row.hidden = !row.dataset.words.toLowerCase().includes(wanted);
    left += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = `${left} row${left === 1 ? "" : "s"} shown. Press Find to search all.`;
});
