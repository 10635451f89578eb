// Theme, chart scrolling, the word on an old copy, and how scripts speak. Every page is whole without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var plural = new Intl.PluralRules(root.lang);

  // A message with its `{places}` filled; of several forms the one that the count `n` asks for.
  function said(message, values) {
    var text = typeof message === "string" ? message : message[plural.select(values.n)] || message.other;
    return text.replace(/\{(\w+)\}/g, function (place, name) { return values[name]; });
  }
  var words = JSON.parse(document.currentScript.dataset.words);
  window.tenfour = { said: said };

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
    button.textContent = isDark() ? words.light : words.dark;
    button.setAttribute("aria-label", isDark() ? words.to_light : words.to_dark);
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
    var days = Math.floor((Date.now() - Date.parse(overdue.dataset.due)) / 864e5);
    overdue.querySelector("[data-days]").textContent = said(words.days, { n: days });
    overdue.hidden = false;
  }

  // Wide charts start at the newest week.
  document.querySelectorAll(".chart").forEach(function (box) { box.scrollLeft = box.scrollWidth; });
})();
