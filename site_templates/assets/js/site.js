// Theme, chart scrolling, the word on an old copy. Every page is whole without it.
(function () {
  "use strict";
  var root = document.documentElement;

  function stored(value) {
    try {
      if (value === undefined) return localStorage.getItem("tenfour:theme");
      localStorage.setItem("tenfour:theme", value);
    } catch (error) { /* a browser that keeps nothing still shows the page */ }
    return value;
  }

  // The button names the theme it leads to.
  var button = document.getElementById("theme");
  var prefersDark = matchMedia("(prefers-color-scheme: dark)");
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
  }
  function nameButton() {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", "Switch to the " + button.textContent.toLowerCase() + " theme");
  }
  if (button) {
    button.hidden = false;
    nameButton();
    prefersDark.addEventListener("change", nameButton);
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      stored(root.dataset.theme);
      nameButton();
    });
  }

  // A pipeline that has stopped cannot say so; the reader's clock can.
  var overdue = document.getElementById("overdue");
  if (overdue && Date.now() > Date.parse(overdue.dataset.from)) {
    overdue.querySelector("[data-days]").textContent = Math.floor((Date.now() - Date.parse(overdue.dataset.due)) / 864e5) + " days";
    overdue.hidden = false;
  }

  // Wide charts start at the newest week.
  document.querySelectorAll(".chart").forEach(function (box) { box.scrollLeft = box.scrollWidth; });
})();
