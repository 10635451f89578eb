// Narrows and sorts the engineers of a page; the choice stands in the address. Without it everything shows.
(function () {
  "use strict";
  var words = JSON.parse(document.currentScript.dataset.words), said = window.tenfour.said;
  document.querySelectorAll("form[data-filters]").forEach(function (form) {
    var list = document.getElementById(form.dataset.filters);
    var count = document.querySelector('[data-count="' + form.dataset.filters + '"]');
    var items = Array.prototype.slice.call(list.querySelectorAll("[data-item]"));
    var texts = items.map(function (item) {
      return Array.prototype.map.call(item.querySelectorAll("[data-find]"), function (part) { return part.textContent; })
        .join(" ").toLowerCase();
    });
    var letters = { green: "g", yellow: "y", red: "r", unknown: "u" };

    function read() {
      var query = new URLSearchParams(location.search);
      form.elements.q.value = query.get("q") || "";
      form.elements.t.value = query.get("t") || "";
      form.elements.o.value = query.get("o") || "";
      if (form.elements.t.selectedIndex < 0) form.elements.t.value = "";
      if (form.elements.o.selectedIndex < 0) form.elements.o.value = "";
      form.querySelectorAll("[name=s]").forEach(function (box) {
        box.checked = (query.get("s") || "").indexOf(letters[box.value]) >= 0;
      });
    }

    function write(state) {
      var query = new URLSearchParams();
      Object.keys(state).forEach(function (key) { if (state[key]) query.set(key, state[key]); });
      var text = query.toString();
      try { history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash); }
      catch (error) { /* the address then stays as it is */ }
    }

    function compare(order) {
      return function (a, b) {
        var left = items[a].dataset, right = items[b].dataset;
        if (order === "team" && left.team !== right.team) return left.team.localeCompare(right.team);
        return order ? left.name.localeCompare(right.name) : a - b;
      };
    }

    function apply() {
      var statuses = Array.prototype.map.call(form.querySelectorAll("[name=s]:checked"), function (box) { return box.value; });
      var find = form.elements.q.value.trim().toLowerCase();
      var team = form.elements.t.value, order = form.elements.o.value, shown = 0;
      items.map(function (item, index) { return index; }).sort(compare(order)).forEach(function (index) {
        var item = items[index];
        var fits = (!find || texts[index].indexOf(find) >= 0) && (!team || item.dataset.teamId === team) &&
          (!statuses.length || statuses.indexOf(item.dataset.status) >= 0);
        item.hidden = !fits;
        shown += fits ? 1 : 0;
        list.appendChild(item);
      });
      count.textContent = said(words.shown, { shown: shown, n: items.length });
      return { q: form.elements.q.value.trim(), s: statuses.map(function (word) { return letters[word]; }).join(""), t: team, o: order };
    }

    read();
    apply();
    form.addEventListener("input", function () { write(apply()); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(function () { write(apply()); }, 0); });
  });
})();
