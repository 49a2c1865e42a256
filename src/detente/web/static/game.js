// The game by keyboard: a digit takes an option, the left arrow goes back.

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-9]$/.test(event.key)) document.querySelector(`a[data-step="${event.key}"]`)?.click();
  if (event.key === "ArrowLeft") [...document.querySelectorAll(".crumbs a")].pop()?.click();
});
