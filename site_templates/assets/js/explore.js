// "Explore this chart": the first click loads the one chart library; the chart is then drawn anew from its table.
(function () {
  "use strict";
  var library = document.currentScript.getAttribute("data-library"), waiting = [];

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

    function fail() { said.textContent = "The chart could not be drawn anew. The picture and its table hold the same values."; }
    function back() {
      picture.hidden = button.hidden = false;
      button.focus();
    }
    button.addEventListener("click", function () {
      said.textContent = "Loading…";
      load(function (found) {
        if (!found) return fail();
        if (button.hidden) return;
        window.tenfourExplore(figure, library.replace(/js$/, "txt"), back).then(function () {
          said.textContent = "";
          picture.hidden = button.hidden = true;
        }, fail);
      });
    });
  });
})();
