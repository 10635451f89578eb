// "Explore this chart": the first click loads the one chart library; the chart is then drawn anew from its table.
(function () {
  "use strict";
  var given = document.currentScript.dataset, library = given.library, words = JSON.parse(given.words), waiting = [];

  function load(then) {
    if (window.tenfourExplore) return then(true);
    waiting.push(then);
    if (waiting.length > 1) return;
    var script = document.createElement("script");
    function answer(found) {
      return function () { waiting.splice(0).forEach(function (next) { next(found); }); };
    }
    script.onload = answer(true);
    script.onerror = answer(false);
    script.src = library;
    document.head.appendChild(script);
  }

  document.querySelectorAll("[data-explore]").forEach(function (button) {
    var figure = button.closest("figure"), picture = figure.querySelector(".chart"), said = document.createElement("p");
    said.className = "muted small";
    said.setAttribute("role", "status");
    picture.parentNode.insertBefore(said, picture.nextSibling);
    button.hidden = false;

    function fail() { said.textContent = words.failed; }
    function back() {
      picture.hidden = button.hidden = false;
      button.focus();
    }
    button.addEventListener("click", function () {
      said.textContent = words.loading;
      load(function (found) {
        if (!found) return fail();
        if (button.hidden) return;
        window.tenfourExplore(figure, library.replace(/js$/, "txt"), back, words).then(function () {
          said.textContent = "";
          picture.hidden = button.hidden = true;
        }, fail);
      });
    });
  });
})();
