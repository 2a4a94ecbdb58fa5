// Set before anything is drawn, so that a dark room stays dark.
(() => {
  const chosen = localStorage.getItem("vitalstream.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
