// The way to saving takes along what is changed by now.

document.addEventListener("shown", () => {
  const place = document.getElementById("save");
  place.href = place.pathname + location.search;
});
