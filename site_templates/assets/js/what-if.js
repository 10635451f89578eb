// Moves one threshold. Every answer is a row of the tables on the page; nothing is computed, kept or sent.
(function () {
  "use strict";
  var words = JSON.parse(document.currentScript.dataset.words), said = window.tenfour.said;
  var form = document.getElementById("what-if-form");
  if (!form) return;
  var slider = document.getElementById("what-if-step");
  var label = document.getElementById("what-if-meaning");
  var output = form.querySelector("output");
  var scale = form.querySelector("ol");
  var answer = form.querySelector("[role=status]");

  function table() {
    return document.querySelector('[data-threshold="' + form.elements.threshold.value + '"]');
  }
  function inForce() { return Number(table().dataset.now); }

  function line(text, className) {
    var part = document.createElement("p");
    part.textContent = text;
    if (className) part.className = className;
    return part;
  }

  // A status as all pages show it: shape, word, then colour.
  function lozenge(status, word) {
    var mark = document.createElement("span"), space = "http://www.w3.org/2000/svg";
    var icon = document.createElementNS(space, "svg"), shape = document.createElementNS(space, "use");
    mark.className = "lozenge is-" + status;
    icon.setAttribute("class", "icon is-" + status);
    icon.setAttribute("aria-hidden", "true");
    shape.setAttribute("href", "#s-" + status);
    icon.appendChild(shape);
    mark.appendChild(icon);
    mark.appendChild(document.createTextNode(word));
    return mark;
  }

  function show() {
    var rows = table().rows, row = rows[slider.value], now = rows[inForce()];
    var isNow = row === now, value = row.cells[0].textContent;
    slider.setAttribute("aria-valuetext", isNow ? said(words.spoken_in_force, { value: value }) : value);
    output.textContent = isNow ? said(words.in_force, { value: value }) : value;
    answer.textContent = "";
    answer.appendChild(line(isNow ? words.as_it_is : said(words.different, { who: row.dataset.count }), "lead"));
    row.cells[1].querySelectorAll("p").forEach(function (change) {
      var levels = change.firstChild.textContent.split(/ → |:/), part = line("");
      part.appendChild(lozenge(change.dataset.from, levels[0]));
      part.appendChild(document.createTextNode(" → "));
      part.appendChild(lozenge(change.dataset.to, levels[1]));
      part.appendChild(document.createTextNode(" " + change.lastChild.textContent));
      answer.appendChild(part);
    });
    var heads = table().parentNode.tHead.rows[0].cells;
    var list = document.createElement("dl");
    list.className = "facts";
    for (var cell = 2; cell < row.cells.length; cell += 1) {
      var name = document.createElement("dt"), found = document.createElement("dd");
      name.textContent = heads[cell].textContent;
      found.textContent = row.cells[cell].textContent;
      if (!isNow) found.textContent = said(words.compared, { value: found.textContent, now: now.cells[cell].textContent });
      list.appendChild(name);
      list.appendChild(found);
    }
    answer.appendChild(list);
  }

  function choose() {
    var body = table();
    label.textContent = body.dataset.meaning;
    slider.max = body.rows.length - 1;
    slider.value = inForce();
    scale.textContent = "";
    Array.prototype.forEach.call(body.rows, function (row, index) {
      var mark = document.createElement("li");
      mark.textContent = row.cells[0].textContent;
      if (index === inForce()) mark.className = "now";
      scale.appendChild(mark);
    });
    show();
  }

  form.addEventListener("input", function (event) { if (event.target === slider) show(); else choose(); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function (event) { event.preventDefault(); slider.value = inForce(); show(); });
  // A browser that comes back to the page may have kept another choice.
  choose();
})();
